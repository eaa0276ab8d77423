import fc from "fast-check";
import { FORMAT_IDS, FORMATS } from "../../formats";
import { hourOf } from "../../formats/hour";
import { columnsOf } from "../../formats/log-format";
import { type PersonalKind, type Privacy, withDefaults } from "../../formats/privacy";
import { type LakeTable, renderCommit } from "../../formats/render/lake-sql";
import { renderPrivate } from "../../formats/render/privacy-sql";
import { sqlString } from "../../formats/render/sql-text";
import { renderUnparsedView } from "../../formats/render/unparsed-sql";
import { type DuckdbEngine, openDuckdb } from "../../lake/duckdb-engine";
import { syntaxErrors } from "../helpers/sql-grammar";

const SALT = "an example's secret, it's long";
const TRUNCATE = withDefaults({ clientIps: "truncate", queryStrings: "drop", cookies: "drop" });
const HASH = withDefaults({ clientIps: "hash", queryStrings: "hash", cookies: "hash" });
const KINDS: readonly PersonalKind[] = [
  "address",
  "addresses",
  "identity",
  "url",
  "request",
  "labels",
  "everything",
  "query",
  "cookie",
  "method",
  "protocol",
];
const table = (id: keyof typeof FORMATS): LakeTable => ({
  format: FORMATS[id],
  database: "logs",
  bucket: "b",
  bySource: false,
});
const files = (id: keyof typeof FORMATS) => ({
  kind: "moved" as const,
  partitions: [{ table: FORMATS[id].table, hour: hourOf(Date.parse("2026-11-23T07:00:00Z")) }],
  ranges: [{ from: "raw/a.gz", to: "raw/a.gz" }],
});

let engine: DuckdbEngine;
beforeAll(async () => {
  engine = await openDuckdb();
  await engine.run({
    sql: "CREATE MACRO replaced_all(a, b, c) AS regexp_replace(a, b, c, 'g')",
    token: "trino",
  });
});
afterAll(() => engine.close());

const evaluated = async (expression: string): Promise<unknown> =>
  (await engine.rows(`SELECT ${expression}`))[0]?.[0];

const made = (privacy: Privacy, kind: PersonalKind, text: string) =>
  evaluated(renderPrivate("duckdb", { privacy, salt: SALT }, kind, sqlString(text)));

/** Trino's statement in the names that DuckDB has for the same functions. */
const trinoInDuckdb = (privacy: Privacy, kind: PersonalKind, text: string) =>
  evaluated(
    renderPrivate("trino", { privacy, salt: SALT }, kind, sqlString(text))
      .replaceAll("array_join(", "array_to_string(")
      .replaceAll("transform(", "list_transform(")
      .replaceAll("i -> ", "lambda i: ")
      .replaceAll("regexp_replace(", "replaced_all(")
      .replaceAll(/lower\(to_hex\(sha256\(to_utf8\((.*?)\)\)\)\)/g, "sha256($1)"),
  );

describe("a truncated address", () => {
  it.each([
    ["198.51.100.7", "198.51.100.0"],
    ["2001:db8:85a3:8d3:1319:8a2e:370:7348", "2001:db8:85a3::"],
    ["2001:DB8:85a3::7348", "2001:DB8:85a3::"],
    ["2001:db8::1", "2001:db8::"],
    ["fe80::1", "fe80::"],
    ["::1", "::"],
    ["::ffff:198.51.100.7", "::"],
    ["12.34.178.90.32", null],
    ["unknown", null],
    ["198.51.100.7 or so", null],
    // 6to4 contains a complete IPv4 address in its first six bytes.
    ["2002:c633:6407::1", "2002:c633::"],
  ])("of %s is %s", async (address, expected) => {
    expect(await made(TRUNCATE, "address", address)).toBe(expected);
  });

  it("keeps its place in a list, without its port; text that is not an address is left out", async () => {
    expect(
      await made(
        TRUNCATE,
        "addresses",
        "203.0.113.9,%20[2001:db8:1:2::3]:4711, 192.0.2.1:80,unknown,%5B::1%5D",
      ),
    ).toBe("203.0.113.0,2001:db8:1::,192.0.2.0,::");
    expect(await made(TRUNCATE, "addresses", "unknown")).toBeNull();
  });

  it.each(["\\x20", "%20", "%2520", "%09", " ", "+", "\t"])(
    "is found next to a space that is written as %j",
    async (space) => {
      const list = `203.0.113.9,${space}192.0.2.1${space},${space}2001:db8:1:2::3`;
      expect(await made(TRUNCATE, "addresses", list)).toBe("203.0.113.0,192.0.2.0,2001:db8:1::");
      expect(await made(HASH, "addresses", list)).toBe(
        await made(HASH, "addresses", "203.0.113.9,192.0.2.1,2001:db8:1:2::3"),
      );
    },
  );

  it.each([",", "%2C", "%252c", "\\x2C"])("is found after a comma that is written as %j", async (comma) => {
    expect(await made(TRUNCATE, "addresses", `203.0.113.9${comma}192.0.2.1`)).toBe("203.0.113.0,192.0.2.0");
  });
});

describe("a URL", () => {
  it.each([
    ["https://shop.example.com:443/a/b?c=d#e", "https://shop.example.com:443/a/b"],
    ["https://shop.example.com/a#?e", "https://shop.example.com/a"],
    ["https://user:pass@shop.example.com/a?b=c", "https://shop.example.com/a"],
    ["https://user:p@ss@shop.example.com/a@b", "https://shop.example.com/a@b"],
    ["//user@host/x", "//host/x"],
    ["https://host:443/%2F%2Fuser@host", "https://host:443//host"],
    ["/a/b?c", "/a/b"],
    ["/a@b", "/a@b"],
    ["?a=b", null],
    ["host:443", "host:443"],
    ["http://shop.example.com:80-", "http://shop.example.com:80-"],
    ["http://[2001:db8::7]:80/a", "http://[2001:db8::7]:80/a"],
    ["http://%5B2001:db8::7%5D/a", "http://%5B2001:db8::7%5D/a"],
    ["/a%23b", "/a"],
    ["/a%253Fb", "/a"],
    ["/a\\x3Fb", "/a"],
    ["http:\\\\u:pw@h/a", null],
    ["http:u:pw@h/a", null],
    ["http:/u:pw@h/a", null],
    ["http:///u:pw@h/a", null],
    ["u:pw@h/a", null],
    ["/\\user@h/a", null],
    ["http://u:p/w@h/a", null],
    ["http://u%3Apw%40h/a", "http://h/a"],
    ["http://user%40h/a", "http://h/a"],
    ["/proxy/http://u:pw@h/a", "/proxy/http://h/a"],
    ["//u:p\\x77@h/a", "//h/a"],
    ["mailto:jane@example.com", null],
  ])("without its query string is, for %s, %s", async (url, expected) => {
    expect((await made(TRUNCATE, "url", url)) || null).toBe(expected);
  });

  it("keeps a hash in place of its query string, the same for the same query string", async () => {
    const one = String(await made(HASH, "url", "https://u:p@example.com/a?b=c"));
    expect(one).toMatch(/^https:\/\/example\.com\/a\?[0-9a-f]{32}$/);
    expect(one.split("?")[1]).toBe(await made(HASH, "query", "b=c"));
    expect(await made(HASH, "url", "https://example.com/a")).toBe("https://example.com/a");
  });

  it.each([
    ["GET /a%20b.png?versionId=v1 HTTP/1.1", "GET /a%20b.png HTTP/1.1"],
    ["GET /bucket?policy", "GET /bucket"],
    ["GET /a b.png?X-Amz-Signature=0a1b HTTP/1.1", "GET /a b.png HTTP/1.1"],
    ["GET http://u:p@h/a?b HTTP/1.1", "GET http://h/a HTTP/1.1"],
    ['GET /a?b" HTTP/1.0 HTTP/1.1', "GET /a HTTP/1.1"],
    ["/a?b=c /a HTTP/1.1", null],
    ["GET", null],
    ["GET a@b HTTP/1.1", null],
  ])("is without its query string in a request line, for %s: %s", async (request, expected) => {
    expect(await made(withDefaults({}), "request", request)).toBe(request);
    expect((await made(TRUNCATE, "request", request)) || null).toBe(expected);
    if (expected !== null)
      expect(String(await made(HASH, "request", request)).replace(/\?[0-9a-f]{32}/, "")).toBe(expected);
  });

  it("cannot hide in a malformed request line's method or protocol", async () => {
    expect(await made(TRUNCATE, "method", "/a?token=secret")).toBeNull();
    expect(await made(TRUNCATE, "protocol", "secret")).toBeNull();
    expect(await made(TRUNCATE, "method", "GET")).toBe("GET");
    expect(await made(TRUNCATE, "protocol", "HTTP/1.1")).toBe("HTTP/1.1");
  });
});

it("a client's certificate or a requester is left out if addresses are truncated, and hashed if they are hashed", async () => {
  expect(await made(withDefaults({}), "identity", "CN=till 7")).toBe("CN=till 7");
  expect(await made(TRUNCATE, "identity", "CN=till 7")).toBeNull();
  expect(await made(HASH, "identity", "CN=till 7")).toMatch(/^[0-9a-f]{32}$/);
});

it("labels that identify a browser are left out unless addresses are kept", async () => {
  const labels =
    "awswaf:managed:token:id:1a,shop:eu,awswaf:managed:token:accepted,awswaf:managed:token:fingerprint:2b";
  expect(await made(withDefaults({ cookies: "drop" }), "labels", labels)).toBe(labels);
  for (const privacy of [TRUNCATE, HASH]) {
    expect(await made(privacy, "labels", labels)).toBe("shop:eu,awswaf:managed:token:accepted");
    expect(await made(privacy, "labels", "awswaf:managed:token:id:1a")).toBeNull();
  }
});

it.each([{ clientIps: "truncate" }, { queryStrings: "hash" }, { cookies: "drop" }] as const)(
  "a whole line is left out with %j",
  async (options) => {
    expect(await made(withDefaults(options), "everything", "{}")).toBeNull();
    expect(await made(withDefaults({}), "everything", "{}")).toBe("{}");
  },
);

describe("a hash", () => {
  it("is the same for the same value and salt, also in a list, and different with another salt", async () => {
    const one = await made(HASH, "address", "198.51.100.7");
    expect(one).toMatch(/^[0-9a-f]{32}$/);
    expect(await made(HASH, "addresses", "203.0.113.9,%20198.51.100.7")).toBe(
      `${await made(HASH, "address", "203.0.113.9")},${one}`,
    );
    const other = renderPrivate("duckdb", { privacy: HASH, salt: `${SALT}.` }, "address", "'198.51.100.7'");
    expect(await evaluated(other)).not.toBe(one);
  });

  it("is not made without a secret", () => {
    expect(() => renderPrivate("trino", { privacy: HASH, salt: "short" }, "cookie", '"cs_cookie"')).toThrow(
      "at least 16 characters",
    );
  });
});

it("both engines give the same result", async () => {
  const part = fc.constantFrom(
    "198.51.100.7",
    "2001:db8::1",
    "a",
    "?",
    "#",
    "@",
    "//",
    "https:",
    ",",
    "%20",
    "=",
    "'",
    "ü",
    "\\x20",
    "%2C",
    "%3F",
    "%40",
    "GET ",
    " ",
    " HTTP/1.1",
    "\\",
    ":",
    "2002:",
    "[",
    "]:80",
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(part, { maxLength: 8 }),
      fc.constantFrom(...KINDS),
      fc.constantFrom(TRUNCATE, HASH),
      async (parts, kind, privacy) => {
        const text = parts.join("");
        expect(await trinoInDuckdb(privacy, kind, text)).toBe(await made(privacy, kind, text));
      },
    ),
    { numRuns: 150 },
  );
});

it("a table without privacy rules has the unchanged statement", () => {
  for (const id of FORMAT_IDS) {
    const rule = { privacy: withDefaults({}), salt: "" };
    expect(renderCommit(table(id), files(id), rule)).toBe(renderCommit(table(id), files(id)));
  }
});

describe.each(FORMAT_IDS)("the statement that commits %s files privately", (id) => {
  it("is valid in Trino's grammar for all privacy rules", () => {
    for (const privacy of [TRUNCATE, HASH]) {
      expect(syntaxErrors("trino", renderCommit(table(id), files(id), { privacy, salt: SALT }))).toEqual([]);
    }
  });

  it("stays the same", () => {
    for (const privacy of [TRUNCATE, HASH]) {
      const sql = renderCommit(table(id), files(id), { privacy, salt: SALT });
      expect(
        sql.split("\n").filter((line) => line.includes("regexp_extract") || line.includes("sha256")),
      ).toMatchSnapshot();
    }
  });

  it("replaces exactly the columns with personal data", () => {
    const lines = (sql: string) => sql.split("\n");
    const before = lines(renderCommit(table(id), files(id)));
    const after = lines(renderCommit(table(id), files(id), { privacy: HASH, salt: SALT }));
    const changed = after.filter((line, index) => line !== before[index]).length;
    expect(changed).toBe(columnsOf(FORMATS[id]).filter(({ personal }) => personal !== undefined).length);
  });
});

describe("the view of unparsed lines", () => {
  it("does not show their text if the rows leave out personal data", () => {
    const hidden = { ...table("alb"), hidesLines: "all" } as const;
    expect(renderUnparsedView(hidden)).toContain('SELECT CAST(NULL AS varchar) AS "line", "$path"');
    expect(renderUnparsedView({ ...table("alb"), hidesLines: ["web"], bySource: true })).toContain(
      `SELECT CASE WHEN "source" IN ('web') THEN NULL ELSE "line" END AS "line"`,
    );
    expect(syntaxErrors("trino", renderUnparsedView(hidden))).toEqual([]);
  });
});
