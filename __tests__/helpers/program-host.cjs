// Runs a program again and again in one process, because starting Node and loading the program takes longer than most of
// its commands. Each run evaluates the program's first module, as a start does, and ends when nothing is left to do.
const { writeSync } = require("node:fs");
const { Readable } = require("node:stream");
const { pathToFileURL } = require("node:url");

let runs = 0;
let end;

process.on("message", ({ program, args, cwd, environment, input, mark }) => {
  end = mark;
  process.argv = [process.execPath, program, ...args];
  process.chdir(cwd);
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, environment);
  Object.defineProperty(process, "stdin", {
    value: Readable.from([Buffer.from(input, "base64")]),
    configurable: true,
  });
  // Only the program decides how long the run takes.
  process.channel.unref();
  import(`${pathToFileURL(program)}?run=${runs++}`);
});

process.on("beforeExit", () => {
  if (end === undefined) return;
  const status = process.exitCode ?? 0;
  process.exitCode = undefined;
  for (const signal of ["SIGINT", "SIGTERM"]) process.removeAllListeners(signal);
  process.channel.ref();
  const text = `${end}${status}\n`;
  end = undefined;
  for (const stream of [1, 2]) writeSync(stream, text);
});
