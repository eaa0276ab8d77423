// Loaded before a program (node --require): the program fails when it renames or deletes a file that is open in any of
// its threads, which Windows refuses. Linux lists the open files, also those of DuckDB.
const fs = require("node:fs");
const { syncBuiltinESMExports } = require("node:module");

const OPEN = "/proc/self/fd";

function openFiles() {
  return fs.readdirSync(OPEN).flatMap((descriptor) => {
    try {
      return [fs.readlinkSync(`${OPEN}/${descriptor}`)];
    } catch {
      // The file was closed in the meantime.
      return [];
    }
  });
}

function check(name, paths) {
  for (const path of paths
    .filter((value) => typeof value === "string")
    .map((value) => fs.realpathSync.native(value))) {
    const open = openFiles().find((file) => file === path || file.startsWith(`${path}/`));
    if (open === undefined) continue;
    process.stderr.write(`${name} of ${path} while ${open} is open\n`);
    process.exitCode = 70;
  }
}

/** The number of arguments that are paths. */
const WATCHED = {
  rename: 2,
  renameSync: 2,
  rm: 1,
  rmSync: 1,
  unlink: 1,
  unlinkSync: 1,
  rmdir: 1,
  rmdirSync: 1,
};
for (const [name, count] of Object.entries(WATCHED)) {
  for (const module of [fs, fs.promises]) {
    const original = module[name];
    if (original === undefined) continue;
    module[name] = (...args) => {
      check(
        name,
        args.slice(0, count).filter((path) => fs.existsSync(path)),
      );
      return original(...args);
    };
  }
}
syncBuiltinESMExports();
