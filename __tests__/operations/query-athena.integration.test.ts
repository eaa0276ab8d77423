import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { AthenaClient } from "@aws-sdk/client-athena";
import { queryAthena } from "../../operations/athena-query";
import { type AthenaServer, startAthenaServer } from "../../testing/athena-server";
import { rowsOf } from "../helpers/lake";
import { PROGRAM, programEnvironment, runProgram } from "../helpers/run-program";
import { settingsFolder } from "../helpers/settings-folder";

let athena: AthenaServer;
let root: string;
beforeEach(async () => {
  athena = await startAthenaServer();
  root = settingsFolder("web-logs");
});
afterEach(async () => {
  await athena.close();
  rmSync(root, { recursive: true });
});

const environment = () => ({ AWS_ENDPOINT_URL_ATHENA: athena.endpoint });
const run = (...args: readonly string[]) => runProgram(args, { cwd: root, environment: environment() });

/** Options for all values of the settings. */
const PLACE = ["--athena", "--workgroup", "w", "--database", "d"];

const NUMBERS = {
  columns: [{ name: "n", type: "bigint" }],
  rows: Array.from({ length: 25 }, (_, index) => [String(index)]),
  pageSize: 10,
};
/** A query that runs until it is cancelled. */
const ENDLESS = { states: Array.from({ length: 1000 }, () => "RUNNING" as const) };

describe("access-logs query --athena", () => {
  it("runs the query in the analysts' workgroup and the database of the settings, and prints the result", async () => {
    athena.setResults(NUMBERS);
    athena.setFates({ states: ["QUEUED", "RUNNING"], scannedInAll: 1_200_000_000 });
    const { status, stdout, stderr } = await run("query", "SELECT n FROM t", "--athena", "--json");
    expect(JSON.parse(stdout)).toEqual(NUMBERS.rows.map(([n]) => ({ n: Number(n) })));
    expect(athena.queries[0]).toMatchObject({
      sql: "SELECT n FROM t",
      workgroup: "web-logs-analysts",
      database: "web_logs",
      reuseMinutes: undefined,
    });
    expect(stderr).toMatch(
      new RegExp(
        `^25 rows, 1\\.2 GB scanned, USD 0\\.00600, \\d+\\.\\d s, query ${athena.queries[0]?.id}\n$`,
      ),
    );
    expect(status).toBe(0);
  });

  it("needs no settings if the options have all values", async () => {
    rmSync(join(root, "access-logs.json"));
    const options = [...PLACE, "--region", "eu-west-1", "--format", "csv"];
    const { status, stdout } = await run("query", "SELECT 1", ...options);
    expect([status, stdout]).toEqual([0, "_col0\r\n0\r\n"]);
    expect(athena.queries[0]).toMatchObject({ workgroup: "w", database: "d" });
    const missing = await run("query", "SELECT 1", "--athena", "--workgroup", "w");
    expect([missing.status, missing.stderr]).toEqual([
      1,
      expect.stringMatching(/^error: access-logs\.json: the file does not exist.*\n$/),
    ]);
  });

  it("writes the rows to a file, completely or not at all", async () => {
    athena.setResults(NUMBERS);
    const written = await run("query", "SELECT n FROM t", ...PLACE, "--output", "n.csv");
    expect(written).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^wrote 25 rows, \d+ B, to n\.csv\n$/),
    });
    expect(written.stderr).toMatch(/^25 rows, /);
    expect(readFileSync(join(root, "n.csv"), "utf8")).toBe(
      ["n", ...NUMBERS.rows.flat()].map((line) => `${line}\r\n`).join(""),
    );
    expect((await run("query", "SELECT n FROM t", ...PLACE, "-o", "n.json")).status).toBe(0);
    expect(JSON.parse(readFileSync(join(root, "n.json"), "utf8"))).toHaveLength(25);

    athena.setFates({ end: "FAILED", reason: "SYNTAX_ERROR: on purpose" });
    expect((await run("query", "SELECT x", ...PLACE, "--output", "failed.csv")).status).toBe(1);
    expect(readdirSync(root).sort()).toEqual(["access-logs.json", "n.csv", "n.json"]);
  });

  it("runs no query whose rows could not be written", async () => {
    writeFileSync(join(root, "there.csv"), "");
    const output = async (file: string) => {
      const { status, stderr } = await run("query", "SELECT 1", ...PLACE, "--output", file);
      return [status, stderr];
    };
    expect(await output("there.csv")).toEqual([1, expect.stringContaining("replace it with --force")]);
    expect(await output("none/a.csv")).toEqual([1, expect.stringContaining("the folder does not exist")]);
    for (const file of ["a.parquet", "a.xlsx"])
      expect(await output(file)).toEqual([2, expect.stringContaining("can be saved as .csv or .json")]);
    expect(athena.submissions).toBe(0);
  });

  it("reads the SQL from a file and from standard input", async () => {
    writeFileSync(join(root, "question.sql"), "-- why\nSELECT 2\n");
    expect((await run("query", "--file", "question.sql", ...PLACE)).status).toBe(0);
    const piped = spawn(process.execPath, [PROGRAM, "query", "-", ...PLACE], {
      cwd: root,
      env: programEnvironment(environment()),
    });
    piped.stdin.end("SELECT 3");
    expect(await once(piped, "exit")).toEqual([0, null]);
    expect(athena.queries.map(({ sql }) => sql)).toEqual(["-- why\nSELECT 2\n", "SELECT 3"]);
  });

  it("reuses an earlier result if this is allowed, and reports it", async () => {
    athena.setFates({ isReused: true, scannedInAll: 0 });
    const { stderr } = await run("query", "SELECT 1", ...PLACE, "--reuse", "60");
    expect(athena.queries[0]?.reuseMinutes).toBe(60);
    expect(stderr).toMatch(/^1 row, reused result, USD 0\.00000, /);
  });

  it("counts at least ten megabytes, the billed minimum", async () => {
    expect((await run("query", "SELECT 1", ...PLACE)).stderr).toMatch(/1\.0 kB scanned, USD 0\.00005, /);
  });

  it("cancels a query that scans too much, and explains the fix", async () => {
    athena.setFates({ ...ENDLESS, scanned: [0, 400e6, 2.5e9] });
    const { status, stdout, stderr } = await run("query", "SELECT 1", ...PLACE, "--max-bytes", "1GB");
    const id = athena.queries[0]?.id;
    expect(stderr).toBe(
      `error: query ${id} was cancelled: it scanned 2.5 GB, more than --max-bytes 1.0 GB; query fewer days or columns\n`,
    );
    expect([status, stdout, athena.queries[0]?.isCancelled]).toEqual([1, "", true]);
  });

  // On Windows only a terminal can send a signal; a signal from a program ends the process at once.
  const itWithSignals = process.platform === "win32" ? it.skip : it;
  itWithSignals.each(["SIGINT", "SIGTERM"] as const)(
    "cancels the query at %s and ends with 130",
    async (signal) => {
      athena.setFates({ ...ENDLESS, scanned: [5e6] });
      const child = spawn(process.execPath, [PROGRAM, "query", "SELECT 1", ...PLACE], {
        cwd: root,
        env: programEnvironment(environment()),
      });
      const [stdout, stderr, [status]] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        once(child, "exit"),
        untilPolled().then(() => child.kill(signal)),
      ]);
      expect([status, stdout]).toEqual([130, ""]);
      expect(stderr).toMatch(
        new RegExp(`^error: query ${athena.queries[0]?.id} was cancelled: it had scanned .*\n$`),
      );
      expect(athena.queries[0]?.isCancelled).toBe(true);
    },
  );

  it("warns that a query still runs if it cannot cancel it", async () => {
    athena.setFates({ ...ENDLESS, scannedInAll: 2e9 });
    athena.refuseOf("StopQueryExecution", "AccessDeniedException");
    const { status, stderr } = await run("query", "SELECT 1", ...PLACE, "--max-bytes", "1MB");
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/query \S+ could not be cancelled and continues: /),
    ]);
  });

  it.each([
    [
      { end: "FAILED", reason: "SYNTAX_ERROR: line 1:8: Column 'expired' cannot be resolved" } as const,
      /query \S+ failed: FAILED: SYNTAX_ERROR: line 1:8: Column 'expired' cannot be resolved\n$/,
    ],
    [
      { end: "CANCELLED", reason: "Bytes scanned limit was exceeded" } as const,
      /query \S+ failed: CANCELLED: Bytes scanned limit/,
    ],
  ])("gives Athena's reason in one line: %j", async (fate, message) => {
    athena.setFates(fate);
    const { status, stdout, stderr } = await run("query", "SELECT x FROM t", ...PLACE);
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^error: [^\n]*\n$/);
    expect(stderr).toMatch(message);
  });

  it.each([
    ["ExpiredTokenException", /; renew your credentials, e\.g\. with "aws sso login"\n$/],
    ["AccessDeniedException", /; you need athena:StartQueryExecution, /],
    [
      "InvalidRequestException: WorkGroup w is not found.",
      /WorkGroup w is not found; check that the stack is deployed/,
    ],
    ["InvalidRequestException", /^error: InvalidRequestException on purpose\n$/],
  ])("explains %s in one line", async (error, message) => {
    athena.refuse(error);
    const { status, stdout, stderr } = await run("query", "SELECT 1", ...PLACE);
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^error: [^\n]*\n$/);
    expect(stderr).toMatch(message);
  });

  it.each([
    [
      ["query", "SELECT 1"],
      /error: choose where to run the query: --lake FOLDER, ACCESS_LOGS_LAKE or --athena/,
    ],
    [
      ["query", "SELECT 1", "--athena", "--lake", "x"],
      /option '--athena' cannot be used with option '--lake/,
    ],
    [["query", "SELECT 1", "--lake", "x", "--max-bytes", "1GB"], /cannot be used with option '--lake/],
    [["query", "--athena"], /error: SQL is required: pass it as an argument, or as a file with --file/],
    [
      ["query", "SELECT 1", "--file", "x", "--athena"],
      /error: use either the SQL argument or --file, not both/,
    ],
    [["query", "SELECT 1", "--athena", "--max-bytes", "much"], /Expected a number of bytes, e\.g\. "500MB"/],
    [["query", "SELECT 1", "--athena", "--reuse", "99999"], /Expected a whole number from 1 to 10080/],
  ])("prints the usage for a wrong command line: %j", async (args, message) => {
    const { status, stdout, stderr } = await run(...args);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(message);
    expect(athena.submissions).toBe(0);
  });

  it("answers a question for the last 24 hours, unless other hours are given", async () => {
    await run("ask", "alb_top_clients", ...PLACE);
    await run(
      "ask",
      "alb_scanners",
      ...PLACE,
      "--from",
      "2026-11-23",
      "--to",
      "2026-11-23",
      "--min-paths",
      "9",
    );
    expect(athena.queries[0]?.sql).toMatch(
      /WHERE dt BETWEEN '[-\d]{10}' AND '[-\d]{10}' AND time >= TIMESTAMP .* AND time < TIMESTAMP /,
    );
    expect(athena.queries[1]?.sql).toContain(
      "AND time >= TIMESTAMP '2026-11-23 00:00:00' AND time < TIMESTAMP '2026-11-24 00:00:00'\n",
    );
    expect(athena.queries[1]?.sql).toMatch(/WHERE paths_refused >= 9 /);
  });
});

/** Waits for the first request for the state of the query. */
async function untilPolled(): Promise<void> {
  while ((athena.queries[0]?.polls ?? 0) < 1) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe("queryAthena", () => {
  let client: AthenaClient;
  beforeEach(() => {
    client = new AthenaClient({
      region: "us-east-1",
      endpoint: athena.endpoint,
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
  });
  afterEach(() => client.destroy());

  const ask = (sql: string) =>
    queryAthena({
      client,
      sql,
      database: "d",
      workgroup: "w",
      signal: new AbortController().signal,
      onProgress: () => undefined,
    });

  it("fetches a page when the rows of the previous page were read", async () => {
    athena.setResults(NUMBERS);
    const { columns, rows } = await ask("SELECT n FROM t");
    expect([columns, athena.pages]).toEqual([["n"], 1]);
    const seen: unknown[] = [];
    const pages: number[] = [];
    for await (const [n] of rows) {
      seen.push(n);
      pages.push(athena.pages);
    }
    expect(seen).toEqual(NUMBERS.rows.map(([n]) => Number(n)));
    // The first page has nine rows: its first is the header.
    expect([pages[8], pages[9], pages[18], pages[19]]).toEqual([1, 2, 2, 3]);
  });

  it("keeps the first row of a statement that is not a query", async () => {
    athena.setResults({ columns: [{ name: "tab_name", type: "string" }], rows: [["tab_name"], ["t"]] });
    expect(await rowsOf(await ask("SHOW TABLES"))).toEqual([{ tab_name: "tab_name" }, { tab_name: "t" }]);
    expect(await rowsOf(await ask("SELECT 1"))).toEqual([{ tab_name: "tab_name" }, { tab_name: "t" }]);
  });

  it("returns values in the form of DuckDB's values", async () => {
    athena.setResults({
      columns: [
        "bigint",
        "integer",
        "double",
        "decimal",
        "boolean",
        "timestamp",
        "date",
        "varchar",
        "bigint",
        "double",
        "array",
        "varchar",
      ].map((type) => ({ name: type, type })),
      rows: [
        [
          "9007199254740993",
          "-7",
          "0.1",
          "12.50",
          "true",
          "2026-11-23 07:05:00.123",
          "2026-11-23",
          "",
          "42",
          "NaN",
          "[1, 2]",
          null,
        ],
      ],
    });
    expect(await rowsOf(await ask("SELECT ..."))).toEqual([
      {
        bigint: "9007199254740993",
        integer: -7,
        double: 0.1,
        decimal: 12.5,
        boolean: true,
        timestamp: "2026-11-23T07:05:00.123000Z",
        date: "2026-11-23",
        varchar: "",
        "bigint:1": 42,
        "double:1": "NaN",
        array: "[1, 2]",
        "varchar:1": null,
      },
    ]);
  });

  it("returns the columns of a result without rows", async () => {
    athena.setResults({ columns: [{ name: "n", type: "bigint" }], rows: [] });
    const { columns, rows } = await ask("SELECT n FROM t");
    expect([columns, await rowsOf({ columns, rows })]).toEqual([["n"], []]);
  });

  it("joins its own query if Athena was too busy to confirm the start, and retries after other refusals", async () => {
    athena.setResults(NUMBERS);
    athena.refuse("TooManyRequestsException");
    athena.refuseOf("GetQueryExecution", "ThrottlingException");
    athena.refuseOf("GetQueryResults", "InternalServerException");
    expect(await rowsOf(await ask("SELECT n FROM t"))).toHaveLength(25);
    expect(athena.queries).toHaveLength(1);
    expect(athena.submissions).toBe(2);
  });
});
