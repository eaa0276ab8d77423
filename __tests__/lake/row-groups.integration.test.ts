import { appendFileSync, closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DuckDBValue } from "@duckdb/node-api";
import fc from "fast-check";
import { FORMAT_IDS, FORMATS } from "../../formats";
import { type DuckdbEngine, openDuckdb } from "../../lake/duckdb-engine";
import { storedColumns } from "../../lake/no-rows";
import { ROW_GROUP_BYTES } from "../../lake/parquet/columns";
import { footerOf } from "../../lake/parquet/parquet-file";
import { loadPrograms, startRowGroups, type WrittenRows } from "../../lake/parquet/row-groups";
import { FILE_FIELD, type RowSource, type SourceColumn } from "../../lake/parquet/row-source";
import { LAKE_PARQUET } from "../../lake/parquet-layout";
import { writeEmpty } from "../../lake/typed-file";
import { typedFile } from "../helpers/typed-file";

const MIB = 1 << 20;
const SEPARATOR = "\u001f";
const COLUMNS: readonly SourceColumn[] = [
  { name: "text", type: "VARCHAR", field: 0, prefix: 0 },
  { name: "int", type: "INTEGER", field: 1, prefix: 0 },
  { name: "big", type: "BIGINT", field: 2, prefix: 0 },
  { name: "real", type: "DOUBLE", field: 3, prefix: 0 },
  { name: "instant", type: "TIMESTAMP", field: 4, prefix: 0 },
  { name: "day", type: "DATE", field: 4, prefix: 0 },
  { name: "marked", type: "VARCHAR", field: 6, prefix: 1 },
  { name: "file", type: "VARCHAR", field: FILE_FIELD, prefix: 0 },
];

let engine: DuckdbEngine;
let folder: string;
beforeAll(async () => {
  engine = await openDuckdb();
  folder = mkdtempSync(join(tmpdir(), "row-groups-"));
});
afterAll(() => {
  engine.close();
  rmSync(folder, { recursive: true });
});
/** Another name for each file: DuckDB may take one of the same name and size, written at nearly the same time, for the one before. */
const file = () => join(folder, `rows-${files}.parquet`);
let files = 0;

const SOURCE: RowSource = {
  separator: 0x20,
  hasBareQuotes: false,
  lineFields: [],
  namedFields: [],
  names: [],
  rowFields: 7,
  columns: COLUMNS,
};

/** Writes a file of rows, in pieces of some of them. */
async function write(rows: readonly (readonly string[])[], atOnce = 100): Promise<WrittenRows> {
  files++;
  const output = openSync(file(), "w");
  const groups = await startRowGroups(output, SOURCE);
  groups.startFile("a.log");
  for (let start = 0; start < rows.length; start += atOnce) {
    const lines = rows.slice(start, start + atOnce).map((row) => `${row.join(SEPARATOR)}\n`);
    groups.add(Buffer.from(lines.join("")));
  }
  const written = groups.end();
  closeSync(output);
  appendFileSync(file(), footerOf(COLUMNS, written.rowGroups, written.rows, { key: "a 'value'" }));
  return written;
}

const read = (select: string): Promise<readonly (readonly DuckDBValue[])[]> =>
  engine.rows(`SELECT ${select} FROM read_parquet('${file()}')`);

const text = fc
  .string({ unit: "binary", maxLength: 40 })
  .map((value) => value.replaceAll("\n", ".").replaceAll(SEPARATOR, "."))
  // DuckDB's JavaScript leaves out a byte order mark at the start of a text that it reads.
  .map((value) => value.replace(/^\uFEFF/, "."));
const integer = (bits: number) =>
  fc.bigInt({ min: -(1n << BigInt(bits)), max: 1n << BigInt(bits) }).map(String);
const double = fc.oneof(
  fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .map((value) => (Object.is(value, -0) ? "-0" : String(value))),
  fc
    .tuple(fc.integer({ min: -1000, max: 1000 }), fc.stringMatching(/^[0-9]{0,17}$/))
    .map((parts) => parts.join(".")),
);
const instant = fc
  .tuple(
    fc.date({
      min: new Date("1000-01-01T00:00:00Z"),
      max: new Date("2999-12-31T23:59:59Z"),
      noInvalidDate: true,
    }),
    fc.stringMatching(/^(|\.[0-9]{1,6})$/),
    fc.constantFrom("T", "\t"),
    fc.constantFrom("", "Z"),
  )
  .map(
    ([date, fraction, between, zone]) =>
      `${date.toISOString().slice(0, 19).replace("T", between)}${fraction}${zone}`,
  );
const orNone = (value: fc.Arbitrary<string>) =>
  fc.oneof({ weight: 4, arbitrary: value }, fc.constantFrom("", "-"));
const row = fc.tuple(
  orNone(text),
  orNone(integer(29)),
  orNone(integer(49)),
  orNone(double),
  orNone(instant),
  fc.constant("in no column"),
  fc.oneof(
    fc.constant(""),
    text.map((value) => `u${value}`),
  ),
);

/** What DuckDB's casts make of the texts. */
function expected(cells: readonly string[]): (string | null)[] {
  const [text = "", int = "", big = "", real = "", instant = "", , marked = ""] = cells;
  const value = (cell: string, of: (cell: string) => string) =>
    cell === "" || cell === "-" ? null : of(cell);
  const same = (cell: string) => cell;
  const [seconds = "", fraction = ""] = instant.replace(/[T\t]/, " ").replace("Z", "").split(".");
  return [
    value(text, same),
    value(int, same),
    value(big, same),
    value(real, (cell) => (Object.is(Number(cell), -0) ? "-0" : String(Number(cell)))),
    value(instant, () => `${seconds}.${fraction.padEnd(6, "0")}`),
    value(instant, () => seconds.slice(0, 10)),
    marked.length > 1 ? marked.slice(1) : null,
    "a.log",
  ];
}

const SELECT = `"text", "int", big, real, strftime("instant", '%Y-%m-%d %H:%M:%S.%f'), strftime("day", '%Y-%m-%d'), marked, file`;
const readAll = async () =>
  (await read(SELECT)).map((cells) =>
    cells.map((cell) => (cell === null ? null : Object.is(cell, -0) ? "-0" : String(cell))),
  );

describe("rows that become row groups", () => {
  it("have the values of their texts, whatever these are", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 300 }),
        fc.integer({ min: 1, max: 300 }),
        async (rows, atOnce) => {
          const written = await write(rows, atOnce);
          expect(await readAll()).toEqual(rows.map(expected));
          expect(written.rows).toBe(rows.length);
          expect(written.values.get("big")).toBe(
            rows.filter(([, , big]) => big !== "" && big !== "-").length,
          );
        },
      ),
      { numRuns: Number(process.env.RUNS ?? 100) },
    );
  });

  it("are the same in many row groups, whether a column has a dictionary there or too many values", async () => {
    const count = 2 * LAKE_PARQUET.rowGroupRows + 1;
    const cellsOf = (index: number) => [
      index % 3 === 0 ? "-" : `value ${index % 1001}`,
      String(index % 1000),
      String(1e9 + index),
      index % 7 === 0 ? "" : `${index}.5`,
      new Date(1e12 + 1000 * index).toISOString(),
      "",
      index === count - 1 ? "u-" : "",
    ];
    const rows = Array.from({ length: count }, (_, index) => cellsOf(index));
    const { rowGroups, values } = await write(rows);
    expect([rowGroups.length, values.get("marked")]).toEqual([3, 1]);
    expect(await readAll()).toEqual(rows.map(expected));
    const encodings = await engine.rows(
      `SELECT path_in_schema, count(*) FILTER (encodings LIKE '%DICTIONARY%') FROM parquet_metadata('${file()}') GROUP BY ALL ORDER BY min(column_id)`,
    );
    expect(Object.fromEntries(encodings)).toMatchObject({ text: 0n, int: 3n, big: 0n, file: 3n });
  });

  it("have a filter of texts without a dictionary, which excludes none of them, and most others", async () => {
    // All lengths up to 80 bytes, and letters of several bytes.
    const textOf = (index: number, letter = "a") => `${letter}é${index}${letter.repeat(index % 76)}`;
    const count = 2 * LAKE_PARQUET.rowGroupRows;
    await write(
      Array.from({ length: count }, (_, index) => [textOf(index), "", "", "", "", "", `u${index % 3000}`]),
      1000,
    );
    const excluding = async (column: string, value: string): Promise<number> => {
      const [[groups] = []] = await engine.rows(
        `SELECT count(*) FILTER (bloom_filter_excludes) FROM parquet_bloom_probe('${file()}', '${column}', '${value}')`,
      );
      return Number(groups);
    };
    let excluded = 0;
    for (let index = 0; index < count; index += 109) {
      expect(await excluding("text", textOf(index))).toBeLessThanOrEqual(1);
      expect(await excluding("marked", String(index % 3000))).toBe(0);
      excluded += await excluding("text", textOf(index, "b"));
    }
    expect(excluded).toBeGreaterThan(0.9 * 2 * Math.ceil(count / 109));
    const filters = await engine.rows(
      `SELECT path_in_schema, bloom_filter_length FROM parquet_metadata('${file()}') WHERE row_group_id = 0 AND bloom_filter_offset IS NOT NULL ORDER BY 1`,
    );
    // A text has at most a byte of it; repeated ones need fewer.
    expect(filters.map(([name]) => name)).toEqual(["marked", "text"]);
    expect(Number(filters[0]?.[1])).toBeLessThan(0.6 * Number(filters[1]?.[1]));
    expect(Number(filters[1]?.[1])).toBeLessThan(LAKE_PARQUET.rowGroupRows + 32);
  });

  it("lack the fields after the end of a row", async () => {
    await write([["a", "1"], ["b"], [""]]);
    expect(await readAll()).toEqual([["a", "1"], ["b"], [""]].map(expected));
  });

  it("have bounds that are their least and greatest values, unless a bound is long", async () => {
    const numbers = ["-0", "7", "-12", "3.25", "-"];
    const texts = ["b", "a\u0000", "ab", "é", "\u{1f600}", "a", "-", "abcdefgh1", "abcdefgh"];
    const rows = Array.from({ length: 500 }, (_, index) => [
      texts[index % texts.length] ?? "",
      String((index * 37) % 501),
      String(-index),
      numbers[index % numbers.length] ?? "",
      `1969-12-31T23:59:${String(index % 60).padStart(2, "0")}.5Z`,
      "",
      `u${"x".repeat(index)}`,
    ]);
    await write(rows);
    const columns = `"text", "int", big, real, "instant", "day"`.split(", ");
    const [[...stored] = []] = await read(
      columns.map((name) => `min(${name})::VARCHAR, max(${name})::VARCHAR`).join(", "),
    );
    const bounds = await engine.rows(
      `SELECT stats_min_value, stats_max_value, stats_null_count FROM parquet_metadata('${file()}') ORDER BY column_id`,
    );
    expect(bounds.slice(0, columns.length).flatMap((column) => column.slice(0, 2))).toEqual(stored);
    expect(bounds[0]?.at(-1)).toBe(BigInt(Math.floor(500 / texts.length)));
    expect(bounds[6]?.slice(0, 2)).toEqual([null, null]);
  });

  it("need no more memory for long rows, which make smaller row groups", async () => {
    const long = "x".repeat(MIB);
    const { rowGroups } = await write(Array(100).fill([long, "", "", "", "", "", `u${long}`]), 1);
    expect(rowGroups.length).toBeGreaterThan(10);
    const [program] = await loadPrograms();
    expect(program.memory.buffer.byteLength).toBeLessThan(8 * ROW_GROUP_BYTES);
    expect(await read("count(*), sum(strlen(text)), sum(strlen(marked))")).toEqual([
      [100n, BigInt(100 * MIB), BigInt(100 * MIB)],
    ]);
  });

  it("end after enough bytes if their lines are long, with as many rows as fit", async () => {
    const [sample = ""] = FORMATS.waf.samples;
    const lineBytes = 2048;
    const count = 6000;
    const lines = Array.from({ length: count }, (_, index) => {
      const args = String(index).padStart(lineBytes - sample.length, "a");
      return `${sample.replace('"args":"', `$&${args}`)}\n`;
    });
    writeFileSync(join(folder, "long.log"), lines.join(""));
    const parquet = await typedFile(FORMATS.waf, folder, ["long.log"]);
    const groups = await engine.rows(
      `SELECT any_value(row_group_num_rows), sum(total_uncompressed_size) FROM parquet_metadata('${parquet}') GROUP BY row_group_id ORDER BY row_group_id`,
    );
    expect(groups.reduce((sum, [rows]) => sum + Number(rows), 0)).toBe(count);
    const [full, last] = [groups.slice(0, -1), groups.slice(-1)];
    for (const [rows, bytes] of full) {
      expect(Number(rows)).toBeGreaterThan(500);
      expect(Number(bytes)).toBeGreaterThan(ROW_GROUP_BYTES);
    }
    for (const [, bytes] of [...full, ...last]) expect(Number(bytes)).toBeLessThan(1.25 * ROW_GROUP_BYTES);
  });

  it("are compressed where it saves more than a few bytes", async () => {
    const rows = Array.from({ length: 2000 }, (_, index) => [`text ${index}`, "7", "", "", "", "", ""]);
    await write(rows);
    const compressions = await engine.rows(
      `SELECT path_in_schema, any_value(compression) FROM parquet_metadata('${file()}') GROUP BY ALL`,
    );
    expect(Object.fromEntries(compressions)).toMatchObject({ text: "ZSTD", int: "UNCOMPRESSED" });
    expect(await readAll()).toEqual(rows.map(expected));
  });

  it("are rows without values if there is no column for them", async () => {
    const written = await write([]);
    expect([written.rows, await read("count(*)"), written.times.size]).toEqual([0, [[0n]], 0]);
  });
});

describe.each(FORMAT_IDS)("a Parquet file of %s", (id) => {
  it("has the columns of the table, also without rows, and can be ended with any texts", async () => {
    const format = FORMATS[id];
    writeFileSync(join(folder, "some.log"), format.samples.map((line) => `${line}\n`).join(""));
    const filled = await typedFile(format, folder, ["some.log"]);
    const empty = join(folder, "empty.parquet");
    await writeEmpty(empty, format, { key: "ü 'x'", other: "" });
    for (const parquet of [filled, empty]) {
      const described = await engine.rows(
        `SELECT column_name, column_type FROM (DESCRIBE FROM read_parquet('${parquet}'))`,
      );
      expect(described).toEqual(storedColumns(format).map(({ name, type }) => [name, type]));
    }
    expect(
      await engine.rows(`SELECT decode(key), decode(value) FROM parquet_kv_metadata('${empty}')`),
    ).toEqual([
      ["key", "ü 'x'"],
      ["other", ""],
    ]);
  });
});

it("a row that has too many fields is an error: no other rows of its file can be written, but those of others", async () => {
  const output = openSync(file(), "w");
  const groups = await startRowGroups(output, SOURCE);
  expect(() => groups.add(Buffer.from(`${SEPARATOR.repeat(20)}\n`))).toThrow("unreachable");
  expect(groups.isBroken).toBe(true);
  closeSync(output);
  await write([["a"], ["b"]]);
  expect(await readAll()).toEqual([["a"], ["b"]].map(expected));
});
