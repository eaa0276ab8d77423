import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { FORMAT_IDS, FORMATS, type FormatId } from "../../formats";
import type { PersonalKind, PrivacyOptions } from "../../formats/privacy";
import { openDuckdb } from "../../lake/duckdb-engine";
import { keyOf, testLake } from "../helpers/lake";
import { FIELDS, LINES } from "../helpers/lines";

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

/** A line with a planted value in each field that has a personal column. */
const plantedLine = (id: FormatId): fc.Arbitrary<string> => {
  const { fields: byPosition, namedFields = [] } = FORMATS[id];
  const fields = [...byPosition, ...namedFields].flatMap(({ name, token, columns }) => {
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
  return fc.record(Object.fromEntries(fields)).map((changes) => LINES[id](changes));
};

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

const MODES: readonly PrivacyOptions[] = [
  { clientIps: "truncate", queryStrings: "drop", cookies: "drop" },
  { clientIps: "hash", queryStrings: "hash", cookies: "hash" },
];

it.each(MODES)(
  "no planted value is in a lake with %j, in whatever field and form it was logged",
  async (privacy) => {
    const lines = fc.record(
      Object.fromEntries(
        FORMAT_IDS.map((id) => [id, fc.array(plantedLine(id), { minLength: 300, maxLength: 300 })]),
      ),
    );
    await fc.assert(
      fc.asyncProperty(lines, async (logs) => {
        const lake = testLake();
        try {
          for (const id of FORMAT_IDS) lake.put(keyOf(id), (logs[id] ?? []).join("\n"));
          const { rows } = await lake.ingest({ privacy });
          // Many lines must be rows: the text of an unparsed line is never stored.
          for (const id of FORMAT_IDS) expect(rows[FORMATS[id].table]).toBeGreaterThan(100);
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
