import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";
import type { BenchOptions } from "./benchmark";

/** A program or package to compare with, or the reason why it is missing. */
export type Peer =
  | { readonly path: string /** e.g. `lnav 0.11.1-1` */; readonly version: string }
  | { readonly skipped: string };

/** Outside the project, because peers are not its dependencies, and where no other user can put programs. */
const NPM_FOLDER = join(homedir(), ".cache", "access-logs-bench-peers");
const HOW_TO_INSTALL = "npm run bench -- --install gets it";

/** A command of a Debian package, searched in the PATH. */
export function debianPeer(command: string, debianPackage: string, options: BenchOptions): Peer {
  const found = inPath(command);
  if (found !== undefined) return { path: found, version: debianVersion(debianPackage) };
  if (!options.install) return { skipped: `${command} is not installed; ${HOW_TO_INSTALL}` };
  options.progress(`installing ${debianPackage} from Debian`);
  const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const install = ["install", "--yes", "--no-install-recommends", debianPackage];
  // The package list may be missing or old: it is updated only after a failed install.
  for (const args of [install, ["update"], install]) {
    const { status } = spawnSync("apt-get", args, { env: environment });
    if (status === 0 && args === install) break;
  }
  const installed = inPath(command);
  return installed === undefined
    ? {
        skipped: `${command} is not installed, and apt-get cannot install ${debianPackage} (it takes Debian, and root)`,
      }
    : { path: installed, version: debianVersion(debianPackage) };
}

function debianVersion(name: string): string {
  const { stdout } = spawnSync("dpkg-query", ["-W", "-f", "${Version}", name], { encoding: "utf8" });
  return `${name} ${stdout || "of unknown version"}`;
}

function inPath(command: string): string | undefined {
  const { status, stdout } = spawnSync("sh", ["-c", 'command -v "$0"', command], { encoding: "utf8" });
  return status === 0 ? stdout.trim() : undefined;
}

/** A file of an npm package in the folder for peers; an earlier installation is reused. */
export function npmPeer(name: string, version: string, file: string, options: BenchOptions): Peer {
  const folder = join(NPM_FOLDER, `${name}@${version}`);
  const path = join(folder, "node_modules", name, file);
  const peer = { path, version: `${name} ${version}` };
  if (existsSync(path)) return peer;
  if (!options.install) return { skipped: `${name} is not installed; ${HOW_TO_INSTALL}` };
  options.progress(`installing ${name}@${version} from npm`);
  const { status, stderr } = spawnSync(
    "npm",
    ["install", "--no-audit", "--no-fund", "--no-save", "--prefix", folder, `${name}@${version}`],
    { encoding: "utf8" },
  );
  if (status === 0 && existsSync(path)) return peer;
  return { skipped: `npm cannot install ${name}@${version}: ${stderr.trim().split("\n").at(-1)}` };
}

/** Version of a package that the project itself uses, from its `package.json`. */
export const versionOf = (name: string): string => createRequire(__filename)(`${name}/package.json`).version;
