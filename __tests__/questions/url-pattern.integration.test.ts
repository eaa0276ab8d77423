import { ATHENA_FUNCTIONS } from "../../lake/athena-functions";
import { type DuckdbEngine, openDuckdb } from "../../lake/duckdb-engine";
import { CLOUDFRONT_WORDS } from "../../questions/cloudfront";
import { urlPattern, type Words } from "../../questions/words";

let engine: DuckdbEngine;
beforeAll(async () => {
  engine = await openDuckdb();
  for (const macro of ATHENA_FUNCTIONS) await engine.run({ sql: `CREATE MACRO ${macro}`, token: "macro" });
});
afterAll(() => engine.close());

async function made(words: Pick<Words, "path" | "sentPath">, column: string, path: string) {
  const [[pattern] = []] = await engine.rows(
    `SELECT ${urlPattern(words)} FROM (SELECT '${path}' AS ${column})`,
  );
  return pattern;
}

it.each([
  ["/", "/"],
  ["/orders/4711/items/9", "/orders/:id/items/:id"],
  ["/2026/11/30/news", "/:id/:id/:id/news"],
  ["/img/ferry-237.webp", "/img/:id"],
  ["/api/v1/users", "/api/v1/users"],
  ["/h%C3%A5vn/troms%C3%B8", "/h%C3%A5vn/troms%C3%B8"],
  ["/harbours/st%20john%27s", "/harbours/st%20john%27s"],
  ["/img/sm%c3%b8r.png", "/img/sm%c3%b8r.png"],
  ["/img/sm%C3%B8r-12.png", "/img/:id"],
  ["/%E2%82%AC1/%E2%82%AC12/x", "/%E2%82%AC1/:id/x"],
  ["/100%/rebate", "/:id/rebate"],
])("the pattern of %s is %s", async (path, pattern) => {
  expect(await made({ path: "path" }, "path", path)).toBe(pattern);
});

it.each([
  ["/caf%25C3%25A9", "/caf%C3%A9"],
  ["/video%2520a.mp4", "/video%20a.mp4"],
  ["/caf%25C3%25A9-12/x", "/:id/x"],
  ["/plain/47", "/plain/:id"],
])("the pattern of %s in CloudFront's logs, which encode percent signs, is %s", async (path, pattern) => {
  expect(await made(CLOUDFRONT_WORDS, "cs_uri_stem", path)).toBe(pattern);
});
