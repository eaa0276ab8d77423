import type { Random } from "./random";
import type { Request } from "./traffic";

/** One web ACL of the sample, for a load balancer. */
export interface WebAcl {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  /** Id of the resource that it protects, as AWS WAF logs it. */
  readonly resource: string;
}

const COUNTRIES = ["DE", "FR", "US", "-"] as const;
interface StoppingRule {
  readonly rule: string;
  readonly type: string;
  /** The rule that matched, if it is a group. */
  readonly groupRule?: string;
}
/** Rules that stop requests. */
const STOPPING_RULES: readonly [StoppingRule, ...StoppingRule[]] = [
  { rule: "AWS-AWSManagedRulesSQLiRuleSet", type: "MANAGED_RULE_GROUP", groupRule: "SQLi_QUERYARGUMENTS" },
  { rule: "AWS-AWSManagedRulesCommonRuleSet", type: "MANAGED_RULE_GROUP", groupRule: "GenericLFI_URIPATH" },
  { rule: "per-address", type: "RATE_BASED" },
  { rule: "abroad", type: "REGULAR" },
];

/** A line of a web ACL's log: requests for files that scanners look for are blocked, some others challenged or counted. */
export function wafLine(random: Random, acl: WebAcl, request: Request): string {
  const isProbe = request.status === 404 || request.status === 403;
  const action = isProbe && random.chance(0.8) ? "BLOCK" : random.chance(0.02) ? "CAPTCHA" : "ALLOW";
  const { rule, type, groupRule }: StoppingRule =
    action === "ALLOW" ? { rule: "Default_Action", type: "REGULAR" } : random.pick(STOPPING_RULES);
  const isCounted = random.chance(0.05);
  const isFailed = action === "CAPTCHA";
  return JSON.stringify({
    timestamp: Math.floor(request.time),
    formatVersion: 1,
    webaclId: `arn:aws:wafv2:${acl.region}:${acl.account}:regional/webacl/${acl.name}/0a1b2c3d-4e5f-6789-abcd-ef0123456789`,
    terminatingRuleId: rule,
    terminatingRuleType: type,
    action,
    terminatingRuleMatchDetails: [],
    httpSourceName: "ALB",
    httpSourceId: acl.resource,
    ruleGroupList: [
      {
        ruleGroupId: "AWS#AWSManagedRulesCommonRuleSet",
        terminatingRule: groupRule ? { ruleId: groupRule, action, ruleMatchDetails: null } : null,
        nonTerminatingMatchingRules: isCounted
          ? [
              {
                ruleId: "SizeRestrictions_BODY",
                action: "COUNT",
                overriddenAction: "BLOCK",
                ruleMatchDetails: [],
              },
            ]
          : [],
        excludedRules: null,
      },
    ],
    rateBasedRuleList:
      type === "RATE_BASED"
        ? [{ rateBasedRuleName: rule, limitKey: "IP", maxRateAllowed: 1000, limitValue: request.client }]
        : [],
    nonTerminatingMatchingRules: isCounted
      ? [{ ruleId: "new-rule", action: "COUNT", ruleMatchDetails: [] }]
      : [],
    requestHeadersInserted: null,
    responseCodeSent: null,
    httpRequest: {
      clientIp: request.client,
      country: random.pick(COUNTRIES),
      headers: [
        { name: "Host", value: request.host },
        { name: "User-Agent", value: request.userAgent },
        ...(request.referrer ? [{ name: "Referer", value: request.referrer }] : []),
      ],
      uri: request.path,
      args: request.query,
      httpVersion: request.isTls ? "HTTP/2.0" : "HTTP/1.1",
      httpMethod: request.method,
      requestId: `1-${random.hex(8)}-${random.hex(24)}`,
      scheme: request.isTls ? "https" : "http",
      host: request.host,
    },
    labels: isProbe ? [{ name: "awswaf:managed:aws:core-rule-set:GenericLFI_URIPath" }] : [],
    ...(isFailed
      ? { captchaResponse: { responseCode: 405, solveTimestamp: 0, failureReason: "TOKEN_MISSING" } }
      : {}),
    requestBodySize: request.method === "POST" ? request.receivedBytes : 0,
    requestBodySizeInspectedByWAF: request.method === "POST" ? Math.min(request.receivedBytes, 8192) : 0,
  });
}
