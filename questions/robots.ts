/**
 * Kinds of robots and programs.
 *
 * - `search`: crawlers of search engines
 * - `ai`: crawlers for the training of AI models, and fetches for their answers
 * - `monitor`: checks of availability, also those of AWS
 * - `tool`: programs and libraries that send requests, scanners, and CloudFront where it does not forward its viewers' header
 */
type RobotKind = "search" | "ai" | "monitor" | "tool";

interface RobotFamily {
  readonly kind: RobotKind;
  /** Pages with the names (read 2026-11). */
  readonly sources: readonly string[];
  /** Names as User-Agent headers have them, in lower case: letters, digits, `-` and `_` only. */
  readonly names: readonly string[];
}

const COLLECTION = "https://github.com/monperrus/crawler-user-agents";

/** The known robots. A User-Agent header can say anything: an operator's page says how to verify its addresses. */
export const ROBOT_FAMILIES: readonly RobotFamily[] = [
  {
    kind: "search",
    sources: [
      "https://developers.google.com/search/docs/crawling-indexing/google-common-crawlers",
      "https://developers.google.com/search/docs/crawling-indexing/google-special-case-crawlers",
      "https://www.bing.com/webmasters/help/which-crawlers-does-bing-use-8c184ec0",
      "https://support.apple.com/en-us/119829",
      COLLECTION,
    ],
    names: [
      "googlebot",
      "google-inspectiontool",
      "googleother",
      "storebot-google",
      "mediapartners-google",
      "bingbot",
      "bingpreview",
      "msnbot",
      "applebot",
      "duckduckbot",
      "yandexbot",
      "yandeximages",
      "baiduspider",
      "slurp",
      "petalbot",
      "seznambot",
      "qwantbot",
      "sogou",
      "mojeekbot",
      "coccocbot",
    ],
  },
  {
    kind: "ai",
    sources: [
      "https://developers.openai.com/api/docs/bots",
      "https://support.anthropic.com/en/articles/8896518-does-anthropic-crawl-data-from-the-web-and-how-can-site-owners-block-the-crawler",
      "https://docs.perplexity.ai/guides/bots",
      "https://github.com/ai-robots-txt/ai.robots.txt",
      COLLECTION,
    ],
    names: [
      "gptbot",
      "oai-searchbot",
      "oai-adsbot",
      "chatgpt-user",
      "claudebot",
      "claude-user",
      "claude-searchbot",
      "perplexitybot",
      "perplexity-user",
      "ccbot",
      "amazonbot",
      "amzn-searchbot",
      "amzn-user",
      "bytespider",
      "meta-externalagent",
      "meta-externalfetcher",
      "google-cloudvertexbot",
      "mistralai-user",
      "cohere-ai",
      "duckassistbot",
      "ai2bot",
      "diffbot",
    ],
  },
  {
    kind: "monitor",
    sources: [
      "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html",
      "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html",
      COLLECTION,
    ],
    names: [
      "elb-healthchecker",
      "amazon-route53-health-check-service",
      "cloudwatchsynthetics",
      "googlestackdrivermonitoring",
      "kube-probe",
      "uptimerobot",
      "pingdom",
      "statuscake",
      "site24x7",
      "datadog",
      "newrelicsynthetics",
      "ruxitsynthetic",
      "freshpingbot",
      "checkly",
      "uptime-kuma",
      "prometheus",
      "blackbox",
    ],
  },
  {
    kind: "tool",
    sources: [
      "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html",
      COLLECTION,
    ],
    names: [
      "curl",
      "wget",
      "python-requests",
      "python-urllib",
      "httpx",
      "aiohttp",
      "go-http-client",
      "okhttp",
      "grpc",
      "guzzlehttp",
      "undici",
      "facebookexternalhit",
      "whatsapp",
      "axios",
      "node-fetch",
      "apache-httpclient",
      "libwww-perl",
      "httpie",
      "postmanruntime",
      "scrapy",
      "headlesschrome",
      "boto3",
      "aws-cli",
      "aws-sdk",
      "zgrab",
      "nmap",
      "nikto",
      "sqlmap",
      "masscan",
      "wpscan",
      "censysinspect",
      "internetmeasurement",
      "expanse",
      "l9explore",
      "l9tcpid",
      "restsharp",
      "cloudfront",
    ],
  },
];

/** User agents of other robots and programs. */
const OTHERS = [
  "bot",
  "crawl",
  "spider",
  "java/",
  "headless",
  "scan",
  // These are too short to be looked for anywhere.
  "^k6/",
  "^git/",
  "^dart/",
  "^ruby$",
  "^node$",
].join("|");

const NAMES = ROBOT_FAMILIES.flatMap(({ names }) => names);

/** User agents of programs, and of robots that identify themselves. */
const ROBOTS = [...NAMES, OTHERS].join("|");

/** The text to look for robots in: without the maker's name of Cubot's phones. */
const searched = (userAgent: string): string => `replace(lower(${userAgent}), 'cubot', '')`;

/** Condition that a User-Agent header is that of a robot or program. */
export const isRobot = (userAgent: string): string => `regexp_like(${searched(userAgent)}, '${ROBOTS}')`;

/** SQL of the word of a User-Agent header that names the robot or program; empty without one. */
export const robotName = (userAgent: string): string =>
  `regexp_extract(${searched(userAgent)}, '[a-z0-9_.-]*(${ROBOTS.replaceAll("/", "")})[a-z0-9_-]*')`;

/** SQL of the first known name in a User-Agent header; NULL if it names no known bot. */
export const knownBot = (userAgent: string): string =>
  `nullif(regexp_extract(lower(${userAgent}), '${NAMES.join("|")}'), '')`;

/** SQL of the kind of a known name; `other` if the name is NULL. */
export const botKind = (name: string): string =>
  `CASE ${ROBOT_FAMILIES.map(({ kind, names }) => `WHEN ${name} IN (${names.map((one) => `'${one}'`).join(", ")}) THEN '${kind}'`).join("\n    ")} ELSE 'other' END`;

/** Condition that a User-Agent header is that of an unknown robot or program. */
export const isOtherBot = (userAgent: string): string => `regexp_like(${searched(userAgent)}, '${OTHERS}')`;
