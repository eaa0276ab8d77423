// Runs `access-logs ingest` and `query` with logs from outside this project.
//
//   node .ci/ingest-others.js samples FOLDER WORK      every line of every ALB or CloudFront log is a row, a header or
//                                                      unparsed; writes all rows and unparsed lines to WORK/rows.json
//   node .ci/ingest-others.js edge-cases FOLDER WORK   every line gives the values that its case expects
const { execFileSync } = require("node:child_process");
const { mkdirSync, readdirSync, readFileSync, writeFileSync } = require("node:fs");
const { dirname, join } = require("node:path");
const { gunzipSync } = require("node:zlib");

const [mode, folder, work] = process.argv.slice(2);
const logs = join(work, "logs");
const lake = join(work, "lake");
const program = join(__dirname, "..", "dist", "cli", "access-logs.mjs");
const run = (...args) =>
  JSON.parse(execFileSync(process.execPath, [program, ...args, "--json"], { maxBuffer: 1 << 28 }));
const query = (sql) => run("query", sql, "--lake", lake);
const TABLES = { alb: "alb_access_logs", cloudfront: "cloudfront_access_logs" };

/** Possible keys of AWS for the n-th file. */
const keyOf = {
  alb: (n) =>
    `alb/AWSLogs/111122223333/elasticloadbalancing/us-east-1/2026/01/01/111122223333_elasticloadbalancing_us-east-1_app.lb.1_20260101T0105Z_10.0.0.1_${n}.log`,
  cloudfront: (n) => `cf/E2OTHERS.2026-01-01-01.${n}`,
};
const put = (key, body) => {
  mkdirSync(dirname(join(logs, key)), { recursive: true });
  writeFileSync(join(logs, key), body);
};
const fail = (message) => {
  console.error(message);
  process.exitCode = 1;
};

if (mode === "samples") samples();
else edgeCases();

function samples() {
  const expected = { alb: 0, cloudfront: 0 };
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  for (const [n, entry] of files.entries()) {
    const bytes = readFileSync(join(entry.parentPath, entry.name));
    const text = (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString();
    const lines = text.split(/\r?\n/).filter((line) => line !== "" && !line.startsWith("#"));
    const format = lines.some((line) => /^(?:https?|h2|grpcs|wss?) \d{4}-/.test(line))
      ? "alb"
      : lines.some((line) => /^\d{4}-\d\d-\d\d\t/.test(line))
        ? "cloudfront"
        : undefined;
    if (!format) continue;
    put(keyOf[format](n) + (bytes[0] === 0x1f ? ".gz" : ""), bytes);
    expected[format] += lines.length;
  }
  const summary = run("ingest", logs, "--lake", lake);
  console.log(JSON.stringify(summary));
  const all = [];
  for (const [format, table] of Object.entries(TABLES)) {
    const [{ rows }] = query(`SELECT count(*) AS rows FROM ${table}`);
    const unparsed = query(`SELECT line, log_file FROM ${table}_unparsed ORDER BY ALL`);
    all.push({ table, rows: query(`SELECT * FROM ${table} ORDER BY ALL`), unparsed });
    console.log(`${table}: ${rows} rows, ${unparsed.length} lines that are none, of ${expected[format]}`);
    for (const { line } of unparsed) console.log(`  ${line.slice(0, 100)}`);
    if (rows + unparsed.length !== expected[format] || rows === 0) fail(`${table}: lines are missing`);
  }
  writeFileSync(join(work, "rows.json"), JSON.stringify(all));
}

function edgeCases() {
  for (const [format, table] of Object.entries(TABLES)) {
    const cases = readFileSync(join(folder, `${format}.jsonl`), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    for (const { id, line, note } of cases) {
      const header = /"(#Fields: [^"]+)"/.exec(note)?.[1];
      put(keyOf[format](id), `${header ? `${header}\n` : ""}${line}\n`);
    }
    if (format === "alb") put(keyOf.alb("BIN"), readFileSync(join(folder, "alb_non_utf8.bin")));
    run("ingest", logs, "--lake", lake);
    const rows = new Map(
      query(`SELECT * FROM ${table}`).map((row) => [/[._]([A-Z]+\d*)(?:\.log)?$/.exec(row.log_file)[1], row]),
    );
    const unparsed = query(`SELECT log_file FROM ${table}_unparsed`).map(
      ({ log_file }) => /[._]([A-Z]+\d*)(?:\.log)?$/.exec(log_file)[1],
    );
    let good = 0;
    for (const item of cases) {
      const problems = problemsOf(item, rows.get(item.id), unparsed.includes(item.id), columnNames(format));
      if (problems.length === 0) good++;
      else fail(`${item.id} ${item.note}: ${problems.join("; ")}`);
    }
    console.log(`${table}: ${good} of ${cases.length} cases as expected`);
    if (format === "alb" && rows.get("BIN")?.request_url !== "http://www.example.com:80/caf\uFFFD")
      fail("bytes that are no UTF-8 were not replaced");
  }
}

function problemsOf(item, row, isUnparsed, columns) {
  if (item.skip_as_header) return row || isUnparsed ? ["is a header"] : [];
  // This project reads a comment as a header, which is not a row, either.
  if (item.reject || item.ambiguous)
    return row ? ["must be no row"] : !isUnparsed && !item.line.startsWith("#") ? ["was lost"] : [];
  if (!row) return ["is no row"];
  return Object.entries(item.expected).flatMap(([field, expected]) => {
    const column = columns(field);
    if (field.startsWith("_") || column === undefined) return [];
    const value = column === "time" && /^\d\d:/.test(expected) ? row.time.slice(11, 19) : row[column];
    // A case may have the text of a number.
    return value === expected || (typeof value === "number" && String(value) === expected)
      ? []
      : [`${field} is ${JSON.stringify(value)}, not ${JSON.stringify(expected)}`];
  });
}

/** Column of a field in the cases: ALB cases name columns, CloudFront cases name AWS's fields. */
function columnNames(format) {
  if (format === "alb") return (field) => field;
  const page = readFileSync(join(__dirname, "../docs/formats/cloudfront.md"), "utf8");
  const names = new Map(
    [...page.matchAll(/^\| `([^`]+)` \| `(\w+)` \|/gm)].map(([, field, column]) => [field, column]),
  );
  return (field) => names.get(field);
}
