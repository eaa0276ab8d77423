import { column, type Field, field, type LogFormat } from "./log-format";
import type { PersonalKind } from "./privacy";
import { classifyWebAclObject, webAclLayout } from "./web-acl-object";

/** A value of the JSON object as one column of text. @param path its path */
const text = (path: string, name: string, doc: string, personal?: PersonalKind): Field =>
  field(path, "tabbed", column(name, "string", doc, personal));

/** A whole number. */
const count = (path: string, name: string, doc: string): Field =>
  field(path, "tabbedInteger", column(name, "bigint", doc));

/** Names in a list, separated by commas. */
const names = (path: string, name: string, doc: string, personal?: PersonalKind): Field =>
  text(path, name, `${doc}, separated by commas`, personal);

/** A statement about stopped requests and their rows in another table, indented as a part of a list. */
const joinWith = (table: string, status: string, condition: string): string =>
  `SELECT waf.time, waf.action, waf.terminatingruleid, waf.clientip, waf.uri, web.${status} AS status
FROM waf_logs AS waf
JOIN ${table} AS web ON ${condition}
WHERE waf.dt = '2026-06-02' AND web.dt = '2026-06-02'
ORDER BY waf.time`.replaceAll(/^/gm, "  ");

/**
 * AWS WAF log: JSON objects, one a line. Columns for what is asked often; the last one has the whole line.
 *
 * @see https://docs.aws.amazon.com/waf/latest/developerguide/logging-fields.html
 */
export const waf: LogFormat = {
  id: "waf",
  table: "waf_logs",
  title: "AWS WAF logs",
  source: "https://docs.aws.amazon.com/waf/latest/developerguide/logging-fields.html (read 2026-11)",
  notes: [
    'The names of buckets for AWS WAF must start with `aws-waf-logs-`, and a prefix is part of the destination: `log_destination_configs = ["arn:aws:s3:::aws-waf-logs-example/waf"]`.',
    "A web ACL of CloudFront delivers to the folder of the Region `cloudfront`.",
    "`dt` and `hour` are those of the file's name, which is of five minutes; `time` is always the time of the request.",
    "Columns of rules and labels are lists of names, separated by commas: `labels LIKE '%bot-control%'`, or `UNNEST(split(labels, ','))`. The column `log_line` has everything else, e.g. `json_extract(log_line, '$.terminatingRuleMatchDetails')`.",
    "A redacted field has the value `REDACTED`. If a privacy option is set, `log_line` is NULL, because it has all headers and what rules matched.",
    `\`requestid\` is in the load balancer's \`trace_id\`, and it is CloudFront's \`x_edge_request_id\`. Give both tables a range of days:

  \`\`\`sql
${joinWith("alb_access_logs", "elb_status_code", "'Root=' || waf.requestid = web.trace_id")}
  \`\`\`

  \`\`\`sql
${joinWith("cloudfront_access_logs", "sc_status", "waf.requestid = web.x_edge_request_id")}
  \`\`\``,
  ],
  separator: "\t",
  json: true,
  fields: [],
  namedFields: [
    {
      name: "timestamp",
      token: "tabbedMilliseconds",
      columns: [
        {
          ...column(
            "time",
            "timestamp",
            "When AWS WAF received the request (UTC), in milliseconds; AWS's own table calls it timestamp",
          ),
          form: "milliseconds",
        },
      ],
    },
    {
      name: "webaclId",
      token: "tabbedArn",
      columns: [column("webaclid", "string", "ARN of the web ACL")],
    },
    text("action", "action", "Action that ended the evaluation: ALLOW, BLOCK, CAPTCHA or CHALLENGE"),
    text(
      "terminatingRuleId",
      "terminatingruleid",
      "Rule of the web ACL that ended the evaluation; a rule group has the name of its rule; Default_Action if no rule did",
    ),
    text(
      "terminatingRuleType",
      "terminatingruletype",
      "Its type: RATE_BASED, REGULAR, GROUP or MANAGED_RULE_GROUP",
    ),
    names(
      "ruleGroupList[].terminatingRule.ruleId",
      "terminatinggrouprules",
      "Rules that ended the evaluation of their rule groups; a group whose action is overridden to count has one, too",
    ),
    names(
      "nonTerminatingMatchingRules[action=COUNT].ruleId",
      "countedrules",
      "Rules and rule groups of the web ACL that matched and only counted",
    ),
    names(
      "ruleGroupList[].nonTerminatingMatchingRules[action=COUNT].ruleId",
      "countedgrouprules",
      "Rules of rule groups that matched and only counted",
    ),
    names(
      "ruleGroupList[].excludedRules[].ruleId",
      "excludedrules",
      "Rules of rule groups that matched and were excluded, which is the older way to count",
    ),
    names(
      "rateBasedRuleList[].rateBasedRuleName",
      "ratebasedrules",
      "Rate-based rules that acted on the request",
    ),
    names("labels[].name", "labels", "Labels that rules added to the request", "labels"),
    count(
      "captchaResponse.solveTimestamp",
      "captchasolvetimestamp",
      "When the client solved the CAPTCHA of its token, in seconds since 1970; 0 or NULL if it had no token",
    ),
    text(
      "captchaResponse.failureReason",
      "captchafailurereason",
      "Why the request had no valid token for a CAPTCHA, e.g. TOKEN_MISSING; NULL if it had one",
    ),
    count(
      "challengeResponse.solveTimestamp",
      "challengesolvetimestamp",
      "When the client solved the challenge of its token, in seconds since 1970; 0 or NULL if it had no token",
    ),
    text(
      "challengeResponse.failureReason",
      "challengefailurereason",
      "Why the request had no valid token for a challenge; NULL if it had one",
    ),
    text("responseCodeSent", "responsecodesent", "Status code of a custom response"),
    text("httpSourceName", "httpsourcename", "Kind of the protected resource, e.g. ALB, CF, APIGW"),
    text("httpSourceId", "httpsourceid", "Id of the protected resource"),
    text("httpRequest.requestId", "requestid", "Id of the request, which the resource's own log has, too"),
    text("httpRequest.clientIp", "clientip", "Address of the client", "address"),
    text("httpRequest.country", "country", "Country of this address, by its code; NULL if unknown"),
    count("clientAsn", "clientasn", "Number of its autonomous system, if a rule asks for it"),
    text("httpRequest.httpMethod", "httpmethod", "Method of the request", "method"),
    text("httpRequest.scheme", "scheme", "Scheme, http or https; not in older logs"),
    text("httpRequest.headers[name=host].value", "host", "Host header"),
    text("httpRequest.uri", "uri", "Path of the URL", "url"),
    text("httpRequest.args", "args", "Query string", "query"),
    text("httpRequest.httpVersion", "httpversion", "Protocol of the request, e.g. HTTP/2.0", "protocol"),
    text("httpRequest.headers[name=user-agent].value", "useragent", "User-Agent header"),
    text("httpRequest.headers[name=referer].value", "referer", "Referer header", "url"),
    text(
      "httpRequest.headers[name=x-forwarded-for].value",
      "xforwardedfor",
      "X-Forwarded-For header; set by the client, so not always an address",
      "addresses",
    ),
    text("ja3Fingerprint", "ja3fingerprint", "JA3 fingerprint of the client's TLS"),
    text("ja4Fingerprint", "ja4fingerprint", "JA4 fingerprint of the client's TLS"),
    count("requestBodySize", "requestbodysize", "Bytes of the request's body"),
    count(
      "requestBodySizeInspectedByWAF",
      "requestbodysizeinspectedbywaf",
      "Bytes of the body that AWS WAF inspected",
    ),
    names(
      "oversizeFields[]",
      "oversizefields",
      "Parts of the request that were larger than the inspection limit",
    ),
    text("", "log_line", "The whole line as logged, a JSON object", "everything"),
  ],
  time: ["time"],
  samples: [
    '{"timestamp":1795417512186,"formatVersion":1,"webaclId":"arn:aws:wafv2:eu-central-1:111122223333:regional/webacl/shop/0a1b2c3d-4e5f-6789-abcd-ef0123456789","terminatingRuleId":"AWS-AWSManagedRulesSQLiRuleSet","terminatingRuleType":"MANAGED_RULE_GROUP","action":"BLOCK","terminatingRuleMatchDetails":[{"conditionType":"SQL_INJECTION","sensitivityLevel":"LOW","location":"ALL_QUERY_ARGS","matchedData":["1","or","1=1"]}],"httpSourceName":"ALB","httpSourceId":"111122223333-app/shop/50dc6c495c0c9188","ruleGroupList":[{"ruleGroupId":"AWS#AWSManagedRulesCommonRuleSet","terminatingRule":null,"nonTerminatingMatchingRules":[{"ruleId":"NoUserAgent_HEADER","action":"COUNT","overriddenAction":"BLOCK","ruleMatchDetails":[]}],"excludedRules":[{"exclusionType":"EXCLUDED_AS_COUNT","ruleId":"SizeRestrictions_BODY"}]},{"ruleGroupId":"AWS#AWSManagedRulesSQLiRuleSet","terminatingRule":{"ruleId":"SQLi_QUERYARGUMENTS","action":"BLOCK","ruleMatchDetails":null},"nonTerminatingMatchingRules":[],"excludedRules":null}],"rateBasedRuleList":[{"rateBasedRuleId":"arn:aws:wafv2:eu-central-1:111122223333:regional/webacl/shop/0a1b2c3d-4e5f-6789-abcd-ef0123456789","rateBasedRuleName":"per-address","limitKey":"IP","maxRateAllowed":1000,"evaluationWindowSec":"300","limitValue":"198.51.100.7"}],"nonTerminatingMatchingRules":[{"ruleId":"abroad","action":"COUNT","ruleMatchDetails":[]}],"requestHeadersInserted":null,"responseCodeSent":403,"httpRequest":{"clientIp":"198.51.100.7","country":"DE","headers":[{"name":"Host","value":"shop.example.com"},{"name":"User-Agent","value":"sqlmap/1.8"},{"name":"Referer","value":"https://www.example.com/?q=1"},{"name":"X-Forwarded-For","value":"203.0.113.9"},{"name":"Cookie","value":"session=42"}],"uri":"/search","args":"q=1%20or%201=1","httpVersion":"HTTP/1.1","httpMethod":"GET","requestId":"1-68dd1b00-1d84f3d73c47ec4e58577259","fragment":"","scheme":"https","host":"shop.example.com"},"labels":[{"name":"awswaf:managed:aws:core-rule-set:NoUserAgent_Header"},{"name":"awswaf:managed:aws:sql-database:SQLi_QueryArguments"}],"ja3Fingerprint":"e7d705a3286e19ea42f587b344ee6865","ja4Fingerprint":"t13d1516h2_8daaf6152771_b186095e22b6","oversizeFields":["REQUEST_BODY"],"requestBodySize":9000,"requestBodySizeInspectedByWAF":8192,"clientAsn":64500}',
    '{"timestamp":1795417514003,"formatVersion":1,"webaclId":"arn:aws:wafv2:us-east-1:111122223333:global/webacl/site/1a1b2c3d-4e5f-6789-abcd-ef0123456789","terminatingRuleId":"login","terminatingRuleType":"REGULAR","action":"CAPTCHA","terminatingRuleMatchDetails":[],"httpSourceName":"CF","httpSourceId":"E2EXAMPLE1SHOP","ruleGroupList":[],"rateBasedRuleList":[],"nonTerminatingMatchingRules":[],"requestHeadersInserted":null,"responseCodeSent":405,"httpRequest":{"clientIp":"2001:db8::7","country":"-","headers":[{"name":"host","value":"www.example.com"},{"name":"user-agent","value":"Mozilla/5.0 (X11; Linux x86_64)"}],"uri":"/login","args":"","httpVersion":"HTTP/2.0","httpMethod":"POST","requestId":"5rAmTmPGLTLyGbKPDSGRdvWkXxUIO6gzlEpbJj0ZKXNLYFL5QlmqfA=="},"labels":[{"name":"awswaf:managed:token:absent"}],"captchaResponse":{"responseCode":405,"solveTimestamp":0,"failureReason":"TOKEN_MISSING"},"challengeResponse":{"responseCode":202,"solveTimestamp":0,"failureReason":"TOKEN_EXPIRED"}}',
  ],
  sampleKeys: [
    "111122223333/WAFLogs/eu-central-1/shop/2026/11/23/07/05/111122223333_waflogs_eu-central-1_shop_20261123T0705Z_0a1b2c3d.log.gz",
    "111122223333/WAFLogs/cloudfront/site/2026/11/23/07/05/111122223333_waflogs_cloudfront_site_20261123T0705Z_4f9c2d1e.log.gz",
  ],
  lateByHours: 2,
  delivery: {
    kind: "bucket-policy",
    by: "web ACLs",
    setting: "aws_wafv2_web_acl_logging_configuration of a web ACL",
    target: "arn",
    bucketNameStart: "aws-waf-logs-",
    takesKmsKey: true,
    statementId: "WebAclLogDelivery",
    service: "delivery.logs.amazonaws.com",
    accounts: {},
    checksAcl: true,
  },
  delivered: webAclLayout,
  classify: classifyWebAclObject,
};
