import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { FORMATS } from "../../formats";
import { fieldsByName } from "../../formats/log-format";
import { fieldNamesOf } from "../../formats/parquet-names";
import { sqlString } from "../../formats/render/sql-text";
import type { ParquetBytes } from "../../handlers/core/parquet/parquet-bytes";
import { parquetLines } from "../../handlers/core/parquet/parquet-lines";
import { UnreadableParquetError } from "../../handlers/core/parquet/unreadable-parquet";
import { type DuckdbEngine, openDuckdb } from "../../lake/duckdb-engine";
import { columnNameOf, parquetOf } from "../helpers/parquet";

let engine: DuckdbEngine;
let folder: string;
let path: string;
beforeAll(async () => {
  engine = await openDuckdb();
  folder = mkdtempSync(join(tmpdir(), "parquet-"));
  path = join(folder, "made.parquet");
});
afterAll(() => {
  engine.close();
  rmSync(folder, { recursive: true });
});

const CODECS = ["snappy", "zstd", "gzip", "uncompressed", "brotli", "lz4", "lz4_raw"] as const;

const written = (rows: string, options?: string) => parquetOf(engine, rows, options);

const bytesOf = (file: Buffer): ParquetBytes => ({
  size: file.length,
  read: async (from, to) => file.subarray(from, to),
});

async function linesOf(file: Buffer): Promise<string[]> {
  let text = "";
  for await (const block of (await parquetLines(bytesOf(file))) ?? []) text += block;
  return text.split("\n").slice(0, -1);
}

/** A field whose column has the name. */
const fieldOf = (column: string): string => fieldNamesOf(column)[0] ?? "";

/** Names of columns as AWS writes them, each of one field. */
const COLUMNS = fieldsByName(FORMATS.cloudfront)
  .map(({ name }) => columnNameOf(name))
  .filter((name) => fieldNamesOf(name).length === 1);

const NEAR = fc.oneof(
  fc.bigInt({ min: -9_223_372_036_854_775n, max: 9_223_372_036_854_775n }),
  fc.constantFrom(0n, -1n, 1_795_417_500_000_000n, 1_795_417_500_123_000n),
);
/** Years with four digits. */
const ANY_YEAR = fc.oneof(NEAR, fc.bigInt({ min: -62_135_596_800_000_000n, max: 253_402_214_400_000_000n }));
const INSTANT = "'%Y-%m-%dT%H:%M:%S.%fZ'";
/** Types of columns, with a value of each, and the text that DuckDB gives it. */
const TYPES: readonly (readonly [
  type: string,
  value: fc.Arbitrary<string>,
  text: (value: string) => string,
])[] = [
  [
    "VARCHAR",
    fc
      .string({ unit: "grapheme", maxLength: 12 })
      .filter((text) => !/[\0\ufeff]/.test(text))
      .map(sqlString),
    cast,
  ],
  [
    "VARCHAR",
    fc.constantFrom("", '"', "\\", "\u2028", "\n", "\t", "-", "😀", "a".repeat(5000)).map(sqlString),
    cast,
  ],
  ["BOOLEAN", fc.boolean().map(String), cast],
  ...integers("TINYINT", -(2n ** 7n), 2n ** 7n - 1n),
  ...integers("SMALLINT", -(2n ** 15n), 2n ** 15n - 1n),
  ...integers("INTEGER", -(2n ** 31n), 2n ** 31n - 1n),
  ...integers("BIGINT", -(2n ** 63n), 2n ** 63n - 1n),
  ...integers("UTINYINT", 0n, 2n ** 8n - 1n),
  ...integers("USMALLINT", 0n, 2n ** 16n - 1n),
  // Version 2 of DuckDB's pages has differences of 33 bits for larger ones.
  ...integers("UINTEGER", 0n, 2n ** 31n - 1n),
  ...integers("UBIGINT", 0n, 2n ** 64n - 1n),
  ...decimals(4, 1),
  ...decimals(9, 8),
  ...decimals(18, 6),
  ...decimals(38, 0),
  ...decimals(38, 20),
  ["DATE", micros(ANY_YEAR).map((text) => `${text}::DATE`), cast],
  ["TIME", micros(ANY_YEAR).map((text) => `${text}::TIME`), cast],
  ["TIMESTAMP", micros(ANY_YEAR), (value) => `strftime(${value}, ${INSTANT})`],
  ["TIMESTAMP_MS", micros(ANY_YEAR), (value) => `strftime(${value}::TIMESTAMP, ${INSTANT})`],
  ["TIMESTAMP_NS", micros(NEAR), (value) => `strftime(${value}::TIMESTAMP, ${INSTANT})`],
  ["TIMESTAMPTZ", micros(ANY_YEAR), (value) => `strftime(${value} AT TIME ZONE 'UTC', ${INSTANT})`],
  ["DOUBLE", fc.double().map(floating), cast],
  [
    "DOUBLE",
    fc.constantFrom("0.001", "1e15", "1e16", "1e-4", "1e-5", "1.5e300", "-0.0", "12345678").map(floating),
    cast,
  ],
  ["FLOAT", fc.float({ min: -(2 ** 20), max: 2 ** 20 }).map(floating), cast],
  ["UUID", fc.uuid().map(sqlString), cast],
  ["INTEGER[]", fc.constant("[1, 2]"), () => "NULL"],
  ["STRUCT(a INTEGER)", fc.constant("{'a': 1}"), () => "NULL"],
];

function cast(value: string): string {
  return `CAST(${value} AS VARCHAR)`;
}
function floating(value: number | string): string {
  return `'${String(value).replace("Infinity", "inf")}'`;
}
function integers(type: string, min: bigint, max: bigint) {
  const some = fc
    .oneof(fc.bigInt({ min, max }), fc.constantFrom(min, max))
    .map((value) => sqlString(String(value)));
  return [[type, some, cast] as const];
}
function decimals(width: number, scale: number) {
  const limit = 10n ** BigInt(width) - 1n;
  const digits = fc.bigInt({ min: -limit, max: limit }).map((value) => {
    const text = String(value < 0n ? -value : value).padStart(scale + 1, "0");
    const whole = text.slice(0, text.length - scale);
    return `'${value < 0n ? "-" : ""}${whole}${scale > 0 ? `.${text.slice(-scale)}` : ""}'`;
  });
  return [[`DECIMAL(${width}, ${scale})`, digits, cast] as const];
}
function micros(instants: fc.Arbitrary<bigint>): fc.Arbitrary<string> {
  return instants.map((instant) => `make_timestamp(${instant})`);
}

const columnOf = (...types: readonly (typeof TYPES)[number][]) =>
  fc.constantFrom(...types).chain(([type, value, text]) =>
    fc.record({
      type: fc.constant(type),
      text: fc.constant(text),
      // From few values, so that the column has a dictionary; more of them give it none.
      values: fc.array(fc.option(value, { nil: "NULL", freq: 4 }), { minLength: 1, maxLength: 8 }),
    }),
  );

const file = fc.record({
  columns: fc.shuffledSubarray(COLUMNS, { minLength: 1, maxLength: 8 }).chain((names) =>
    // One at least has texts.
    fc.tuple(
      ...names.map((name, index) =>
        columnOf(...TYPES.slice(0, index === 0 ? 1 : undefined)).map((made) => ({ name, ...made })),
      ),
    ),
  ),
  rows: fc.constantFrom(1, 3, 50, 2500),
  codec: fc.constantFrom(...CODECS),
  version: fc.constantFrom("V1", "V2"),
  groupRows: fc.constantFrom(2048, 122_880),
});

it("are the values that DuckDB reads: of any type, codec and row groups, in any order and choice of columns", async () => {
  await fc.assert(
    fc.asyncProperty(file, async ({ columns, rows, codec, version, groupRows }) => {
      const picked = ({ type, values }: (typeof columns)[number]) =>
        `list_extract([${values.map((value) => `${value}::${type}`).join(", ")}], 1 + n % ${values.length})`;
      const select = columns.map((one) => `${picked(one)} AS "${one.name}"`);
      const made = await written(
        `SELECT ${select.join(", ")} FROM range(${rows}) AS numbers(n)`,
        `COMPRESSION ${codec}, PARQUET_VERSION ${version}, ROW_GROUP_SIZE ${groupRows}`,
      );
      const texts = columns.map(({ name, text }) => text(`"${name}"`));
      writeFileSync(path, made);
      const stored = `read_parquet(${sqlString(path)}, file_row_number = true)`;
      const read = await engine.rows(`SELECT ${texts.join(", ")} FROM ${stored} ORDER BY file_row_number`);
      const expected = read.map((row) =>
        JSON.stringify(
          Object.fromEntries(
            columns.flatMap(({ name }, index) => {
              const value = Object.values(row)[index];
              return value === null || value === undefined ? [] : [[fieldOf(name), value]];
            }),
          ),
        ),
      );
      expect(await linesOf(made)).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});

const SOME = `SELECT '198.51.100.' || n AS c_ip, '2026-11-23' AS date, n AS sc_status FROM range(3000) AS numbers(n)`;

it.each(CODECS)("of a file packed by %s have all its rows", async (codec) => {
  const lines = await linesOf(await written(SOME, `COMPRESSION ${codec}, ROW_GROUP_SIZE 2048`));
  expect(lines).toHaveLength(3000);
  expect(lines.at(-1)).toBe('{"c-ip":"198.51.100.2999","date":"2026-11-23","sc-status":"2999"}');
});

it("has unsigned integers of all sizes", async () => {
  const made = await written(
    `SELECT ${2 ** 32 - 1}::UINTEGER AS asn, '${2n ** 64n - 1n}'::UBIGINT AS sc_bytes`,
  );
  expect(await linesOf(made)).toEqual(['{"asn":"4294967295","sc-bytes":"18446744073709551615"}']);
});

it("are none if no column has a field of a log", async () => {
  expect(await parquetLines(bytesOf(await written("SELECT 1 AS price")))).toBeUndefined();
});

it("keep a mark of the byte order, which is a part of the text", async () => {
  expect(await linesOf(await written("SELECT '\ufeffa' AS c_ip"))).toEqual(['{"c-ip":"\ufeffa"}']);
});

it("have the first of two columns with the same field", async () => {
  expect(await linesOf(await written(`SELECT 'a' AS "c-ip", 'b' AS c_ip`))).toEqual(['{"c-ip":"a"}']);
});

it("are read in few parts: the footer, and each row group", async () => {
  const made = await written(SOME, "COMPRESSION uncompressed, ROW_GROUP_SIZE 2048");
  const parts: number[] = [];
  const read = async (from: number, to: number) => {
    parts.push(to - from);
    return made.subarray(from, to);
  };
  for await (const _ of (await parquetLines({ size: made.length, read })) ?? []);
  expect(parts).toHaveLength(3);
});

it("never come from a file that was cut, and a damaged one is known by the error", async () => {
  const made = await written(SOME, "COMPRESSION gzip, ROW_GROUP_SIZE 2048");
  for (const length of [4, 8, 11, 100, made.length >> 1, made.length - 1])
    await expect(linesOf(made.subarray(0, length))).rejects.toThrow(UnreadableParquetError);
  await fc.assert(
    fc.asyncProperty(fc.nat(made.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
      const damaged = Buffer.from(made);
      damaged[at] = (damaged[at] ?? 0) ^ flip;
      const outcome = await linesOf(damaged).catch((error: unknown) => error);
      if (!Array.isArray(outcome)) expect(outcome).toBeInstanceOf(UnreadableParquetError);
    }),
    { numRuns: 100 },
  );
});

it("does not take a failed read for a damaged file", async () => {
  const made = await written(SOME);
  const read = () => Promise.reject(new Error("SlowDown"));
  await expect(parquetLines({ size: made.length, read })).rejects.toThrow("SlowDown");
  const short = async (from: number) => made.subarray(from, from + 10);
  await expect(parquetLines({ size: made.length, read: short })).rejects.not.toThrow(UnreadableParquetError);
});
