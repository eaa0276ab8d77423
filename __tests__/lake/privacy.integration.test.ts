import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FORMATS } from "../../formats";
import type { PrivacyOptions } from "../../formats/privacy";
import { openDuckdb } from "../../lake/duckdb-engine";
import { albKey, cloudfrontKey, type TestLake, testLake } from "../helpers/lake";
import { albLine, cloudfrontLine } from "../helpers/lines";

/** Text that must not be in the rows, by the option that allows it. */
const SECRETS: Readonly<Record<keyof PrivacyOptions, readonly string[]>> = {
  clientIps: ["198.51.100.77", "2001:db8:85a3:8d3:1319:8a2e:370:7348", "203.0.113.99"],
  queryStrings: ["query-secret", "pass-secret"],
  cookies: ["cookie-secret"],
};
const URL = "https://user:pass-secret@shop.example.com:443/a?token=query-secret";
const [IPV4, IPV6, PROXIED] = SECRETS.clientIps as [string, string, string];

const ALB_LINES = [
  albLine({ "client:port": `${IPV4}:2817`, request_line: `"GET ${URL} HTTP/2.0"` }),
  albLine({
    "client:port": `${IPV6}:2817`,
    redirect_url: `"${URL}"`,
    transformed_uri: `"/b?c=query-secret"`,
  }),
  // Malformed, but a row: the URL has a space, or lacks all of its parts.
  albLine({ "client:port": `${IPV4}:1`, request_line: `"GET ${URL} query-secret HTTP/1.1"` }),
  albLine({ "client:port": `${IPV4}:1`, request_line: `"GET /a?token= query-secret"` }),
  albLine({ "client:port": `${IPV4}:1`, request_line: `"/a?token=query-secret"` }),
  `no log line: ${IPV4} ${IPV6} ${PROXIED} ${URL} cookie-secret`,
];
const CLOUDFRONT_LINES = [
  cloudfrontLine({
    "c-ip": IPV4,
    "cs-uri-query": "token=query-secret",
    "cs(Referer)": URL,
    "cs(Cookie)": "id=cookie-secret",
    "x-forwarded-for": `${PROXIED},%20${IPV6}`,
  }),
  cloudfrontLine({ "c-ip": IPV6, "x-forwarded-for": PROXIED }),
  `not a line\t${IPV4}\t${IPV6}\t${PROXIED}\t${URL}\tcookie-secret`,
];

let lake: TestLake;
beforeEach(() => {
  lake = testLake();
});
afterEach(() => lake.delete());

let deliveries = 0;
/** Delivers the lines in files of another content each time. */
const deliver = () => {
  const header = `#Version: ${deliveries++}`;
  lake.put(albKey(), `${[header, ...ALB_LINES].join("\n")}\n`);
  lake.put(cloudfrontKey(), `${[header, ...CLOUDFRONT_LINES].join("\n")}\n`);
};

/** The complete content of the typed tables' files: every value, and the minimum and maximum values that Parquet stores. */
async function stored(): Promise<string> {
  const engine = await openDuckdb();
  const files = join(lake.lake, "typed/**/*.parquet");
  const rows = await engine.rows(
    `SELECT CAST(t AS VARCHAR) FROM read_parquet('${files}', union_by_name = true) t`,
  );
  const bounds = await engine.rows(
    `SELECT stats_min, stats_max, stats_min_value, stats_max_value FROM parquet_metadata('${files}')`,
  );
  engine.close();
  return [...rows, ...bounds].flat().join("\n");
}

/** Removes the options from everything that stores them, as if a version had written none. */
async function forgetOptions(): Promise<void> {
  const typed = join(lake.lake, "typed");
  const engine = await openDuckdb();
  for (const name of readdirSync(typed, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".parquet")) continue;
    const file = join(typed, name);
    const sql = `COPY (SELECT * FROM read_parquet('${file}', hive_partitioning = false)) TO '${file}.old' (FORMAT parquet)`;
    await engine.run({ sql, token: "old" });
    renameSync(`${file}.old`, file);
  }
  engine.close();
  rmSync(join(lake.lake, "privacy.json"));
}

const found = (text: string, option: keyof PrivacyOptions) =>
  SECRETS[option].filter((secret) => text.includes(secret));

const ALL = ["clientIps", "queryStrings", "cookies"] as const;
const LEFT_OUT: readonly (readonly [string, PrivacyOptions])[] = [
  ["left out", { clientIps: "truncate", queryStrings: "drop", cookies: "drop" }],
  ["hashed", { clientIps: "hash", queryStrings: "hash", cookies: "hash" }],
];

describe("a lake", () => {
  it("holds all logged values by default", async () => {
    deliver();
    await lake.ingest();
    const text = await stored();
    for (const option of ALL) expect(found(text, option)).toEqual(SECRETS[option]);
  });

  it.each(LEFT_OUT)(
    "holds no original of a value that is %s in rows, in lines or in Parquet statistics",
    async (_, privacy) => {
      deliver();
      const summary = await lake.ingest({ privacy });
      const text = await stored();
      for (const option of ALL) expect(found(text, option)).toEqual([]);
      // No row is lost.
      expect(summary).toMatchObject({
        rows: { alb_access_logs: 5, cloudfront_access_logs: 2 },
        unparsed: { alb_access_logs: 1, cloudfront_access_logs: 1 },
      });
      for (const { table } of [FORMATS.alb, FORMATS.cloudfront]) {
        expect(await lake.query(`SELECT line FROM ${table}_unparsed`)).toEqual([{ line: "(left out)" }]);
      }
    },
  );

  it.each(ALL)("leaves out only %s if the option names it", async (option) => {
    deliver();
    await lake.ingest({ privacy: { [option]: option === "clientIps" ? "truncate" : "drop" } });
    const { rows } = { rows: await stored() };
    for (const other of ALL) expect(found(rows, other)).toEqual(other === option ? [] : SECRETS[other]);
  });

  it("keeps its first options when a later run does not repeat them", async () => {
    deliver();
    await lake.ingest({ privacy: { clientIps: "hash", queryStrings: "hash", cookies: "drop" } });
    deliver();
    await lake.ingest();
    const text = await stored();
    for (const option of ALL) expect(found(text, option)).toEqual([]);
    // The same secret: an earlier address has the same hash.
    expect(
      await lake.query("SELECT count(*) AS n, count(DISTINCT c_ip) AS clients FROM cloudfront_access_logs"),
    ).toEqual([{ n: 4, clients: 2 }]);
  });

  it("refuses to mix rows that were made with different options", async () => {
    deliver();
    await lake.ingest({ privacy: { clientIps: "truncate" } });
    await expect(lake.ingest({ privacy: { clientIps: "hash" } })).rejects.toThrow(
      'its rows were written with clientIps "truncate", got "hash"',
    );
    const other = testLake();
    other.put(albKey(), albLine());
    await other.ingest();
    await expect(other.ingest({ privacy: { cookies: "drop" } })).rejects.toThrow(
      'its rows were written with cookies "keep", got "drop"',
    );
    other.delete();
  });

  it("takes its options from its rows if privacy.json is lost", async () => {
    deliver();
    const privacy = { clientIps: "truncate", queryStrings: "drop", cookies: "drop" } as const;
    await lake.ingest({ privacy });
    const file = join(lake.lake, "privacy.json");
    rmSync(file);
    deliver();
    await lake.ingest();
    const text = await stored();
    for (const option of ALL) expect(found(text, option)).toEqual([]);
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(privacy);
    rmSync(file);
    await expect(lake.ingest({ privacy: { cookies: "keep" } })).rejects.toThrow(
      'its rows were written with cookies "drop", got "keep"',
    );
  });

  it("refuses a privacy.json with other options than those of its rows", async () => {
    deliver();
    await lake.ingest({ privacy: { clientIps: "truncate" } });
    const file = join(lake.lake, "privacy.json");
    for (const clientIps of ["keep", "hash"]) {
      writeFileSync(file, JSON.stringify({ clientIps, queryStrings: "keep", cookies: "keep" }));
      await expect(lake.ingest()).rejects.toThrow(
        'the rows of this lake were written with {"clientIps":"truncate","queryStrings":"keep","cookies":"keep"}',
      );
    }
  });

  it("refuses to add to rows that do not say how they were made, unless all options are repeated", async () => {
    const hour = join(lake.lake, "typed/alb_access_logs/dt=2026-11-23/hour=07");
    mkdirSync(hour, { recursive: true });
    const engine = await openDuckdb();
    await engine.run({
      sql: `COPY (SELECT 1 AS a) TO '${hour}/${"a".repeat(16)}.parquet' (FORMAT parquet)`,
      token: "a",
    });
    engine.close();
    const privacy = { clientIps: "truncate", queryStrings: "drop" } as const;
    await expect(lake.ingest({ privacy })).rejects.toThrow("repeat the options of the first ingest");
    await lake.ingest({ privacy: { ...privacy, cookies: "drop" } });
    await lake.ingest();
  });

  it("of a version that stored no options is taken over if its rows hold full addresses and query strings", async () => {
    deliver();
    await lake.ingest();
    await forgetOptions();
    deliver();
    await lake.ingest();
    expect(await lake.query("SELECT count(*) AS n FROM alb_access_logs")).toEqual([{ n: 10 }]);
    expect(JSON.parse(readFileSync(join(lake.lake, "privacy.json"), "utf8"))).toEqual({
      clientIps: "keep",
      queryStrings: "keep",
      cookies: "keep",
    });
    await forgetOptions();
    await expect(lake.ingest({ privacy: { clientIps: "truncate" } })).rejects.toThrow(
      'its rows were written with clientIps "keep", got "truncate"',
    );
  });

  it.each<PrivacyOptions>([
    { clientIps: "truncate" },
    { clientIps: "hash" },
    { queryStrings: "drop" },
    { queryStrings: "hash" },
    { cookies: "hash" },
  ])("is refused if nothing but its rows says that it was made with %j", async (privacy) => {
    deliver();
    await lake.ingest({ privacy });
    await forgetOptions();
    await expect(lake.ingest()).rejects.toThrow("does not say how its rows store personal data");
  });

  it("makes its secret readable only for its owner, and refuses to continue without it", async () => {
    deliver();
    await lake.ingest({ privacy: { clientIps: "hash" } });
    const salt = join(lake.lake, ".privacy-salt");
    expect(statSync(salt).mode & 0o077).toBe(0);
    expect(readFileSync(salt, "utf8")).toMatch(/^[0-9a-f]{64}\n$/);
    expect(await stored()).not.toContain(readFileSync(salt, "utf8").trim());
    rmSync(salt);
    await expect(lake.ingest()).rejects.toThrow("the secret of this lake's hashes is missing");
    writeFileSync(salt, "short");
    await expect(lake.ingest()).rejects.toThrow("at least 16 characters");
  });

  it("is readable only by its owner; a moved file has the mode of its original", async () => {
    deliver();
    const before = process.umask();
    await lake.ingest({ privacy: { clientIps: "hash" } });
    await lake.query("SELECT 1");
    expect(process.umask()).toBe(before);
    const entries = readdirSync(lake.lake, { recursive: true, withFileTypes: true });
    const readable = entries
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => (statSync(path).mode & 0o077) !== 0);
    expect(statSync(lake.lake).mode & 0o777).toBe(0o700);
    expect(readable.every((path) => path.startsWith(join(lake.lake, "raw")) && path.endsWith(".gz"))).toBe(
      true,
    );
  });

  it("leaves no text except the moved files", async () => {
    deliver();
    await lake.ingest({ privacy: { clientIps: "truncate", queryStrings: "drop", cookies: "drop" } });
    const others = readdirSync(lake.lake, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => !path.includes("/raw/"));
    const text = others.map((path) => readFileSync(path, "latin1")).join("\n");
    for (const option of ALL) expect(found(text, option)).toEqual([]);
  });
});
