import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { FORMATS } from "../../formats";
import { parseHourRange } from "../../handlers/core/add-partitions";
import { noteArrivals } from "../../handlers/core/arrival-notes";
import { systemClock } from "../../handlers/core/ports";
import { LAKE_FINDINGS } from "../../inspect/lake-findings";
import { lakeReport } from "../../inspect/lake-report";
import { directoryObjectStore, partialPath } from "../../lake/directory-object-store";
import { openDuckdb } from "../../lake/duckdb-engine";
import { LAKE_BUCKET, lakeLayout } from "../../lake/layout";
import { withLakeLock } from "../../lake/lock";
import { writeSample } from "../../sample/write-sample";
import { albKey, cloudfrontKey, type TestLake, testLake } from "../helpers/lake";
import { fileAt } from "../helpers/notes";
import { runProgram } from "../helpers/run-program";

let healthy: TestLake;
let root: string;
beforeAll(async () => {
  healthy = testLake();
  await writeSample(healthy.logs, { seed: 1, files: 6, lines: 40, hours: 2 }, () => undefined);
  // Intact, but without a line: only recorded.
  healthy.put(albKey("20260601T2205Z"), "");
  healthy.put(cloudfrontKey("2026-06-01-22"), "#Version: 1.0\n#Fields: date time\n");
  await healthy.ingest();
});
afterAll(() => healthy.delete());
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "broken lake "));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const filesOf = (lake: string, folder: string): string[] =>
  readdirSync(join(lake, folder), { recursive: true, encoding: "utf8" })
    .map((name) => join(lake, folder, name))
    .filter((path) => statSync(path).isFile())
    .sort();
/** The largest file of the first hour: a Parquet file without rows only records files. */
const firstOf = (lake: string, folder: string, table = "alb_access_logs"): string => {
  const files = filesOf(lake, join(folder, table)).filter((path) => statSync(path).size > 200);
  const [first] = files
    .filter((path) => dirname(path) === dirname(files[0] ?? ""))
    .sort((a, b) => statSync(b).size - statSync(a).size);
  if (first === undefined) throw new Error(`no file below ${folder}`);
  return first;
};
/** Writes the note of a file of the lake, as an ingest does when it has copied it. */
const note = (lake: string, path: string) =>
  noteArrivals({ store: directoryObjectStore({ [LAKE_BUCKET]: lake }), clock: systemClock }, LAKE_BUCKET, [
    fileAt(relative(lake, path)),
  ]);
const put = (path: string, body: string | Buffer) => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, body);
};
/** Rewrites a Parquet file with other columns. */
const rewrite = async (file: string, select: string) => {
  const engine = await openDuckdb();
  const copy = `${file}.new`;
  await engine.run({
    sql: `COPY (SELECT ${select} FROM read_parquet('${file}', hive_partitioning = false)) TO '${copy}' (FORMAT parquet)`,
    token: "rewrite",
  });
  engine.close();
  renameSync(copy, file);
};
const GONE_PROCESS = 2 ** 22 + 1;

type Break = (lake: string) => void | Promise<void>;

/** Every way to break a lake, with the expected finding. */
const BROKEN: readonly (readonly [what: string, codes: readonly string[], breakIt: Break])[] = [
  ["a log is cut off", ["corrupt-file"], (lake) => truncateSync(firstOf(lake, "raw"), 100)],
  [
    "a byte of a log is wrong",
    ["corrupt-file"],
    (lake) => {
      const file = firstOf(lake, "raw");
      const body = readFileSync(file);
      body[body.length - 6] = (body[body.length - 6] ?? 0) ^ 0xff;
      writeFileSync(file, body);
    },
  ],
  [
    "a log has rubbish behind its end",
    ["corrupt-file"],
    (lake) => appendFileSync(firstOf(lake, "raw"), "rubbish"),
  ],
  ["a log is gone", ["raw-file-gone"], (lake) => rmSync(firstOf(lake, "raw"))],
  ["all logs are gone", ["raw-file-gone"], (lake) => rmSync(join(lake, "raw"), { recursive: true })],
  ["a Parquet file is deleted", ["files-forgotten"], (lake) => rmSync(firstOf(lake, "typed"))],
  [
    "all tables are deleted",
    Object.values(FORMATS).map(() => "files-forgotten"),
    (lake) => rmSync(join(lake, "typed"), { recursive: true }),
  ],
  [
    "a Parquet file is rubbish",
    ["unreadable-parquet", "files-forgotten"],
    (lake) => writeFileSync(firstOf(lake, "typed"), "rubbish"),
  ],
  [
    "a Parquet file is empty",
    ["unreadable-parquet", "files-forgotten"],
    (lake) => writeFileSync(firstOf(lake, "typed"), ""),
  ],
  [
    "a Parquet file is cut off",
    ["unreadable-parquet", "files-forgotten"],
    (lake) => truncateSync(firstOf(lake, "typed"), 500),
  ],
  [
    "the middle of a Parquet file is overwritten",
    ["unreadable-parquet", "files-forgotten"],
    (lake) => {
      const file = firstOf(lake, "typed");
      const body = readFileSync(file);
      body.fill(0xff, 4, Math.floor(body.length / 2));
      writeFileSync(file, body);
    },
  ],
  [
    "a Parquet file has a column of its own",
    ["unknown-column"],
    (lake) => rewrite(firstOf(lake, "typed"), "*, 1 AS mine"),
  ],
  [
    "a column has another type",
    ["column-type"],
    (lake) => rewrite(firstOf(lake, "typed"), "* REPLACE (client_port::VARCHAR AS client_port)"),
  ],
  [
    "a Parquet file is no commit",
    ["foreign-parquet", "files-forgotten"],
    (lake) => rewrite(firstOf(lake, "typed"), "time, elb"),
  ],
  [
    "a Parquet file lies in another hour",
    ["misplaced-parquet"],
    (lake) => {
      const file = firstOf(lake, "typed");
      const other = file.replace(/hour=\d\d/, "hour=03");
      mkdirSync(dirname(other), { recursive: true });
      renameSync(file, other);
    },
  ],
  [
    "a Parquet file is there twice",
    ["file-twice", "file-twice", "file-twice"],
    (lake) => {
      const file = firstOf(lake, "typed");
      cpSync(file, join(dirname(file), "0123456789abcdef.parquet"));
    },
  ],
  [
    "something that is no Parquet lies in a table",
    ["stray-file"],
    (lake) => put(join(dirname(firstOf(lake, "typed")), "notes.txt"), "x"),
  ],
  // Windows has no such files.
  ...(process.platform === "win32"
    ? []
    : ([
        [
          "a pipe, which never ends, is next to a log",
          ["stray-file"],
          (lake) => void execFileSync("mkfifo", [join(dirname(firstOf(lake, "raw")), "pipe.log.gz")]),
        ],
      ] satisfies typeof BROKEN)),
  [
    "a log lies in no partition",
    ["stray-file"],
    (lake) => put(join(lake, "raw/alb_access_logs/app.log.gz"), "x"),
  ],
  [
    "a partition is of an hour that does not exist",
    ["stray-file"],
    (lake) => put(join(lake, "raw/alb_access_logs/dt=2026-02-30/hour=07/a.gz"), "x"),
  ],
  [
    "a table is of no format",
    ["stray-file"],
    (lake) => put(join(lake, "typed/mail_access_logs/dt=2026-11-23/hour=07/a.parquet"), "x"),
  ],
  [
    "a log came that is in no commit",
    ["files-forgotten"],
    (lake) => {
      const file = firstOf(lake, "raw");
      cpSync(file, join(dirname(file), "00000000-copy.gz"));
    },
  ],
  [
    "an ingest was killed before the commit",
    ["files-waiting"],
    async (lake) => {
      const file = firstOf(lake, "raw");
      const copy = join(dirname(file), "00000000-copy.gz");
      cpSync(file, copy);
      await note(lake, copy);
    },
  ],
  ["a note is left", ["note-left"], (lake) => note(lake, firstOf(lake, "raw"))],
  [
    "a note is of an hour without logs",
    ["note-left"],
    (lake) => note(lake, join(lake, "raw/alb_access_logs/dt=2020-01-01/hour=00/a.gz")),
  ],
  [
    "a note is none",
    ["unknown-note"],
    (lake) => put(join(lake, "_arrivals/alb_access_logs/yesterday.json"), "x"),
  ],
  [
    "the lock is of a process that is gone",
    ["stale-lock"],
    (lake) => put(join(lake, ".lock"), String(GONE_PROCESS)),
  ],
  ["the lock is empty", ["broken-lock"], (lake) => put(join(lake, ".lock"), "")],
  [
    "an ingest was killed in the middle of a commit",
    ["stale-lock", "leftover-work"],
    (lake) => {
      put(join(lake, ".lock"), String(GONE_PROCESS));
      put(join(lake, ".work/0123456789abcdef/rows"), "x");
    },
  ],
  [
    "an ingest was killed while it copied a log",
    ["stale-lock", "leftover-work"],
    (lake) => {
      put(join(lake, ".lock"), String(GONE_PROCESS));
      put(partialPath(firstOf(lake, "raw")), "x");
    },
  ],
  [
    "a copy was cut short and is older than the last ingest",
    ["leftover-file"],
    (lake) => put(partialPath(firstOf(lake, "raw")), "x"),
  ],
  [
    "a copy was cut short by an older version",
    ["leftover-file"],
    (lake) => put(`${firstOf(lake, "raw")}.0b5ee9f2.partial`, "x"),
  ],
  [
    "an ingest was killed before it had the lock",
    ["leftover-work"],
    (lake) => put(partialPath(join(lake, ".lock.duckdb")), "x"),
  ],
  [
    "a lock of an older version was never taken",
    ["leftover-file"],
    (lake) => put(join(lake, `.lock.${GONE_PROCESS}`), "1"),
  ],
  [
    "the last ingest could not read a log",
    ["skipped-files"],
    (lake) => put(join(lake, "skipped.jsonl"), '{"key":"a","reason":"unreadable-file","detail":"EACCES"}\n'),
  ],
  [
    "a file without rows would have replaced one with rows",
    ["skipped-files"],
    (lake) => put(join(lake, "skipped.jsonl"), '{"key":"a","reason":"not-replaced"}\n'),
  ],
  [
    "the list of skipped files is none",
    ["skipped-unreadable"],
    (lake) => put(join(lake, "skipped.jsonl"), "oops\n"),
  ],
  [
    "AWS changed the form of the lines",
    ["unparsed-lines"],
    async (lake) => {
      const file = firstOf(lake, "typed");
      await rewrite(file, "* REPLACE ('a new form' AS unparsed)");
    },
  ],
  [
    "everything is deleted",
    ["empty-lake"],
    (lake) => {
      for (const name of ["raw", "typed", "_arrivals", "skipped.jsonl"])
        rmSync(join(lake, name), { recursive: true, force: true });
    },
  ],
  ["the folder is not there", ["no-lake"], (lake) => rmSync(lake, { recursive: true })],
  [
    "it is a file",
    ["not-a-folder"],
    (lake) => {
      rmSync(lake, { recursive: true });
      writeFileSync(lake, "x");
    },
  ],
  [
    "it is the folder of the logs",
    ["not-a-lake"],
    (lake) => {
      rmSync(lake, { recursive: true });
      cpSync(healthy.logs, lake, { recursive: true });
    },
  ],
];

const look = (lake: string, isDeep: boolean) => lakeReport(lake, { isDeep });
const copyOfLake = (): string => {
  const lake = join(root, "lake");
  cpSync(healthy.lake, lake, { recursive: true, preserveTimestamps: true });
  return lake;
};

describe("access-logs doctor on a lake", () => {
  it.each(BROKEN)("finds that %s: %j", async (_, codes, breakIt) => {
    const lake = copyOfLake();
    await breakIt(lake);
    const { findings } = await look(lake, true);
    expect(findings.filter(({ severity }) => severity === "wrong").map(({ code }) => code)).toEqual(codes);
    for (const { where, what, fix, run = "" } of findings) {
      expect([where, what, fix]).not.toContain("");
      // The fix leaves only the folder of the logs open, which only the user knows.
      expect([what, fix, run].join("\n")).not.toMatch(
        /\b(?:HOURS?|FILES|REASONS?|COLUMN|COUNT|LAKE|WHERE|FROM_|WRITER|OTHER|EXAMPLE|\{)\b/,
      );
    }
  });

  it("finds no problem in a healthy lake with empty files", async () => {
    expect((await look(healthy.lake, true)).findings).toEqual([]);
    expect((await look(healthy.lake, false)).findings).toEqual([]);
  });

  it("finds a path that DuckDB would read as a pattern", async () => {
    const { findings } = await look(join(root, "la[k]e"), true);
    expect(findings.map(({ code }) => code)).toEqual(["lake-path"]);
  });

  it("reports a column that older files lack as a note", async () => {
    const lake = copyOfLake();
    await rewrite(firstOf(lake, "typed"), "* EXCLUDE (trace_id)");
    const { findings } = await look(lake, true);
    expect(findings.map(({ code, severity }) => [code, severity])).toEqual([["missing-column", "note"]]);
  });

  it("reports no empty lake while the first ingest runs", async () => {
    const lake = join(root, "new");
    mkdirSync(lake);
    await withLakeLock(lakeLayout(lake), async () => {
      const { findings } = await look(lake, false);
      expect(findings.map(({ code, severity }) => [code, severity])).toEqual([["lake-busy", "note"]]);
    });
  });

  it("reports no leftover file while an ingest runs", async () => {
    const lake = copyOfLake();
    put(join(lake, ".work/0123456789abcdef/rows"), "x");
    await note(lake, firstOf(lake, "raw"));
    await withLakeLock(lakeLayout(lake), async () => {
      const { findings } = await look(lake, true);
      expect(findings.map(({ code, severity }) => [code, severity])).toEqual([["lake-busy", "note"]]);
    });
  });

  it("checks only the given hours", async () => {
    const lake = copyOfLake();
    rmSync(firstOf(lake, "typed"));
    const { findings, allIsWell } = await lakeReport(lake, {
      isDeep: true,
      range: parseHourRange("2020-01-01", "2020-01-02"),
    });
    expect(findings.map(({ code }) => code)).toEqual([]);
    expect(allIsWell).toBe("no logs in these hours; without --since and --from, all hours are shown");
  });

  it("changes nothing in the lake", async () => {
    const lake = copyOfLake();
    const before = filesOf(lake, "").map((path) => [path, statSync(path).mtimeMs]);
    await look(lake, true);
    expect(filesOf(lake, "").map((path) => [path, statSync(path).mtimeMs])).toEqual(before);
    expect(existsSync(join(lake, ".lock"))).toBe(false);
  });
});

describe("every finding about a lake", () => {
  it("is found in at least one test", () => {
    const tested = new Set([
      ...BROKEN.flatMap(([, codes]) => codes),
      "lake-path",
      "missing-column",
      "lake-busy",
    ]);
    // Root can read every file, so the finding about unreadable files has its own test.
    expect(Object.keys(LAKE_FINDINGS).filter((code) => !tested.has(code))).toEqual(["unreadable-file"]);
  });
});

describe("access-logs status and doctor", () => {
  it("report a problem by the exit code, and print the fix", async () => {
    const lake = copyOfLake();
    expect((await runProgram(["status", "--lake", lake])).status).toBe(0);
    expect((await runProgram(["doctor", "--lake", lake])).status).toBe(0);
    rmSync(firstOf(lake, "typed"));
    const { status, stdout, stderr } = await runProgram(["status", "--lake", lake]);
    expect([status, stderr]).toEqual([1, ""]);
    expect(stdout).toContain("wrong  files-forgotten: alb_access_logs");
    expect(stdout).toContain("       $ access-logs backfill --from 2026-06-01T");
  });

  it("print one JSON document with the same findings", async () => {
    const lake = copyOfLake();
    const ok = await runProgram(["status", "--lake", lake, "--json"]);
    expect(JSON.parse(ok.stdout)).toMatchObject({
      ok: true,
      findings: [],
      streams: Object.values(FORMATS).map(({ table }) => ({ table, filesWaiting: 0, lagSeconds: 0 })),
    });
    put(join(lake, ".lock"), "");
    const broken = await runProgram(["doctor", "--lake", lake, "--json"]);
    expect(broken.status).toBe(1);
    expect(JSON.parse(broken.stdout)).toMatchObject({ ok: false, findings: [{ code: "broken-lock" }] });
  });

  it("find only a note, and no problem, for files written before the format got a column, which is NULL in them", async () => {
    const lake = copyOfLake();
    for (const file of filesOf(lake, "typed/alb_access_logs")) await rewrite(file, "* EXCLUDE (trace_id)");
    // The lake of an earlier version does not say which columns it has.
    rmSync(join(lake, ".columns.json"));
    const { findings } = await look(lake, true);
    expect(new Set(findings.map(({ severity, code }) => `${severity} ${code}`))).toEqual(
      new Set(["note missing-column"]),
    );
    const sql = "SELECT count(*) AS requests, count(trace_id) AS traced FROM alb_access_logs";
    const { stdout } = await runProgram(["query", sql, "--lake", lake, "--json"]);
    expect(JSON.parse(stdout)).toEqual([{ requests: expect.any(Number), traced: 0 }]);
  });

  it("do not prevent the next ingest from taking a lock that names no process", async () => {
    const lake = copyOfLake();
    put(join(lake, ".lock"), "");
    expect((await runProgram(["ingest", healthy.logs, "--lake", lake])).status).toBe(0);
  });

  it("repair a lake when the user follows the fix", async () => {
    const lake = copyOfLake();
    rmSync(firstOf(lake, "typed"));
    const { findings } = await look(lake, true);
    const command = /access-logs (backfill .*)$/.exec(findings[0]?.run ?? "")?.[1] ?? "";
    const args = command.replace("--dir DIR", "--dir LOGS").split(" --lake ")[0]?.split(" ") ?? [];
    const done = await runProgram([
      ...args.map((arg) => (arg === "LOGS" ? healthy.logs : arg)),
      "--lake",
      lake,
    ]);
    expect(done.status).toBe(0);
    expect((await look(lake, true)).findings).toEqual([]);
  });

  it("refuse hours that are given twice or only in part", async () => {
    for (const args of [
      ["--since", "4", "--from", "2026-01-01"],
      ["--to", "2026-01-01"],
    ]) {
      const { status, stderr } = await runProgram(["status", "--lake", healthy.lake, ...args]);
      expect([status, stderr]).toEqual([
        2,
        expect.stringMatching(/^error: .*(?:both|needs --from: set the first time, too)\n$/),
      ]);
    }
    expect((await runProgram(["status", "--lake", healthy.lake, "--since", "x"])).status).toBe(2);
  });
});
