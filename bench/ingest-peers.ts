import { readFileSync } from "node:fs";
import { join } from "node:path";
import { alb } from "../formats/alb";
import { cloudfront } from "../formats/cloudfront";
import { duckdbColumns } from "../formats/column-type";
import { columnsByPosition, type LogFormat } from "../formats/log-format";
import { renderLinePattern } from "../formats/render/line-pattern";
import { sqlIdentifier, sqlString } from "../formats/render/sql-text";
import type { TokenKind } from "../formats/tokens";
import type { BenchOptions } from "./benchmark";
import { type Contestant, type Run, runOnce } from "./measure";
import { debianPeer, npmPeer, type Peer } from "./peers";
import { runSql } from "./run-sql";

/** Answer that every reader must give for the same logs, to check that it read them correctly. */
export interface Answer {
  readonly requests: number;
  readonly bytes: number;
  readonly errors: number;
}

export type Reading = Run & { readonly answer?: Answer };

/** Input paths of readers, and a scratch folder. */
export interface Logs {
  readonly format: LogFormat;
  /** Folder with only the logs of this format. */
  readonly folder: string;
  /** List of the logs for `xargs -0`. */
  readonly list: string;
  readonly scratch: string;
}

/** A log reader of another project. */
export interface Reader {
  readonly name: string;
  /** What the reader produces. */
  readonly makes: string;
  readonly peer: Peer;
  readonly run: (path: string) => Reading;
  /** See `Contestant`. */
  readonly rounds?: number;
}

/** What a program that knows nothing of the format needs: fields from 0, and the columns that hold the answer. */
interface Plain {
  readonly format: LogFormat;
  readonly fewest: number;
  readonly status: number;
  readonly bytes: number;
  readonly statusColumn: string;
  readonly bytesColumn: string;
  /** What the format is called by programs that know it. */
  readonly goaccess: string;
  readonly lnav: string;
}
const PLAIN: readonly Plain[] = [
  {
    format: alb,
    fewest: 29,
    status: 8,
    bytes: 11,
    statusColumn: "elb_status_code",
    bytesColumn: "sent_bytes",
    goaccess: "AWSALB",
    lnav: "alb_log",
  },
  {
    format: cloudfront,
    fewest: 26,
    status: 8,
    bytes: 3,
    statusColumn: "sc_status",
    bytesColumn: "sc_bytes",
    goaccess: "CLOUDFRONT",
    lnav: "w3c_log",
  },
];
/** Formats that the peers are compared with. */
export const COMPARED: readonly LogFormat[] = PLAIN.map(({ format }) => format);

export function plainOf(format: LogFormat): Plain {
  const plain = PLAIN.find((known) => known.format === format);
  if (plain === undefined) throw new Error(`nothing is known of ${format.id} for the peers`);
  return plain;
}

/** Names that goals refer to. */
export const ZCAT = "zcat | wc -l";
export const CHDB = "chdb, lines split";
export const GOACCESS = "zcat | goaccess";

const NODE_HERE: Peer = { path: process.execPath, version: `Node ${process.versions.node}` };
const CHDB_VERSION = "3.4.0";
const ANSWERS = "three numbers";
const LINES = "a number of lines";

/** The same question in SQL over typed columns. */
export function answerSql(format: LogFormat, table: string): string {
  const { statusColumn, bytesColumn } = plainOf(format);
  return `SELECT count(*), sum(${bytesColumn}), count(*) FILTER (WHERE ${statusColumn} >= '500') FROM ${table}`;
}

/** @param texts three numbers @throws Error if they are not numbers */
export function answerOf(texts: readonly unknown[]): Answer {
  const [requests = Number.NaN, bytes = Number.NaN, errors = Number.NaN] = texts.map(Number);
  if ([requests, bytes, errors].some(Number.isNaN)) throw new Error(`expected three numbers, got "${texts}"`);
  return { requests, bytes, errors };
}

/** Fastest possible reading: unpacks the text and counts its lines. */
const linesOf = (command: string, list: string) =>
  runOnce(["sh", "-c", `xargs -0 ${command} < '${list}' | wc -l`]);

/** @param list paths for `xargs -0` */
export const runZcat = (list: string): Reading => linesOf("zcat", list);

export function decompressors(list: string, options: BenchOptions): readonly Reader[] {
  const piped = (command: string) => () => linesOf(command, list);
  return [
    { name: ZCAT, makes: LINES, peer: debianPeer("zcat", "gzip", options), run: () => runZcat(list) },
    {
      name: "igzip -dc | wc -l",
      makes: LINES,
      peer: debianPeer("igzip", "isal", options),
      run: piped("igzip -dc"),
    },
    {
      name: "libdeflate-gunzip in 2 processes | wc -l",
      makes: LINES,
      peer: debianPeer("libdeflate-gunzip", "libdeflate-tools", options),
      run: piped("-P 2 -n 16 libdeflate-gunzip -c"),
    },
  ];
}

export function readers(logs: Logs, options: BenchOptions): readonly Reader[] {
  const { format, list } = logs;
  const plain = plainOf(format);
  const awk = `-F '${format.separator}' '!/^#/ && NF >= ${plain.fewest} { n++; b += $${plain.bytes + 1}; if ($${plain.status + 1} >= 500) e++ } END { printf "%.0f %.0f %.0f", n, b, e }'`;
  const fromAwk = (name: string): Reader => ({
    name: `zcat | ${name}`,
    makes: ANSWERS,
    peer: debianPeer(name, name, options),
    run: (path) => answered(runOnce(["sh", "-c", `xargs -0 zcat < '${list}' | ${path} ${awk}`])),
    rounds: 1,
  });
  return [
    ...decompressors(list, options),
    fromAwk("mawk"),
    fromAwk("gawk"),
    {
      name: "Node, each line split",
      makes: ANSWERS,
      peer: NODE_HERE,
      run: (path) =>
        answered(
          runOnce([
            path,
            join(__dirname, "bench", "parse.js"),
            format.separator,
            ...[plain.fewest, plain.status, plain.bytes].map(String),
            list,
          ]),
        ),
      rounds: 0,
    },
    {
      name: "DuckDB, read_csv",
      makes: "Parquet, some lines lost",
      peer: NODE_HERE,
      run: () => duckdb(logs, csvRelation(logs)),
      rounds: 0,
    },
    {
      name: "DuckDB, regexp_extract",
      makes: "Parquet",
      peer: NODE_HERE,
      run: () => duckdb(logs, regexpRelation(format, join(logs.folder, "*.gz"))),
      rounds: 0,
    },
    {
      name: CHDB,
      makes: ANSWERS,
      peer: npmPeer("chdb", CHDB_VERSION, "index.js", options),
      run: (path) =>
        answered(runOnce([process.execPath, join(__dirname, "bench", "chdb.js"), path, chdbSql(logs)])),
    },
    {
      name: "lnav",
      makes: ANSWERS,
      peer: debianPeer("lnav", "lnav", options),
      run: (path) => lnav(path, logs),
      rounds: 1,
    },
    {
      name: GOACCESS,
      makes: "a report",
      peer: debianPeer("goaccess", "goaccess", options),
      run: (path) => goaccess(path, logs),
      rounds: 0,
    },
  ];
}

/** A reader as a contestant, or the reason why it is missing. */
export const contestantOf = ({ name, peer, run, rounds }: Reader): Contestant<Reading> | undefined =>
  "path" in peer
    ? { name, run: () => run(peer.path), ...(rounds === undefined ? {} : { rounds }) }
    : undefined;

const answered = (run: Run): Reading => ({ ...run, answer: answerOf(run.output.trim().split(/\s+/)) });

function duckdb({ format, scratch }: Logs, relation: string): Reading {
  const parquet = sqlString(join(scratch, "peer.parquet"));
  const run = runSql({
    setup: [],
    statements: [`COPY (${relation}) TO ${parquet} (FORMAT parquet, COMPRESSION zstd)`],
  });
  const { results } = runSql({ setup: [], statements: [answerSql(format, `read_parquet(${parquet})`)] });
  return { ...run, answer: answerOf(results[0]?.rows[0] ?? []) };
}

/** DuckDB's CSV reader: each field is a column, and lines of another form are skipped. */
function csvRelation({ format, folder }: Logs): string {
  const types = new Map(duckdbColumns(format).map(({ name, type }) => [name, type]));
  const columns = format.fields.map(({ columns: [{ name }, ...others] }) => {
    if (others.length > 0) return [name, "VARCHAR"];
    return [name, format.time[1] === name ? "TIME" : (types.get(name) ?? "VARCHAR")];
  });
  const dialect =
    format.separator === " "
      ? `delim = ' ', quote = '"', escape = '"'`
      : `delim = '\t', quote = '', escape = '', comment = '#'`;
  return `SELECT * FROM read_csv(${sqlString(join(folder, "*.gz"))}, ${dialect}, header = false, auto_detect = false,
  columns = {${columns.map((pair) => pair.map((text) => sqlString(text ?? "")).join(": ")).join(", ")}},
  nullstr = '-', null_padding = true, ignore_errors = true, strict_mode = false)`;
}

/** Kinds of fields that have lookarounds, which DuckDB's library has not, and what they usually are. */
const USUAL: Partial<Record<TokenKind, TokenKind>> = {
  quotedOrBare: "quoted",
  statusList: "quoted",
  bareOrQuoted: "word",
};

const usualPattern = (format: LogFormat): string =>
  renderLinePattern({
    ...format,
    fields: format.fields.map((field) => ({ ...field, token: USUAL[field.token] ?? field.token })),
  });

/**
 * One regular expression for the whole line, as in Athena's SerDe.
 *
 * @param keys partition keys in the files' paths, which also become columns
 */
export function regexpRelation(format: LogFormat, glob: string, keys: readonly string[] = []): string {
  const names = columnsByPosition(format).map(({ name }) => name);
  const [date, time] = format.time;
  const columns = duckdbColumns(format).map(({ name, type }) => {
    // Only lines of JSON, and those after a header that names them, have the others.
    if (!names.includes(name)) return `CAST(NULL AS ${type}) AS ${sqlIdentifier(name)}`;
    const text =
      name === time
        ? `concat_ws(' ', field.${sqlIdentifier(date)}, field.${sqlIdentifier(time)})`
        : `field.${sqlIdentifier(name)}`;
    return `TRY_CAST(NULLIF(NULLIF(${text}, '-'), '') AS ${type}) AS ${sqlIdentifier(name)}`;
  });
  return `SELECT ${[...columns, ...keys].join(", ")} FROM (
  SELECT ${keys.map((key) => `${key}, `).join("")}regexp_extract(line, ${sqlString(`^(?:${usualPattern(format)})$`)}, [${names.map(sqlString).join(", ")}]) AS field
  FROM read_csv(${sqlString(glob)}, delim = '\x01', quote = '', escape = '', header = false,
    auto_detect = false, ignore_errors = true, columns = {'line': 'VARCHAR'},
    hive_partitioning = ${keys.length > 0}, hive_types_autocast = false))
WHERE field.${sqlIdentifier(date)} <> ''`;
}

function chdbSql({ format, folder }: Logs): string {
  const { status, bytes } = plainOf(format);
  const fields = Math.max(status, bytes) + 2;
  return `SELECT count(), sum(toInt64OrZero(s[${bytes + 1}])), countIf(toInt32OrZero(s[${status + 1}]) >= 500)
FROM (SELECT splitByChar('${format.separator}', line, ${fields}) AS s FROM file('${join(folder, "*.gz")}', 'LineAsString', 'line String')
  WHERE NOT startsWith(line, '#'))
WHERE length(s) = ${fields}`;
}

/** lnav keeps its settings in the home folder, so it gets a separate one. */
function lnav(path: string, { format, folder, scratch }: Logs): Reading {
  const sql = answerSql(format, plainOf(format).lnav).replace("'500'", "500");
  const run = runOnce(["sh", "-c", `exec '${path}' -n -c ';${sql}' '${folder}'/*.gz`], { HOME: scratch });
  return { ...run, answer: answerOf(run.output.trim().split("\n").at(-1)?.trim().split(/\s+/) ?? []) };
}

/** The parts of GoAccess's report that are used. */
interface GoAccessReport {
  readonly general: { readonly valid_requests: number; readonly bandwidth: number };
  readonly status_codes: {
    readonly data: readonly { readonly data: string; readonly hits: { readonly count: number } }[];
  };
}

/** Writes a page, or a file of JSON. Without `--num-tests`, it ends if the first ten lines are of another form. */
export function runGoaccess(path: string, { format, list }: Pick<Logs, "format" | "list">, file: string) {
  const flags = `--log-format=${plainOf(format).goaccess} --no-global-config --no-progress --num-tests=0 -o '${file}'`;
  return runOnce(["sh", "-c", `xargs -0 zcat < '${list}' | '${path}' ${flags} -`]);
}

function goaccess(path: string, logs: Logs): Reading {
  const file = join(logs.scratch, "goaccess.json");
  const run = runGoaccess(path, logs, file);
  const { general, status_codes: codes }: GoAccessReport = JSON.parse(readFileSync(file, "utf8"));
  const errors = codes.data.find(({ data }) => data.startsWith("5"))?.hits.count ?? 0;
  return { ...run, answer: { requests: general.valid_requests, bytes: general.bandwidth, errors } };
}
