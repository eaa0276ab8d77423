import { ATHENA_FUNCTIONS } from "../../lake/athena-functions";
import { type DuckdbEngine, openDuckdb } from "../../lake/duckdb-engine";
import { botKind, isOtherBot, knownBot, ROBOT_FAMILIES } from "../../questions/robots";

const NAMES = ROBOT_FAMILIES.flatMap(({ names }) => names);

let engine: DuckdbEngine;
beforeAll(async () => {
  engine = await openDuckdb();
  for (const macro of ATHENA_FUNCTIONS) await engine.run({ sql: `CREATE MACRO ${macro}`, token: "macro" });
});
afterAll(() => engine.close());

const judged = async (userAgent: string): Promise<readonly unknown[]> => {
  const text = `'${userAgent}'`;
  const [row = []] = await engine.rows(
    `SELECT bot, ${botKind("bot")}, bot IS NOT NULL OR ${isOtherBot(text)} FROM (SELECT ${knownBot(text)} AS bot)`,
  );
  return row;
};

it.each([
  ["Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "googlebot", "search"],
  ["Mozilla/5.0%20(compatible;%20bingbot/2.0;%20+http://www.bing.com/bingbot.htm)", "bingbot", "search"],
  [
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko); compatible; ChatGPT-User/1.0; +https://openai.com/bot",
    "chatgpt-user",
    "ai",
  ],
  [
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ClaudeBot/1.0; +claudebot@anthropic.com)",
    "claudebot",
    "ai",
  ],
  ["ELB-HealthChecker/2.0", "elb-healthchecker", "monitor"],
  ["Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)", "pingdom", "monitor"],
  ["Blackbox Exporter/0.25.0", "blackbox", "monitor"],
  ["Mediapartners-Google", "mediapartners-google", "search"],
  [
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko) Chrome/103.0.5060.134 Safari/537.36 BingPreview/1.0b",
    "bingpreview",
    "search",
  ],
  ["Datadog/Synthetics", "datadog", "monitor"],
  ["DatadogSynthetics", "datadog", "monitor"],
  ["Amazon CloudFront", "cloudfront", "tool"],
  ["Amazon%20CloudFront", "cloudfront", "tool"],
  ["python-httpx/0.27.0", "httpx", "tool"],
  ["httpx - Open-source project (github.com/projectdiscovery/httpx)", "httpx", "tool"],
  [
    "Mozilla/5.0 (compatible; InternetMeasurement/1.0; +https://internet-measurement.com/)",
    "internetmeasurement",
    "tool",
  ],
  ["Expanse, a Palo Alto Networks company, searches across the global IPv4 space", "expanse", "tool"],
  ["l9explore/1.2.2", "l9explore", "tool"],
  ["l9tcpid/v1.1.0", "l9tcpid", "tool"],
  ["RestSharp/106.11.4.0", "restsharp", "tool"],
  ["Go-http-client/1.1", "go-http-client", "tool"],
  ["python-requests/2.32.0", "python-requests", "tool"],
  ["grpc-go/1.46.2", "grpc", "tool"],
  ["aws-cli/2.15.0 Python/3.11.6", "aws-cli", "tool"],
])("%s is %s (%s)", async (userAgent, name, kind) => {
  expect(await judged(userAgent)).toEqual([name, kind, true]);
});

it.each([
  ["ExampleBot/2.1 (+https://bot.example.org/about)", true],
  ["Java/17.0.9", true],
  ["k6/0.49.0 (https://k6.io/)", true],
  ["Ruby", true],
  ["git/2.43.0", true],
  ["Mozilla/5.0 (X11; Linux x86_64) Widget/git/2 Chrome/140.0.0.0 Safari/537.36", false],
  ["Mozilla/5.0 (Linux; Android 9; CUBOT_X19) Chrome/120.0.0.0 Mobile Safari/537.36", false],
  ["Mozilla/5.0 (Linux; Android 7.0; Lenovo K6/Note) Chrome/120.0.0.0 Mobile Safari/537.36", false],
  [
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
    false,
  ],
  ["Mozilla/5.0 (iPhone; CPU iPhone OS 18_3 like Mac OS X) Version/18.3 Mobile/15E148 Safari/604.1", false],
])("%s is unknown, and a bot: %s", async (userAgent, isBot) => {
  expect(await judged(userAgent)).toEqual([null, "other", isBot]);
});

it("each name is in one family, which has sources, and no name contains another", () => {
  expect(new Set(NAMES).size).toBe(NAMES.length);
  for (const name of NAMES) expect(name).toMatch(/^[a-z0-9_-]+$/);
  for (const { sources } of ROBOT_FAMILIES) for (const source of sources) expect(source).toMatch(/^https:/);
  expect(NAMES.filter((name) => NAMES.some((other) => other !== name && other.includes(name)))).toEqual([]);
});
