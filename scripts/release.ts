import { execSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, sep } from "node:path";
import { type Zippable, zipSync } from "fflate";
import manifest from "../package.json";

/**
 * Writes the files of a release to dist/release/: the npm package, and the Terraform module as a zip. The same sources
 * give the same bytes.
 */
const root = join(__dirname, "..");
const release = join(__dirname, "release");

rmSync(release, { recursive: true, force: true });
mkdirSync(release);
packPackage();
const name = `terraform-aws-access-logs-${manifest.version}`;
writeFileSync(join(release, `${name}.zip`), zipFolder(join(__dirname, "terraform-module"), name));
for (const file of readdirSync(release).sort()) console.log(`wrote dist/release/${file}`);

/** Packs the package without its scripts: they need the sources, and npm warns its users about `prepare`. */
function packPackage(): void {
  const staged = join(release, "package");
  // Everything is built already; the package's own scripts would build it again and delete the module.
  const pack = (cwd: string, options: string) =>
    execSync(`npm pack --silent --ignore-scripts ${options}`, { cwd, encoding: "utf8" });
  const [{ files }]: [{ files: { path: string }[] }] = JSON.parse(pack(root, "--dry-run --json"));
  for (const { path } of files) cpSync(join(root, path), join(staged, path));
  const { scripts: _, ...published } = manifest;
  writeFileSync(join(staged, "package.json"), `${JSON.stringify(published, null, 2)}\n`);
  pack(staged, `--pack-destination "${release}"`);
  rmSync(staged, { recursive: true });
}

/** Zips all files of a folder into a folder called `name`. */
function zipFolder(folder: string, name: string): Uint8Array {
  const files: Zippable = {};
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files[`${name}${path.slice(folder.length).replaceAll(sep, "/")}`] = readFileSync(path);
  }
  // fflate reads the local parts of the date, so it must be made of local parts.
  return zipSync(Object.fromEntries(Object.entries(files).sort()), { mtime: new Date(1980, 0, 1), level: 9 });
}
