import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { zipSync } from "fflate";

/** Every Lambda function of the project: `handlers/<name>.ts` exports `handler`. */
export const HANDLER_NAMES = [
  "move-access-logs",
  "create-partition",
  "transform-partition",
  "maintain-lake",
] as const;
export type HandlerName = (typeof HANDLER_NAMES)[number];

/** A handler's zipped code. */
export interface HandlerCode {
  /** Absolute path of the zip. */
  readonly path: string;
  /** Of the zip's bytes; Terraform compares the base64 form, CDKTF names the asset's folder by the other. */
  readonly sha256Hex: string;
  readonly sha256Base64: string;
}

/** JavaScript that every supported Lambda runtime runs. */
const BUNDLE_TARGET = "node22";
const ENTRY_NAME = "index.js";

/** The zip made when the package was built; in a checkout that was not built, a fresh one. */
export function handlerCode(name: HandlerName): HandlerCode {
  const built = join(__dirname, "handlers", `${name}.zip`);
  const path = existsSync(built) ? built : freshZip(name);
  const bytes = readFileSync(path);
  const sha256 = (encoding: "hex" | "base64") => createHash("sha256").update(bytes).digest(encoding);
  return { path, sha256Hex: sha256("hex"), sha256Base64: sha256("base64") };
}

const freshZips = new Map<HandlerName, string>();

function freshZip(name: HandlerName): string {
  const known = freshZips.get(name);
  if (known !== undefined) return known;
  const path = join(mkdtempSync(join(tmpdir(), "access-logs-")), `${name}.zip`);
  writeFileSync(path, zipHandler(bundleHandler(name, dirname(__dirname))));
  freshZips.set(name, path);
  return path;
}

/**
 * Bundles a handler with all it imports into one CommonJS file.
 *
 * @param root folder that holds `handlers/` and `node_modules/`
 */
export function bundleHandler(name: HandlerName, root: string): Uint8Array {
  // Needed to build, not to use, the package: consumers get the zips.
  const esbuild: typeof import("esbuild") = require("esbuild");
  const { outputFiles } = esbuild.buildSync({
    absWorkingDir: root,
    entryPoints: [`handlers/${name}.ts`],
    outfile: ENTRY_NAME,
    bundle: true,
    minify: true,
    write: false,
    platform: "node",
    target: BUNDLE_TARGET,
    format: "cjs",
    // The SDK's ES modules can be tree-shaken, its CommonJS files (esbuild's default for Node) cannot.
    mainFields: ["module", "main"],
    // Lambda hands its credentials over in the environment; the other ways to find some are 125 KB.
    alias: { "@aws-sdk/credential-provider-node": "./handlers/lambda-credentials.ts" },
    legalComments: "none",
    // A tsconfig.json found by chance must not change the bytes.
    tsconfigRaw: "{}",
    logLevel: "error",
  });
  const [output] = outputFiles;
  if (!output) throw new Error(`handlers/${name}.ts: esbuild made no output`);
  return output.contents;
}

/** Zips code so that the same code gives the same bytes on every machine, in every time zone, at any time. */
export const zipHandler = (code: Uint8Array): Uint8Array =>
  // fflate reads the local parts of the date, so it must be made of local parts.
  zipSync({ [ENTRY_NAME]: [code, { mtime: new Date(1980, 0, 1), level: 9 }] });
