import { mkdir, readFile, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import type { Command } from "commander";
import { withLake } from "../../lake/query";
import { examples } from "../command-line";
import { LAKE_HELP, lakeOf } from "../default-lake";
import { Shell } from "../shell";
import { addTimeZoneOption, timeZoneOf } from "../time-range";
import { warnAboutLake } from "../warn-about-lake";

interface Options {
  readonly lake?: string;
  readonly tz?: string;
}

const PROMPT = "logs> ";
const MORE = "  ... ";
const HISTORY_LINES = 1000;
const EXIT_INTERRUPTED = 130;

/** Adds `access-logs shell`. */
export const addShellCommand = (program: Command): Command =>
  addTimeZoneOption(
    program
      .command("shell")
      .description("run SQL and questions on a lake, one after the other, with history and completion"),
  )
    .option("--lake <folder>", LAKE_HELP)
    .addHelpText(
      "after",
      examples("access-logs shell --lake ./lake", "access-logs shell --lake ./lake < statements.sql"),
    )
    .action(run);

async function run({ lake, tz }: Options): Promise<void> {
  const folder = lakeOf(lake);
  const timeZone = timeZoneOf({ ...(tz === undefined ? {} : { tz }) });
  await warnAboutLake(folder);
  await withLake(folder, {}, async (open) => {
    const shell = new Shell(open, { folder, timeZone });
    await (process.stdin.isTTY ? talk(shell) : execute(shell));
  });
}

/** Executes the lines of standard input up to the first that fails. */
async function execute(shell: Shell): Promise<void> {
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    const next = await shell.line(line);
    if (shell.hasFailed) break;
    if (next === "quit") return;
  }
  if (!shell.hasFailed) await shell.end();
  if (shell.hasFailed) process.exitCode = 1;
}

async function talk(shell: Shell): Promise<void> {
  const file = historyFile();
  let history = (await readFile(file, "utf8").catch(() => "")).split("\n").filter((line) => line !== "");
  const lines = createInterface({
    input: process.stdin,
    output: process.stdout,
    prompt: PROMPT,
    history,
    historySize: HISTORY_LINES,
    removeHistoryDuplicates: true,
    completer: (line: string, done: (error: Error | null, result?: [string[], string]) => void) => {
      // Without words there is nothing to complete: the line stays as it is.
      shell.completions(line).then(
        (result) => done(null, result),
        () => done(null, [[], line]),
      );
    },
  });
  let isBusy = false;
  lines.on("history", (now: string[]) => {
    history = now;
  });
  lines.on("SIGINT", () => {
    if (isBusy) process.exit(EXIT_INTERRUPTED);
    shell.drop();
    process.stdout.write("\n");
    // To the end of the line, and delete up to its start.
    lines.write(null, { ctrl: true, name: "e" });
    lines.write(null, { ctrl: true, name: "u" });
    lines.setPrompt(PROMPT);
    lines.prompt();
  });
  console.log(".help explains what can be typed; Ctrl-D ends");
  lines.prompt();
  for await (const line of lines) {
    isBusy = true;
    const next = await shell.line(line);
    isBusy = false;
    if (next === "quit") break;
    lines.setPrompt(next === "more" ? MORE : PROMPT);
    lines.prompt();
  }
  lines.close();
  // Statements can contain addresses of clients.
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, history.map((line) => `${line}\n`).join(""), { mode: 0o600 });
}

const historyFile = (): string =>
  join(process.env.XDG_STATE_HOME || join(homedir(), ".local", "state"), "access-logs", "history");
