import { Command, CommanderError } from "commander";
import { FORMATS } from "../formats";
import { existingLake } from "../lake/layout";
import { loggedDays } from "../lake/logged-days";
import type { OpenLake } from "../lake/query";
import { QUESTIONS } from "../questions";
import { printRows } from "../terminal/print-rows";
import { printableLines } from "../terminal/printable";
import type { Json, QueryRows } from "../terminal/rows";
import { write, writeText } from "../terminal/write";
import { addAskCommand } from "./commands/ask";
import { explanationOf } from "./explain-error";
import { zonedRows } from "./zoned-rows";

const HELP = `SQL                  one statement that ends with ";", on one line or on several
NAME [OPTIONS]       a built-in question, e.g. alb_top_clients --limit 5 --from -24h
.questions           lists the questions
.tables              lists the tables with rows, with their first and last day
DESCRIBE TABLE;      lists the columns of a table
.quit                ends, as Ctrl-D does; Ctrl-C drops what was typed
`;
const DOT_COMMANDS = [".help", ".questions", ".quit", ".tables"] as const;
const KEYWORDS =
  "SELECT DISTINCT FROM WHERE AND OR NOT IN IS NULL LIKE BETWEEN GROUP BY HAVING ORDER LIMIT ASC DESC AS WITH JOIN ON USING UNION ALL CASE WHEN THEN ELSE END CAST FILTER OVER PARTITION TIMESTAMP DATE INTERVAL DESCRIBE SUMMARIZE EXPLAIN count sum avg min max approx_percentile approx_distinct date_trunc regexp_like split_part".split(
    " ",
  );

export interface ShellOptions {
  readonly folder: string;
  readonly timeZone?: string | undefined;
}

/** What happens next. */
type Next = "statement" | "more" | "quit";

/** A dialogue with a lake: it gets the lines that are typed, and prints the answers. */
export class Shell {
  /** True if the last line that was executed failed. */
  hasFailed = false;
  private typed = "";
  private words: readonly string[] = [];

  constructor(
    private readonly lake: OpenLake,
    private readonly options: ShellOptions,
  ) {}

  /** Executes a line, unless it is the start of a statement. */
  async line(text: string): Promise<Next> {
    const trimmed = text.trim();
    if (this.typed === "") {
      if (trimmed === "") return "statement";
      if ([".quit", ".exit"].includes(trimmed)) return "quit";
      const [first = ""] = trimmed.split(/\s/);
      if (first.startsWith(".")) return this.execute(() => this.dotCommand(first));
      if (isQuestion(first)) return this.execute(() => this.ask(trimmed.replace(/;$/, "")));
    }
    this.typed += `${text}\n`;
    if (!isComplete(this.typed)) return "more";
    return this.end();
  }

  /** Executes what was typed, also without its end. */
  async end(): Promise<Next> {
    const sql = this.typed;
    this.typed = "";
    return sql.trim() === "" ? "statement" : this.execute(() => this.query(sql));
  }

  /** Forgets what was typed. */
  drop(): void {
    this.typed = "";
  }

  /** What the last word of a line can be. */
  async completions(line: string): Promise<[words: string[], word: string]> {
    const word = /[\w.]*$/.exec(line)?.[0] ?? "";
    const isFirst = this.typed === "" && line.trimStart() === word;
    const starts = isFirst ? [...DOT_COMMANDS, ...QUESTIONS.map(({ name }) => name)] : [];
    const known = [...starts, ...(await this.namesInLake()), ...KEYWORDS];
    const found = known.filter((name) => name.toLowerCase().startsWith(word.toLowerCase()));
    return [word === "" ? [...starts] : [...new Set(found)], word];
  }

  /** Tables and columns. */
  private async namesInLake(): Promise<readonly string[]> {
    if (this.words.length > 0) return this.words;
    const sql = "SELECT table_name, column_name FROM information_schema.columns ORDER BY ALL";
    const names = new Set<string>();
    await this.lake.query(sql, async ({ rows }) => {
      for await (const row of rows) for (const name of row) names.add(String(name));
    });
    this.words = [...names];
    return this.words;
  }

  private async execute(work: () => Promise<void>): Promise<Next> {
    this.hasFailed = false;
    try {
      await work();
    } catch (error) {
      this.hasFailed = true;
      // Commander has printed its error.
      if (error instanceof CommanderError) return "statement";
      const explanation = explanationOf(error);
      if (explanation === undefined) throw error;
      console.error(`error: ${printableLines(explanation)}`);
    }
    return "statement";
  }

  private async dotCommand(name: string): Promise<void> {
    if (name === ".help") return writeText(HELP);
    if (name === ".tables") return printRows("table", await tablesOf(this.options.folder), write);
    if (name === ".questions") return this.ask("");
    this.hasFailed = true;
    console.error(`error: unknown command "${name}"; .help lists the commands`);
  }

  private async ask(text: string): Promise<void> {
    const words = [...text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, ...parts]) => parts.join(""));
    const { folder, timeZone } = this.options;
    const place = words.length === 0 ? [] : ["--lake", folder, ...(timeZone ? ["--tz", timeZone] : [])];
    const program = new Command("access-logs").exitOverride();
    addAskCommand(program);
    await program.parseAsync(["ask", ...words, ...place], { from: "user" });
  }

  private query(sql: string): Promise<void> {
    const { timeZone } = this.options;
    return this.lake.query(sql, (rows) =>
      printRows("table", timeZone ? zonedRows(rows, timeZone) : rows, write),
    );
  }
}

const isQuestion = (word: string): boolean => QUESTIONS.some(({ name }) => name === word.replace(/;$/, ""));

/** True if the SQL ends with a semicolon that is not in a text or comment. */
const isComplete = (sql: string): boolean =>
  /;\s*$/.test(
    sql.replaceAll(/'[^']*'|"[^"]*"|--.*|\/\*[\s\S]*?\*\//g, "").replaceAll(/['"].*$|\/\*.*$/gs, ""),
  );

async function tablesOf(folder: string): Promise<QueryRows> {
  const logged = await loggedDays(await existingLake(folder));
  return {
    columns: ["table", "first_day", "last_day"],
    rows: (async function* (): AsyncGenerator<readonly Json[]> {
      for (const { format, first, last } of logged) yield [FORMATS[format].table, first, last];
    })(),
  };
}
