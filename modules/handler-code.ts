import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { zipSync } from "fflate";
import { HANDLER_NAMES, type HandlerName } from "../pipeline/handler-names";
import { RUNTIME_NODES } from "../pipeline/runtime";

/** A handler's zipped code. */
export interface HandlerCode {
  /** Absolute path of the zip. */
  readonly path: string;
  /**
   * SHA-256 of the zip: Terraform compares the base64 form, CDKTF names the asset's folder by the hex form.
   */
  readonly sha256Hex: string;
  readonly sha256Base64: string;
}

/** Files that a handler reads next to its code, made before by the build: below `dist/`. */
const FILES_OF: { readonly [Name in HandlerName]?: readonly string[] } = {
  "make-report": ["cli/report-page.js", "cli/report-page-style.css"],
};

/** JavaScript that every supported Lambda runtime runs. */
const BUNDLE_TARGET = `node${Math.min(...RUNTIME_NODES)}`;
const ENTRY_NAME = "index.js";

/**
 * The zip that `npm run build` made. It is in the folder of the built library, which is `dist/` in a
 * checkout.
 *
 * @throws Error if the project has not been built
 */
export function handlerCode(name: HandlerName): HandlerCode {
  const places = ["handlers", "../dist/handlers"].map((folder) => join(__dirname, folder, `${name}.zip`));
  const path = places.find(existsSync);
  if (path === undefined) throw new Error(`dist/handlers/${name}.zip is missing: run "npm run build"`);
  const bytes = readFileSync(path);
  const sha256 = (encoding: "hex" | "base64") => createHash("sha256").update(bytes).digest(encoding);
  return { path, sha256Hex: sha256("hex"), sha256Base64: sha256("base64") };
}

/** The content of a zip by the names of its files. */
export type ZippedFiles = Readonly<Record<string, Uint8Array>>;

/**
 * Bundles each handler with all it imports into one CommonJS file, and adds the files that it reads.
 *
 * @param root folder that holds `handlers/`, `node_modules/` and `dist/`
 */
export function bundleHandlers(root: string): ReadonlyMap<HandlerName, ZippedFiles> {
  // Needed only to build the package: consumers get the zips.
  const esbuild: typeof import("esbuild") = require("esbuild");
  const { outputFiles } = esbuild.buildSync({
    absWorkingDir: root,
    entryPoints: HANDLER_NAMES.map((name) => `handlers/${name}.ts`),
    outdir: ".",
    bundle: true,
    minify: true,
    write: false,
    platform: "node",
    target: BUNDLE_TARGET,
    format: "cjs",
    // The SDK's ES modules can be tree-shaken, its CommonJS files (esbuild's default for Node) cannot.
    mainFields: ["module", "main"],
    // Lambda passes credentials in the environment; the code for all other providers is 125 KB.
    alias: { "@aws-sdk/credential-provider-node": "./handlers/lambda-credentials.ts" },
    legalComments: "none",
    // A tsconfig.json in a parent folder must not change the bytes.
    tsconfigRaw: "{}",
    logLevel: "error",
  });
  return new Map(
    HANDLER_NAMES.map((name) => {
      const output = outputFiles.find(({ path }) => basename(path) === `${name}.js`);
      if (!output) throw new Error(`handlers/${name}.ts: esbuild made no output`);
      const further = (FILES_OF[name] ?? []).map((file) => [
        basename(file),
        readFileSync(join(root, "dist", file)),
      ]);
      return [name, { [ENTRY_NAME]: output.contents, ...Object.fromEntries(further) }];
    }),
  );
}

/** Zips files so that the same code gives the same bytes on every machine, in every time zone, at any time. */
export const zipHandler = (files: ZippedFiles): Uint8Array =>
  // fflate reads the local parts of the date, so it must be made of local parts.
  zipSync(files, { mtime: new Date(1980, 0, 1), level: 9 });
