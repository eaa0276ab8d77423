import { readFileSync } from "node:fs";
import { join } from "node:path";
import { FORMATS } from "../../formats";
import { type ConfiguredSource, tablesOfSources } from "../../formats/configured-source";
import { METRICS, METRICS_NAMESPACE } from "../../formats/metrics";
import { SKIP_REASONS } from "../../formats/object-kind";
import { lakeColumnNames } from "../../formats/render/lake-sql";
import { HANDLER_NAMES, type HandlerName } from "../../pipeline/handler-names";
import { type AthenaServer, startAthenaServer } from "../../testing/athena-server";
import { s3Notification, sqsEvent } from "../../testing/events";
import { type S3Server, startS3Server } from "../../testing/s3-server";
import { albFileKey } from "../helpers/delivered";
import { type EmbeddedMetrics, embeddedMetrics } from "../helpers/embedded-metrics";
import { invokeHandler } from "../helpers/invoke-handler";
import { alarmsOf, metricsOf, ONE_OF_EACH, widgetsOf } from "../helpers/stack-metrics";
import {
  configuredSourcesIn,
  resolved,
  resourcesOf,
  synthSettings,
  type TerraformJson,
} from "../helpers/synth";

const ALB_FOLDER = "shop/AWSLogs/111122223333/elasticloadbalancing/eu-central-1/2026/11/23/";
const ALB_NAME =
  "111122223333_elasticloadbalancing_eu-central-1_app.shop.50dc6c495c0c9188_20261123T0705Z_10.0.0.5_2fb1c9a0.log.gz";
/** The key of a Network Load Balancer's file, from that of an ALB access log. */
const networkKey = (albKey: string): string =>
  albKey
    .replace(/^\w+\//, "network/")
    .replace("_app.", "_net.")
    .replace(/_[\d.]+(_\w+\.log)/, "$1");
/** A key for every reason to skip an object, and a key of each source. */
const KEYS = [
  `${ALB_FOLDER}${ALB_NAME}`,
  "cdn/E2EXAMPLE1SHOP.2026-11-23-07.0a1b2c3d.gz",
  `${ALB_FOLDER}conn_log_${ALB_NAME}`,
  `${ALB_FOLDER}health_check_log_${ALB_NAME}`,
  `${ALB_FOLDER}${ALB_NAME.replace("app.shop", "net.shop")}`,
  "shop/AWSLogs/111122223333/ELBAccessLogTestFile",
  "cdn/folder/",
  "cdn/notes.txt",
  `${ALB_FOLDER}${ALB_NAME}`.replace("shop/", "network/"),
  networkKey(`${ALB_FOLDER}${ALB_NAME}`),
];
const SETTINGS = {
  ...ONE_OF_EACH,
  sources: [
    ...ONE_OF_EACH.sources,
    { name: "network", format: "nlb", prefix: "network/", layout: "as-delivered" },
  ],
};

let athena: AthenaServer;
let s3: S3Server;
let published: EmbeddedMetrics[];
let json: TerraformJson;

/** The environment of a function of the stack, with the addresses of this test's servers. */
function environmentOf(name: HandlerName): Record<string, string> {
  const lambda = Object.values(resourcesOf(json, "aws_lambda_function")).find(
    ({ function_name }) => function_name === `logs-${name}`,
  );
  const { environment } = resolved(json, lambda) as unknown as {
    environment: { variables: Record<string, unknown> };
  };
  return Object.fromEntries(
    Object.entries(environment.variables).map(([key, value]) => [
      key,
      valueKnownLater(key) ?? (typeof value === "string" ? value : JSON.stringify(value)),
    ]),
  );
}

/** The names of buckets and queues are known only once they are made. */
const valueKnownLater = (key: string): string | undefined => {
  if (key === "QUEUE_URL") return "https://sqs.eu-central-1.amazonaws.com/111122223333/arrivals";
  return /^(?:LANDING_|TARGET_)?BUCKET$/.test(key) ? "bucket" : undefined;
};

/** The configured sources; the name of their bucket is known only once it is made, too. */
const sources = (): readonly ConfiguredSource[] =>
  configuredSourcesIn(json).map(({ asDelivered, ...source }) => ({
    ...source,
    ...(asDelivered ? { asDelivered: { bucket: "bucket" } } : {}),
  }));

const invoke = (name: HandlerName, ...args: readonly unknown[]) =>
  invokeHandler(name, { athena, s3, sources: sources(), environment: environmentOf(name) }, ...args);

beforeAll(async () => {
  json = synthSettings(SETTINGS);
  athena = await startAthenaServer();
  s3 = await startS3Server();
  const printed: string[] = [];
  for (const method of ["log", "info", "warn", "error", "debug"] as const) {
    jest.spyOn(console, method).mockImplementation((...line: unknown[]) => {
      printed.push(line.join(" "));
    });
  }
  for (const format of Object.values(FORMATS)) {
    const columns = lakeColumnNames({ format, database: "logs", bucket: "bucket", bySource: false });
    athena.tables.set(format.table, columns);
  }
  for (const key of KEYS) s3.put("bucket", key, "text");
  const listed = networkKey(albFileKey({ end: new Date() }));
  s3.put("bucket", listed, "text");
  s3.put("bucket", listed.replace(".log.gz", ".txt"), "text");
  const empty = JSON.parse(s3Notification("bucket", "cdn/E2EXAMPLE1SHOP.2026-11-23-07.0.gz"));
  empty.Records[0].s3.object.size = 0;
  const context = { getRemainingTimeInMillis: () => 540_000 };
  await invoke(
    "move-access-logs",
    sqsEvent(s3Notification("bucket", ...KEYS), JSON.stringify(empty)),
    context,
  );
  await invoke("create-partition", {});
  await invoke("transform-partition", {}, context);
  const scheduledTime = new Date(Date.now() + 24 * 3_600_000).toISOString();
  for (const { table } of tablesOfSources(sources()))
    await invoke("maintain-lake", { scheduledTime, table }, context);
  published = printed.flatMap(embeddedMetrics);
  jest.restoreAllMocks();
});
afterAll(async () => {
  await athena.close();
  await s3.close();
});

const text = (name: string, dimensions: Readonly<Record<string, string>>) =>
  `${name} of ${JSON.stringify(Object.entries(dimensions).sort())}`;
const publishedNames = () =>
  new Set(
    published.flatMap(({ dimensions, values }) => Object.keys(values).map((name) => text(name, dimensions))),
  );

describe("the metrics that the functions publish", () => {
  it("have the same names and dimensions as on the dashboard", () => {
    const shown = metricsOf(widgetsOf(json))
      .filter(({ namespace }) => namespace === METRICS_NAMESPACE)
      .map(({ name, dimensions }) => text(name, dimensions));
    // A listing finds the names of one kind of log only, so it skips for few reasons.
    const isOfListing = (name: string) => name.startsWith("ObjectsSkipped") && name.includes("transform");
    const moved = (names: Iterable<string>) =>
      [...new Set(names)].filter((name) => !isOfListing(name)).sort();
    expect(moved(shown)).toEqual(moved(publishedNames()));
    expect(shown).toEqual(expect.arrayContaining([...publishedNames()].filter(isOfListing)));
  });

  it("include every metric that an alarm of this namespace uses", () => {
    const watched = [...alarmsOf(json).values()].filter(({ namespace }) => namespace === METRICS_NAMESPACE);
    expect(watched.length).toBeGreaterThanOrEqual(6);
    for (const { metric_name, dimensions } of watched)
      expect(publishedNames()).toContain(text(metric_name, dimensions));
  });

  it("are exactly the metrics of the list, with its units", () => {
    const names = published.flatMap(({ values }) => Object.keys(values));
    expect([...new Set(names)].sort()).toEqual(Object.keys(METRICS).sort());
    for (const { values } of published)
      for (const value of Object.values(values)) expect(value).toBeGreaterThanOrEqual(0);
  });

  it("are as many as the operations page says that AWS charges for", () => {
    const page = readFileSync(join(__dirname, "../../docs/operations.md"), "utf8");
    // The page counts for two sources whose files are moved.
    const ofMoved = [...publishedNames()].filter(
      (name) => !/Found|nlb|transform.*Reason|Reason.*transform/.test(name),
    );
    expect(page).toContain(`${ofMoved.length} metrics`);
  });

  it("have a dimension value for every reason to skip an object", () => {
    const reasons = published.flatMap(({ dimensions }) => dimensions.Reason ?? []);
    expect([...new Set(reasons)].sort()).toEqual([...SKIP_REASONS].sort());
  });

  it("have the function name that the stack sets", () => {
    const services = new Set(published.map(({ dimensions }) => dimensions.service));
    // AWS itself publishes the metrics of these.
    const silent: readonly HandlerName[] = ["create-partition", "maintain-lake", "make-report"];
    expect([...services].sort()).toEqual(
      HANDLER_NAMES.filter((name) => !silent.includes(name))
        .map((name) => `logs-${name}`)
        .sort(),
    );
  });
});
