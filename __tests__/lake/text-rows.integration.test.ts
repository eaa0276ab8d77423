import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { TextOptions } from "../../lake/plain-columns";
import { openLake } from "../../lake/query";
import type { SaveOptions } from "../../lake/save-rows";
import { albKey, type TestLake, testLake } from "../helpers/lake";
import { albLine } from "../helpers/lines";

let lake: TestLake;
beforeAll(async () => {
  lake = testLake();
  lake.put(albKey(), [albLine(), albLine({ type: "h2" })].join("\n"));
  await lake.ingest();
});
afterAll(() => lake.delete());

async function text(sql: string, options: TextOptions): Promise<string> {
  const open = await openLake(lake.lake);
  const texts: string[] = [];
  try {
    await open.text(sql, options, async (part) => void texts.push(part));
  } finally {
    open.close();
  }
  return texts.join("");
}

async function saved(sql: string, options: SaveOptions): Promise<{ file: string; rows: number }> {
  const file = join(lake.lake, "..", `saved.${options.format}`);
  const open = await openLake(lake.lake, { file });
  try {
    return { file, rows: await open.save(sql, options) };
  } finally {
    open.close();
  }
}

/** One row of values that are hard to write. */
const HARD = `SELECT 'a,"b"' AS text, 'line
break' AS lines, '' AS empty, NULL AS nothing, TIMESTAMP '2026-11-23 07:05:00.25' AS time,
  9007199254740993 AS large, 7 AS small, 'nan'::DOUBLE AS nan, 0.5::DOUBLE AS half, [1, 2] AS list,
  {'a b': 'c"d'} AS struct, DATE '2026-11-23' AS day, true AS yes, 1 AS same, 2 AS same, 3 AS "odd ""name""" -- end`;

describe("rows as text from the engine", () => {
  it("are the lines of RFC 4180 in CSV", async () => {
    expect(await text(HARD, { format: "csv" })).toBe(
      'text,lines,empty,nothing,time,large,small,nan,half,list,struct,day,yes,same,same_1,"odd ""name"""\r\n' +
        '"a,""b""","line\nbreak","",,2026-11-23T07:05:00.250000Z,9007199254740993,7,nan,0.5,"[1,2]","{""a b"":""c\\""d""}",2026-11-23,true,1,2,3\r\n',
    );
  });

  it("are one document in JSON; a number that programs would read inexactly is text", async () => {
    expect(JSON.parse(await text(HARD, { format: "json" }))).toEqual([
      {
        text: 'a,"b"',
        lines: "line\nbreak",
        empty: "",
        nothing: null,
        time: "2026-11-23T07:05:00.250000Z",
        large: "9007199254740993",
        small: 7,
        nan: "nan",
        half: 0.5,
        list: [1, 2],
        struct: { "a b": 'c"d' },
        day: "2026-11-23",
        yes: true,
        same: 1,
        same_1: 2,
        'odd "name"': 3,
      },
    ]);
  });

  it("have a header or an empty list if there is no row", async () => {
    const none = "SELECT type FROM alb_access_logs WHERE false";
    expect(await text(none, { format: "csv" })).toBe("type\r\n");
    expect(await text(none, { format: "json" })).toBe("[]\n");
  });

  it("are complete and in order, however many there are", async () => {
    const lines = (await text("SELECT range AS n FROM range(10000) ORDER BY n", { format: "csv" })).split(
      "\r\n",
    );
    expect(lines).toEqual(["n", ...Array.from({ length: 10_000 }, (_, n) => String(n)), ""]);
    const objects = JSON.parse(await text("FROM range(10000)", { format: "json" }));
    expect(objects).toHaveLength(10_000);
  });

  it("get an apostrophe before formulas of a spreadsheet if the option is set; numbers stay numbers", async () => {
    expect(
      await text(`SELECT '=1' AS "=a", '+1' AS b, -1 AS c, 'a=b' AS d`, {
        format: "csv",
        escapeFormulas: true,
      }),
    ).toBe("'=a,b,c,d\r\n'=1,'+1,-1,a=b\r\n");
  });

  it.each([
    ["2026-07-01 23:30:00", "Europe/Berlin", "2026-07-02T01:30:00.000000+02:00"],
    ["2026-12-01 23:30:00", "Europe/Berlin", "2026-12-02T00:30:00.000000+01:00"],
    ["2026-07-01 00:00:00", "America/St_Johns", "2026-06-30T21:30:00.000000-02:30"],
    ["2026-07-01 00:00:00", "UTC", "2026-07-01T00:00:00.000000+00:00"],
  ])("show %s in the time zone %s", async (time, timeZone, shown) => {
    const sql = `SELECT TIMESTAMP '${time}' AS time, NULL::TIMESTAMP AS never`;
    expect(await text(sql, { format: "csv", timeZone })).toBe(`time,never\r\n${shown},\r\n`);
  });

  it("have the SQL's own error", async () => {
    await expect(text("SELECT nothing FROM alb_access_logs", { format: "csv" })).rejects.toThrow(
      /^SQL failed: Binder Error: Referenced column "nothing" not found/,
    );
    await expect(text("SELECT 'a'::INTEGER", { format: "csv" })).rejects.toThrow(
      /^SQL failed: Conversion Error: Could not convert string 'a'/,
    );
  });

  it.each(["SELECT 1) TO 'x'; --", "SELECT 1; SELECT 2", "COPY (SELECT 1) TO 'x'"])(
    "are those of one SELECT and nothing else: %s",
    async (sql) => {
      await expect(text(sql, { format: "csv" })).rejects.toThrow("SQL failed: Parser Error");
    },
  );
});

describe("rows saved to a file by the engine", () => {
  it("are the same bytes in CSV as on standard output", async () => {
    for (const sql of [HARD, "SELECT * FROM alb_access_logs"]) {
      const { file } = await saved(sql, { format: "csv" });
      expect(readFileSync(file, "utf8")).toBe(await text(sql, { format: "csv" }));
    }
  });

  it("are the same values in JSON", async () => {
    const { file, rows } = await saved(HARD, { format: "json" });
    expect(rows).toBe(1);
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(JSON.parse(await text(HARD, { format: "json" })));
  });

  it("keep their types in Parquet", async () => {
    const { file, rows } = await saved("SELECT * FROM alb_access_logs", { format: "parquet" });
    expect(rows).toBe(2);
    const open = await openLake(lake.lake, { isUnsafe: true });
    try {
      const described = await open.query(`DESCRIBE FROM read_parquet('${file}')`, async ({ rows }) => {
        const types: unknown[] = [];
        for await (const [name, type] of rows) types.push(`${name} ${type}`);
        return types;
      });
      expect(described).toEqual(expect.arrayContaining(["time TIMESTAMP", "sent_bytes BIGINT"]));
    } finally {
      open.close();
    }
  });

  it("are written to no other file", async () => {
    const open = await openLake(lake.lake, { file: join(lake.lake, "..", "one.csv") });
    try {
      await expect(
        open.query(`SELECT * FROM read_csv('${join(lake.lake, "..", "two.csv")}')`, async () => undefined),
      ).rejects.toThrow("file system operations are disabled");
    } finally {
      open.close();
    }
  });
});

describe("the question whether SQL is one SELECT", () => {
  it.each([
    ["SELECT 1", true],
    ["-- why\nFROM alb_access_logs;", true],
    ["DESCRIBE alb_access_logs", true],
    ["EXPLAIN SELECT 1", false],
    ["EXPLAIN ANALYZE SELECT 1", false],
    ["SELECT 1; SELECT 2", false],
    ["PIVOT alb_access_logs ON type USING count(*)", false],
    ["EXPORT DATABASE 'x'", false],
    ["CREATE TABLE t AS SELECT 1", false],
  ])("%s: %s", async (sql, expected) => {
    const open = await openLake(lake.lake);
    try {
      expect(await open.isOneSelect(sql)).toBe(expected);
    } finally {
      open.close();
    }
  });
});
