import { alb } from "../../formats/alb";
import { cloudfront } from "../../formats/cloudfront";
import { waf } from "../../formats/waf";
import { type OpenLake, openLake } from "../../lake/query";
import { wafQuestions } from "../../questions/waf";
import { randomFrom } from "../../sample/random";
import type { Json } from "../../terminal/rows";
import {
  type Answer,
  distinct,
  first,
  groups,
  last,
  micros,
  percent,
  sorted,
  text,
  type Values,
} from "../helpers/answer-rows";
import { testAnswers } from "../helpers/computed-answers";
import { keyOf, rowsOf, type TestLake, testLake } from "../helpers/lake";
import { albLine, cloudfrontLine } from "../helpers/lines";

// The answers about web ACLs are computed from the logged values without SQL.

const random = randomFrom(14);
const COUNT = 300;
const REQUEST_ID = "1-68dd1b00-1d84f3d73c47ec4e58577259";
const CLOUDFRONT_ID = "5rAmTmPGLTLyGbKPDSGRdvWkXxUIO6gzlEpbJj0ZKXNLYFL5QlmqfA==";

/** Some of the values, in their order; NULL without any. */
const some = (...values: readonly string[]): string | null =>
  values.filter(() => random.chance(0.3)).join(",") || null;

/** Each request has another second of two hours. */
const requests: Answer = Array.from({ length: COUNT }, (_, index) => {
  const action = random.pick(["ALLOW", "ALLOW", "BLOCK", "BLOCK", "CAPTCHA", "CHALLENGE"]);
  const isStopped = action !== "ALLOW";
  return {
    time: `2026-11-23T0${7 + (index % 2)}:${String(Math.floor(index / 60)).padStart(2, "0")}:${String(index % 60).padStart(2, "0")}`,
    id: index < 2 ? REQUEST_ID : index === 2 ? CLOUDFRONT_ID : `1-${String(index).padStart(8, "0")}`,
    web_acl: random.pick(["shop", "site"]),
    action,
    rule: isStopped ? random.pick(["sqli", "common", "abroad"]) : "Default_Action",
    group_rules: some("SQLi_BODY", "NoUserAgent_HEADER"),
    counted: some("abroad", "new"),
    group_counted: some("SizeRestrictions_BODY"),
    excluded: some("GenericLFI_BODY"),
    rates: some("per-address", "per-session"),
    labels: some(
      "awswaf:managed:aws:bot-control:bot:verified",
      "shop:eu",
      `awswaf:managed:token:id:${index}`,
    ),
    captcha: action === "CAPTCHA" ? "TOKEN_MISSING" : null,
    captcha_solved: action !== "CAPTCHA" && random.chance(0.2) ? 1795417000 : null,
    challenge: action === "CHALLENGE" ? random.pick(["TOKEN_MISSING", "TOKEN_EXPIRED"]) : null,
    challenge_solved: action !== "CHALLENGE" && random.chance(0.2) ? 1795417000 : null,
    client: `198.51.100.${random.skewed(8)}`,
    country: random.pick(["DE", "FR", null]),
    host: random.pick(["shop.example.com", "www.example.com"]),
    path: random.pick(["/", "/login", "/search"]),
    user_agent: random.pick(["curl/8.10.1", null]),
  };
});

const itemsOf = (value: Json | undefined): string[] =>
  value === null || value === undefined ? [] : text(value).split(",");
const countedBy = ({ counted, group_counted, excluded }: Values): string[] => [
  ...itemsOf(counted),
  ...itemsOf(group_counted),
  ...itemsOf(excluded),
];

/** A line as AWS WAF writes it. */
function lineOf(row: Values): string {
  const token = (reason: Json = null, solved: Json = null) =>
    reason === null && solved === null
      ? {}
      : { responseCode: reason === null ? 0 : 405, solveTimestamp: solved ?? 0, failureReason: reason };
  const rule = (ruleId: string, action: string) => ({ ruleId, action, ruleMatchDetails: [] });
  return JSON.stringify({
    timestamp: Date.parse(`${text(row.time)}Z`),
    formatVersion: 1,
    webaclId: `arn:aws:wafv2:eu-central-1:111122223333:regional/webacl/${text(row.web_acl)}/0a1b2c3d`,
    terminatingRuleId: row.rule,
    terminatingRuleType: "REGULAR",
    action: row.action,
    terminatingRuleMatchDetails: [],
    httpSourceName: "ALB",
    ruleGroupList: [
      ...itemsOf(row.group_rules).map((id) => ({
        ruleGroupId: "AWS#Rules",
        terminatingRule: rule(id, "BLOCK"),
        nonTerminatingMatchingRules: [],
        excludedRules: null,
      })),
      {
        ruleGroupId: "AWS#Others",
        terminatingRule: null,
        nonTerminatingMatchingRules: [
          rule("SolvedBefore", "CAPTCHA"),
          ...itemsOf(row.group_counted).map((id) => ({ ...rule(id, "COUNT"), overriddenAction: "BLOCK" })),
        ],
        excludedRules: itemsOf(row.excluded).map((ruleId) => ({
          exclusionType: "EXCLUDED_AS_COUNT",
          ruleId,
        })),
      },
    ],
    rateBasedRuleList: itemsOf(row.rates).map((rateBasedRuleName) => ({ rateBasedRuleName, limitKey: "IP" })),
    nonTerminatingMatchingRules: [
      rule("solved-before", "CHALLENGE"),
      ...itemsOf(row.counted).map((id) => rule(id, "COUNT")),
    ],
    httpRequest: {
      clientIp: row.client,
      country: row.country ?? "-",
      headers: [
        { name: random.pick(["Host", "host"]), value: row.host },
        ...(row.user_agent === null ? [] : [{ name: "User-Agent", value: row.user_agent }]),
      ],
      uri: row.path,
      args: "",
      httpVersion: "HTTP/2.0",
      httpMethod: "GET",
      requestId: row.id,
    },
    labels: itemsOf(row.labels).map((name) => ({ name })),
    captchaResponse: token(row.captcha, row.captcha_solved),
    challengeResponse: token(row.challenge, row.challenge_solved),
  });
}

const isBlocked = ({ action }: Values): boolean => action === "BLOCK";
const isStopped = ({ action }: Values): boolean => action !== "ALLOW";
const isAllowed = ({ action }: Values): boolean => action === "ALLOW";
const known = (rows: Answer, name: string): Answer => rows.filter((row) => row[name] !== null);
/** A row for each of several values that a request has. */
const each = (name: string, valuesOf: (row: Values) => readonly string[]): Answer =>
  requests.flatMap((row) => valuesOf(row).map((value) => ({ ...row, [name]: value })));
const blockedShare = (rows: Answer) => ({
  blocked: rows.filter(isBlocked).length,
  requests: rows.length,
  blocked_percent: percent(rows.filter(isBlocked).length, rows.length),
});

/** By the question's name. */
const EXPECTED: Readonly<Record<string, () => Answer>> = {
  waf_stopped_by_rule: () =>
    sorted(
      groups(requests.filter(isStopped), "web_acl", "action", "rule", "group_rules").map(([names, rows]) => ({
        ...names,
        requests: rows.length,
        clients: distinct(rows, "client"),
        paths: distinct(rows, "path"),
        first_seen: first(rows),
        last_seen: last(rows),
      })),
      "-requests",
      "web_acl",
      "action",
      "rule",
      "group_rules",
    ),
  waf_counted_rules: () =>
    sorted(
      groups(each("rule", countedBy), "web_acl", "rule").map(([names, rows]) => ({
        ...names,
        requests: rows.length,
        allowed: rows.filter(isAllowed).length,
        clients: distinct(rows, "client"),
        paths: distinct(rows, "path"),
        last_seen: last(rows),
      })),
      "-allowed",
      "-requests",
      "web_acl",
      "rule",
    ),
  waf_blocked_clients: () =>
    sorted(
      groups(requests, "client", "country")
        .filter(([, rows]) => rows.some(isBlocked))
        .map(([names, rows]) => ({
          ...names,
          ...blockedShare(rows),
          rules: distinct(rows.filter(isBlocked), "rule"),
          paths: distinct(rows, "path"),
          last_seen: last(rows),
        })),
      "-blocked",
      "-requests",
      "client",
      "country",
    ),
  waf_blocked_countries: () =>
    sorted(
      groups(requests, "country")
        .filter(([, rows]) => rows.some(isBlocked))
        .map(([names, rows]) => ({ ...names, ...blockedShare(rows), clients: distinct(rows, "client") })),
      "-blocked",
      "-requests",
      "country",
    ),
  waf_blocked_paths: () =>
    sorted(
      groups(requests, "host", "path")
        .filter(([, rows]) => rows.some(isBlocked))
        .map(([names, rows]) => ({
          ...names,
          ...blockedShare(rows),
          rules: distinct(rows.filter(isBlocked), "rule"),
          blocked_clients: distinct(rows.filter(isBlocked), "client"),
        })),
      "-blocked",
      "-requests",
      "host",
      "path",
    ),
  waf_rate_limited: () =>
    sorted(
      groups(
        each("rule", ({ rates }) => itemsOf(rates)),
        "web_acl",
        "rule",
        "client",
        "country",
        "action",
      ).map(([names, rows]) => ({
        ...names,
        requests: rows.length,
        paths: distinct(rows, "path"),
        first_seen: first(rows),
        last_seen: last(rows),
      })),
      "-requests",
      "web_acl",
      "rule",
      "client",
      "country",
      "action",
    ),
  waf_challenges: () => {
    const outcomes = requests.flatMap((row): Answer => {
      const captcha = row.captcha ?? (row.captcha_solved === null ? null : "passed");
      const challenge = row.challenge ?? (row.challenge_solved === null ? null : "passed");
      return [
        { ...row, kind: "CAPTCHA", outcome: captcha },
        { ...row, kind: "CHALLENGE", outcome: challenge },
      ];
    });
    return sorted(
      groups(known(outcomes, "outcome"), "web_acl", "kind", "outcome").map(([names, rows]) => ({
        ...names,
        requests: rows.length,
        clients: distinct(rows, "client"),
        last_seen: last(rows),
      })),
      "web_acl",
      "kind",
      "-requests",
      "outcome",
    );
  },
  waf_labels: () =>
    sorted(
      groups(
        each("label", ({ labels }) => itemsOf(labels).filter((label) => !label.includes(":token:id:"))),
        "label",
      ).map(([names, rows]) => ({
        ...names,
        requests: rows.length,
        stopped: rows.filter(isStopped).length,
        clients: distinct(rows, "client"),
        last_seen: last(rows),
      })),
      "-requests",
      "label",
    ),
  waf_request: () =>
    sorted(
      requests
        .filter(({ id }) => id === REQUEST_ID)
        .map((row) => ({
          time: micros(text(row.time)),
          web_acl: row.web_acl ?? null,
          action: row.action ?? null,
          rule: row.rule ?? null,
          group_rules: row.group_rules ?? null,
          counted_rules: countedBy(row).join(","),
          labels: row.labels ?? null,
          client: row.client ?? null,
          country: row.country ?? null,
          method: "GET",
          host: row.host ?? null,
          path: row.path ?? null,
          args: null,
          user_agent: row.user_agent ?? null,
        })),
      "time",
      "web_acl",
    ),
  waf_requests_over_time: () =>
    sorted(
      groups(
        requests.map((row) => ({ ...row, requested: micros(`${text(row.time).slice(0, 13)}:00:00`) })),
        "requested",
        "web_acl",
      ).map(([names, rows]) => ({
        ...names,
        requests: rows.length,
        allowed: rows.filter(isAllowed).length,
        blocked: rows.filter(isBlocked).length,
        captchas: rows.filter(({ action }) => action === "CAPTCHA").length,
        challenges: rows.filter(({ action }) => action === "CHALLENGE").length,
        counted: rows.filter((row) => countedBy(row).length > 0).length,
      })),
      "requested",
      "web_acl",
    ),
};

let lake: TestLake;
let open: OpenLake;
beforeAll(async () => {
  lake = testLake();
  lake.put(keyOf("waf"), requests.map(lineOf).join("\n"));
  lake.put(keyOf("alb"), albLine({ trace_id: `"Root=${REQUEST_ID}"`, elb_status_code: "403" }));
  lake.put(keyOf("cloudfront"), cloudfrontLine({ "x-edge-request-id": CLOUDFRONT_ID, "sc-status": "403" }));
  expect(await lake.ingest()).toMatchObject({ moved: 3, unparsed: {}, rows: { [waf.table]: COUNT } });
  open = await openLake(lake.lake);
});
afterAll(() => {
  open.close();
  lake.delete();
});

testAnswers(wafQuestions, EXPECTED, () => open);

it.each([
  [alb.table, 2],
  [cloudfront.table, 1],
])("the documented statement joins a request to its row in %s", async (table, count) => {
  const statements = (waf.notes ?? []).flatMap((note) => note.match(/(?<=```sql\n).*?(?=\n *```)/gs) ?? []);
  const [sql = ""] = statements.filter((statement) => statement.includes(`JOIN ${table} `));
  const rows = await open.query(sql.replaceAll("'2026-06-02'", "'2026-11-23'"), rowsOf);
  expect(rows).toHaveLength(count);
  expect(rows[0]).toMatchObject({ status: "403" });
});
