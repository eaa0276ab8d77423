import { dirname, join } from "node:path";
import { type BuildOptions, buildSync } from "esbuild";
import type { HandlerName } from "../pipeline/handler-names";
import { unpackHandler } from "./function-process";

const ROOT = dirname(__dirname);

/** Modules with the work of one handler, or less. */
export interface Variants {
  readonly name: HandlerName;
  /** The deployed module. */
  readonly ours: string;
  /** The same source, with every package as a folder of modules. */
  readonly unbundled: string;
  /** Only the clients that the handler uses, one file per bundle variant. */
  readonly bare: readonly string[];
}

/** A client and its smallest use. */
const CLIENTS: Readonly<Record<string, readonly [client: string, command: string]>> = {
  "@aws-sdk/client-s3": ["S3Client", "CopyObjectCommand"],
  "@aws-sdk/client-athena": ["AthenaClient", "StartQueryExecutionCommand"],
};

const COMMON: BuildOptions = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: "node",
  target: "node22",
  format: "cjs",
  legalComments: "none",
  tsconfigRaw: "{}",
  logLevel: "error",
};
const TREE_SHAKEN: BuildOptions = { minify: true, mainFields: ["module", "main"] };
/** Bundle variants of the bare clients: esbuild's defaults, and options that make the bundle smaller. */
const BUNDLES: Readonly<Record<string, BuildOptions>> = {
  default: { minify: true },
  treeShaken: TREE_SHAKEN,
  lambdaCredentials: {
    ...TREE_SHAKEN,
    alias: { "@aws-sdk/credential-provider-node": "./handlers/lambda-credentials.ts" },
  },
};

/** @param folder folder inside the project, so that the unbundled module finds its packages */
export function variantsOf(name: HandlerName, folder: string): Variants {
  const unbundled = join(folder, `${name}.unbundled.js`);
  const { metafile } = buildSync({
    ...COMMON,
    entryPoints: [`handlers/${name}.ts`],
    outfile: unbundled,
    packages: "external",
    metafile: true,
  });
  const imported = Object.values(metafile.inputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  const clients = Object.keys(CLIENTS).filter((client) => imported.includes(client));
  return {
    name,
    ours: unpackHandler(name, folder),
    unbundled,
    bare: Object.keys(BUNDLES).map((way) => bareClients(clients, way, folder)),
  };
}

function bareClients(clients: readonly string[], way: string, folder: string): string {
  const lines = clients.map((client, index) => {
    const [clientClass, command] = CLIENTS[client] ?? [];
    return `import { ${clientClass}, ${command} } from "${client}";
const client${index} = new ${clientClass}({});
export const send${index} = (input) => client${index}.send(new ${command}(input));`;
  });
  const file = join(folder, `${clients.join("-").replaceAll("/", "-")}.${way}.js`);
  buildSync({
    ...COMMON,
    ...BUNDLES[way],
    stdin: {
      contents: `${lines.join("\n")}\nexport const handler = async () => undefined;`,
      resolveDir: ROOT,
    },
    outfile: file,
  });
  return file;
}
