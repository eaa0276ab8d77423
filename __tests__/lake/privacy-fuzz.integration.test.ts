import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { FORMAT_IDS, FORMATS, type FormatId } from "../../formats";
import { columnsOf, fieldsByName, isJsonOnly, mandatoryFieldsOf } from "../../formats/log-format";
import type { PersonalKind, PrivacyOptions } from "../../formats/privacy";
import { openDuckdb } from "../../lake/duckdb-engine";
import { keyOf, type TestLake, testLake } from "../helpers/lake";
import { FIELDS, type FieldTexts, LINES } from "../helpers/lines";

/** Parts of the planted values that must not be in the lake: the second half of an address, names, tokens. */
const SECRETS = ["100.77", "1319:8a2e", "name-secret", "pass-secret", "query-secret", "cookie-secret"];

const join4 = (...parts: fc.Arbitrary<string>[]) => fc.tuple(...parts).map((texts) => texts.join(""));

/** The start of a URL, as clients write and misspell it. */
const start = fc.constantFrom(
  ...["https://", "HTTP://", "//", "http:", "http:/", "http:///", "http:\\\\", "http:\\", "\\\\", "/\\", ""],
  ...["http:%5C%5C", "%2F%2F", "http:\\x5C\\x5C", "ws://", "://", "mailto:", "http://http://", "/a\\b//"],
);
const user = fc.constantFrom(
  ...["name-secret@", "name-secret:pass-secret@", ":pass-secret@", "u:p:pass-secret@", "u:p@pass-secret@"],
  ...[
    "u:p/pass-secret@",
    "u:p\\pass-secret@",
    "u:pass-secret\\x40",
    "u%3Apass-secret%40",
    "u:%2Fpass-secret%2540",
  ],
);
const host = fc.constantFrom("shop.example.com:443", "[2001:db8::7]:80", "h", "h:80-", "", " ");
const path = fc.constantFrom("", "/", "/a@b", "/a:b", "/a b", "\\a", "//");
const query = fc.constantFrom(
  ...[
    "?a=query-secret",
    "#query-secret",
    "?a=b?c#query-secret",
    "? query-secret",
    "?a=http://u:p@query-secret",
  ],
  ...["%3Fquery-secret", "%23query-secret", "%253fquery-secret", "\\x3Fa=query-secret", "\\x23query-secret"],
);
const url = fc.oneof(
  join4(start, user, host, path, query),
  join4(fc.constant("/proxy/http://u:pass-secret@"), host, path, query),
);

const address = join4(
  fc.constantFrom("", " ", "%20", "\\x20", "+", "%2520", "for=", "x"),
  fc.constantFrom(
    ...["198.51.100.77", "198.51.100.77:80", "[2001:db8:85a3:8d3:1319:8a2e:370:7348]:80"],
    ...[
      "2001:db8:85a3:8d3:1319:8a2e:370:7348",
      "%5B2001:db8:85a3:8d3:1319:8a2e::%5D",
      "::ffff:198.51.100.77",
    ],
    ...["%5b::ffff:198.51.100.77%5d:1", "1.198.51.100.77", "fe80::1319:8a2e%eth0"],
  ),
  fc.constantFrom("", " ", "%20", "\\x20", "x"),
);
const addresses = fc
  .array(fc.tuple(address, fc.constantFrom(",", ", ", ",%20", "%2C", "\\x2C\\x20", ";", " ")), {
    minLength: 1,
    maxLength: 4,
  })
  .map((items) => items.flat().join(""));

/** A value for each kind of column. A line has one method and one protocol, next to the URL in the same field. */
const VALUES: Readonly<Record<PersonalKind, fc.Arbitrary<string>>> = {
  address,
  addresses,
  identity: fc.constantFrom("CN=name-secret", "CN=name-secret,O=a\\,b"),
  url,
  request: fc
    .tuple(
      fc.constantFrom("GET", "-", "query-secret=", ""),
      url,
      fc.constantFrom("HTTP/1.1", "-", "query-secret", ""),
    )
    .map((parts) => parts.join(" ")),
  query: fc.constantFrom("query-secret", "a=%20query-secret&b", "a\\x20query-secret"),
  cookie: fc.constantFrom("cookie-secret", "a=b;%20c=cookie-secret"),
  labels: fc.constantFrom(
    "awswaf:managed:token:id:name-secret",
    "awswaf:managed:token:accepted,awswaf:managed:token:fingerprint:name-secret",
    "awswaf:managed:token:id:name-secret,awswaf:managed:token:id:name-secret",
  ),
  everything: fc.constantFrom("cookie-secret", "a=b; c=cookie-secret"),
  method: fc.constantFrom("GET", "-", "query-secret=", "/a?query-secret", ""),
  protocol: fc.constantFrom("HTTP/1.1", "HTTP/1.1 ", "-", "query-secret", "HTTP/query-secret", ""),
};

/** Texts with a planted value for each field that has a personal column, and the number of fields of the line. */
const planted = (id: FormatId): fc.Arbitrary<Planted> => {
  const fields = fieldsByName(FORMATS[id]).flatMap(({ name, token, columns }) => {
    const kinds = columns.flatMap(({ personal }) => (personal ? [personal] : []));
    if (kinds.length === 0) return [];
    const text = fc.tuple(...kinds.map((kind) => VALUES[kind])).map((texts) => texts.join(" "));
    const isQuoted = FIELDS[id][name]?.startsWith('"') === true;
    const field = text.map((value) =>
      isQuoted ? `"${value}"` : token === "hostPort" ? `${value}:2817` : value,
    );
    // The whole line has other headers, too.
    return [[name || "httpRequest.headers[name=cookie].value", field] as const];
  });
  const changes = fc.record(Object.fromEntries(fields));
  if (isJsonOnly(FORMATS[id]))
    return changes.map((all) => ({
      changes: all,
      count: Object.keys(all).length + Object.keys(FIELDS[id]).length,
    }));
  const all = FORMATS[id].fields.length;
  const count = fc.oneof(fc.constant(all), fc.integer({ min: mandatoryFieldsOf(FORMATS[id]), max: all }));
  return fc.record({ changes, count });
};

interface Planted {
  readonly changes: FieldTexts;
  readonly count: number;
}

/** The files of some lines, in every form that a file of the format can have. */
function filesOf(id: FormatId, all: readonly Planted[]): string[] {
  const usual = all.map(({ changes, count }) => LINES[id](changes, count)).join("\n");
  const { header, tabs } = FORMATS[id];
  const separator = tabs ? "\t" : FORMATS[id].separator;
  if (header === undefined) return [usual];
  const texts = all.map(({ changes }) => ({ ...FIELDS[id], ...changes }));
  const names = Object.keys(FIELDS[id]).reverse();
  const reversed = texts.map((text: FieldTexts) => names.map((name) => text[name]).join(separator));
  return [
    usual,
    texts.map((text) => JSON.stringify(text)).join("\n"),
    [`#Fields: ${names.join(" ")}`, ...reversed].join("\n"),
  ];
}

/** Every value of the typed tables, all statistics of the Parquet files, and the bytes of every other file. */
async function contentOf(lake: string): Promise<string> {
  const engine = await openDuckdb();
  const files = join(lake, "typed/**/*.parquet");
  const rows = await engine.rows(
    `SELECT CAST(t AS VARCHAR) FROM read_parquet('${files}', union_by_name = true) t`,
  );
  const bounds = await engine.rows(
    `SELECT stats_min_value, stats_max_value FROM parquet_metadata('${files}')`,
  );
  engine.close();
  const bytes = readdirSync(lake, { recursive: true, withFileTypes: true })
    .map((entry) => ({ entry, file: join(entry.parentPath, entry.name) }))
    .filter(({ entry, file }) => entry.isFile() && !file.startsWith(join(lake, "raw")))
    .map(({ file }) => readFileSync(file, "latin1"));
  return [...rows, ...bounds, ...bytes].flat().join("\n");
}

/** Lines of each format. */
const logs = fc.record(
  Object.fromEntries(
    FORMAT_IDS.map((id) => [id, fc.array(planted(id), { minLength: 300, maxLength: 300 })] as const),
  ),
);

function putAll(lake: TestLake, byFormat: Readonly<Record<string, readonly Planted[]>>): void {
  for (const id of FORMAT_IDS) for (const text of filesOf(id, byFormat[id] ?? [])) lake.put(keyOf(id), text);
}

it("values are planted in every column that a format declares as personal", async () => {
  const lake = testLake();
  try {
    putAll(lake, fc.sample(logs, { numRuns: 1, seed: 1 })[0] ?? {});
    await lake.ingest();
    for (const format of Object.values(FORMATS)) {
      for (const { name, personal } of columnsOf(format)) {
        if (!personal) continue;
        const [row] = await lake.query(`SELECT string_agg("${name}", ' ') AS values FROM ${format.table}`);
        const values = String(row?.values);
        expect([format.table, name, SECRETS.some((secret) => values.includes(secret))]).toEqual([
          format.table,
          name,
          true,
        ]);
      }
    }
  } finally {
    lake.delete();
  }
});

const MODES: readonly PrivacyOptions[] = [
  { clientIps: "truncate", queryStrings: "drop", cookies: "drop" },
  { clientIps: "hash", queryStrings: "hash", cookies: "hash" },
];

it.each(MODES)(
  "no planted value is in a lake with %j, in whatever field and form it was logged",
  async (privacy) => {
    await fc.assert(
      fc.asyncProperty(logs, async (byFormat) => {
        const lake = testLake();
        try {
          putAll(lake, byFormat);
          const { rows } = await lake.ingest({ privacy });
          // Many lines must be rows: the text of an unparsed line is never stored.
          for (const id of FORMAT_IDS)
            expect(rows[FORMATS[id].table]).toBeGreaterThan(100 * filesOf(id, []).length);
          const content = await contentOf(lake.lake);
          expect(
            SECRETS.filter((secret) => content.includes(secret)).map((secret) => around(content, secret)),
          ).toEqual([]);
        } finally {
          lake.delete();
        }
      }),
      { numRuns: Number(process.env.RUNS ?? 2), endOnFailure: true },
    );
  },
);

const around = (text: string, part: string): string =>
  text.slice(text.indexOf(part) - 60, text.indexOf(part) + 40);
