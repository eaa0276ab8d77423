import { dirname, join } from "node:path";
import { type BuildOptions, buildSync } from "esbuild";
import type { HandlerName } from "../pipeline/handler-names";
import { unpackHandler } from "./function-process";

const ROOT = dirname(__dirname);

/** Modules that do what one handler does, or less. */
export interface Variants {
  readonly name: HandlerName;
  /** What is deployed. */
  readonly ours: string;
  /** The same source, and every package a folder of modules. */
  readonly unbundled: string;
  /** Nothing but the clients that the handler uses, one file per way to bundle them. */
  readonly bare: readonly string[];
}

/** A client and the least that can be done with it. */
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
/** Ways to bundle the bare clients: as esbuild does by itself, and what makes that smaller. */
const BUNDLES: Readonly<Record<string, BuildOptions>> = {
  default: { minify: true },
  treeShaken: TREE_SHAKEN,
  lambdaCredentials: {
    ...TREE_SHAKEN,
    alias: { "@aws-sdk/credential-provider-node": "./handlers/lambda-credentials.ts" },
  },
};

/** @param folder inside the project, so that what is not bundled finds its packages */
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
