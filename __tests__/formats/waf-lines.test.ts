import { lineReader } from "../../formats/read-line";
import { waf } from "../../formats/waf";
import { LINES } from "../helpers/lines";

const read = (line: string) => {
  const result = lineReader(waf)(line);
  return result.kind === "row" ? result.row : result.kind;
};
const [BLOCKED, CAPTCHA] = waf.samples;
type Log = Readonly<Record<string, unknown>> & { readonly httpRequest: Readonly<Record<string, unknown>> };
/** The first sample with other values. */
const changed = (change: (log: Log) => unknown): string => JSON.stringify(change(JSON.parse(BLOCKED) as Log));
const withHeaders = (...headers: readonly (readonly [name: string, value: string])[]): string =>
  changed((log) => ({
    ...log,
    httpRequest: { ...log.httpRequest, headers: headers.map(([name, value]) => ({ name, value })) },
  }));

describe("a line of a web ACL's log", () => {
  it("has a column for each value that is asked for, and itself", () => {
    expect(read(BLOCKED)).toEqual({
      time: "2026-11-23T07:05:12.186000Z",
      webaclid: expect.stringMatching(/^arn:aws:wafv2:.*:regional\/webacl\/shop\//),
      action: "BLOCK",
      terminatingruleid: "AWS-AWSManagedRulesSQLiRuleSet",
      terminatingruletype: "MANAGED_RULE_GROUP",
      terminatinggrouprules: "SQLi_QUERYARGUMENTS",
      countedrules: "abroad",
      countedgrouprules: "NoUserAgent_HEADER",
      excludedrules: "SizeRestrictions_BODY",
      ratebasedrules: "per-address",
      labels:
        "awswaf:managed:aws:core-rule-set:NoUserAgent_Header,awswaf:managed:aws:sql-database:SQLi_QueryArguments",
      captchasolvetimestamp: null,
      captchafailurereason: null,
      challengesolvetimestamp: null,
      challengefailurereason: null,
      responsecodesent: "403",
      httpsourcename: "ALB",
      httpsourceid: "111122223333-app/shop/50dc6c495c0c9188",
      requestid: "1-68dd1b00-1d84f3d73c47ec4e58577259",
      clientip: "198.51.100.7",
      country: "DE",
      clientasn: 64500,
      httpmethod: "GET",
      scheme: "https",
      host: "shop.example.com",
      uri: "/search",
      args: "q=1%20or%201=1",
      httpversion: "HTTP/1.1",
      useragent: "sqlmap/1.8",
      referer: "https://www.example.com/?q=1",
      xforwardedfor: "203.0.113.9",
      ja3fingerprint: "e7d705a3286e19ea42f587b344ee6865",
      ja4fingerprint: "t13d1516h2_8daaf6152771_b186095e22b6",
      requestbodysize: 9000,
      requestbodysizeinspectedbywaf: 8192,
      oversizefields: "REQUEST_BODY",
      log_line: BLOCKED,
    });
  });

  it("has NULL for what was not logged, and for a dash", () => {
    expect(read(CAPTCHA)).toMatchObject({
      country: null,
      args: null,
      countedrules: null,
      referer: null,
      clientasn: null,
      captchafailurereason: "TOKEN_MISSING",
      captchasolvetimestamp: 0,
    });
  });

  it("has a header whatever its letter case, and all values of one that was sent several times", () => {
    expect(read(withHeaders(["USER-AGENT", "a"], ["cookie", "b"], ["user-agent", "c"]))).toMatchObject({
      useragent: "a,c",
      host: null,
    });
  });

  it("has no text for objects and lists where a value is expected, nor for what is no list", () => {
    const line = changed((log) => ({
      ...log,
      action: { a: 1 },
      terminatingRuleId: ["a"],
      labels: { name: "a" },
      ruleGroupList: [null, "a", { terminatingRule: "b" }],
    }));
    expect(read(line)).toMatchObject({
      action: null,
      terminatingruleid: null,
      labels: null,
      terminatinggrouprules: null,
      countedgrouprules: null,
    });
  });

  it("finds no property of all objects", () => {
    const line = changed((log) => ({ ...log, httpRequest: [], captchaResponse: "constructor" }));
    expect(read(line)).toMatchObject({ clientip: null, captchafailurereason: null });
  });

  it("has spaces in place of control characters", () => {
    const line = changed((log) => ({
      ...log,
      httpRequest: { ...log.httpRequest, uri: "/a\tb\nc\u0000\u001f" },
    }));
    expect(read(line)).toMatchObject({ uri: "/a b c  " });
    expect(read(`${BLOCKED.slice(0, -1)},\t"new":1}`)).toMatchObject({
      log_line: `${BLOCKED.slice(0, -1)}, "new":1}`,
    });
  });

  it.each([
    ["cut", BLOCKED.slice(0, -1)],
    ["not an object", `[${BLOCKED}]`],
    ["followed by text", `${BLOCKED} x`],
    ["a log of something else", '{"timestamp":1795417512186,"message":"x"}'],
    ["without a web ACL", LINES.waf({ webaclId: "" })],
    ["without a time", LINES.waf({ timestamp: "-" })],
    ["with a time in seconds", LINES.waf({ timestamp: "1795417512" })],
    ["with a time as text", LINES.waf({ timestamp: "2026-11-23T07:05:12Z" })],
    ["with a size that is no number", LINES.waf({ requestBodySize: "many" })],
  ])("is unparsed if it is %s", (_, line) => {
    expect(read(line)).toBe("unparsed");
  });
});
