import { FORMATS, type FormatId } from "../../formats";
import type { ConfiguredSource } from "../../formats/configured-source";
import { formatsOf } from "../../formats/configured-source";
import { deliveredTableOf, rawTableOf } from "../../formats/log-format";
import { HANDLER_NAMES, type HandlerName } from "../../pipeline/handler-names";
import { NETWORK_INTERFACE_ACTIONS } from "../../pipeline/vpc";
import { ATHENA_CALLS, EVERY_STATEMENT } from "../../testing/permissions/athena-calls";
import { bucketArn, type Call, callTo, tableArns } from "../../testing/permissions/call";
import { isAllowed, listOf, matches } from "../../testing/permissions/evaluate";
import { roleStatements } from "../../testing/permissions/role-statements";
import { configuredSourcesIn, synthSettings } from "../helpers/synth";
import { EXISTING, LANDING, PLACE } from "./place";
import { recordCalls, type Scenario } from "./record";

const KEY = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const ALB = { name: "alb", format: "alb", prefix: "alb/" };
const CLOUDFRONT = { name: "cloudfront", format: "cloudfront", prefix: "cloudfront/" };
const SOURCES = [ALB, CLOUDFRONT];
const DELIVERED = { ...ALB, layout: "as-delivered" };
interface Options {
  readonly kmsKey?: string;
  readonly existingLogBucket?: string;
  readonly existingLogBucketKey?: string;
  readonly keepOriginals?: boolean;
  readonly columnar?: boolean;
  readonly partitions?: "projection";
  readonly lakeFormation?: boolean;
  readonly vpc?: object;
  readonly report?: object;
  readonly sources?: readonly object[];
}
const VARIANTS: Readonly<Record<string, Options>> = {
  default: {},
  "existing bucket, originals kept": { existingLogBucket: EXISTING, keepOriginals: true },
  "existing bucket with a key of its own": { existingLogBucket: EXISTING, existingLogBucketKey: KEY },
  "text only": { columnar: false },
  projection: { partitions: "projection" },
  "projection, text only": { partitions: "projection", columnar: false },
  "encrypted with a KMS key": { kmsKey: KEY },
  "ruled by Lake Formation, with reports": { lakeFormation: true, report: {} },
  "hashed rows": {
    sources: [{ name: "alb", format: "alb", prefix: "alb/", privacy: { clientIps: "hash" } }],
  },
  "delivered files read in the pipeline's bucket": { sources: [DELIVERED, CLOUDFRONT] },
  "delivered files read in the bucket for deliveries": { kmsKey: KEY, sources: [DELIVERED, CLOUDFRONT] },
  "delivered files read in an existing bucket with a key of its own, projection": {
    existingLogBucket: EXISTING,
    existingLogBucketKey: KEY,
    partitions: "projection",
    sources: [DELIVERED],
  },
  "delivered files read, text only": {
    existingLogBucket: EXISTING,
    columnar: false,
    sources: [DELIVERED],
  },
  "in a network of one's own": { vpc: { subnetIds: ["subnet-0a1b"], securityGroupIds: ["sg-0a1b"] } },
};

/** The Region and account that the stack is applied to. */
const ACCOUNT = {
  account: PLACE.account,
  region: PLACE.region,
  bucketOf: (id: string) => (id === "logs" ? PLACE.bucket : LANDING),
  existingBucket: EXISTING,
};

/** Requests that the functions may make and these scenarios do not reach: a table has too few versions, and its partitions its pattern. */
function notReached({ columnar = true, sources = SOURCES }: Options): Call[] {
  if (!columnar) return [];
  const formats = formatsOf(sources as readonly { format: FormatId }[]).map((id) => FORMATS[id]);
  const on = (table: string, ...actions: readonly string[]): Call[] =>
    actions.flatMap((action) =>
      tableArns(PLACE, PLACE.database, table).map((resource) => ({
        ...callTo(action, resource),
        function: "maintain-lake",
      })),
    );
  return formats.flatMap((format) => [
    ...on(format.table, "glue:BatchDeleteTableVersion", "glue:DeleteTableVersion"),
    ...[
      rawTableOf(format),
      ...(sources.includes(DELIVERED) && format === FORMATS.alb ? [deliveredTableOf(format)] : []),
    ].flatMap((table) => on(table, "glue:BatchUpdatePartition", "glue:UpdatePartition")),
  ]);
}

/** The permissions that a setting requires for every function that it affects. */
function bySetting(
  { kmsKey, existingLogBucketKey, lakeFormation, vpc, sources = SOURCES }: Options,
  name: HandlerName,
): Call[] {
  const call = (action: string, resource: string): Call => ({ ...callTo(action, resource), function: name });
  return [
    ...(kmsKey ? [call("kms:Decrypt", kmsKey), call("kms:GenerateDataKey", kmsKey)] : []),
    ...(existingLogBucketKey &&
    name === (sources.includes(DELIVERED) ? "transform-partition" : "move-access-logs")
      ? [call("kms:Decrypt", existingLogBucketKey)]
      : []),
    ...(lakeFormation && name !== "move-access-logs" ? [call("lakeformation:GetDataAccess", "*")] : []),
    // Lambda creates the interfaces with ids that it chooses.
    ...(vpc ? NETWORK_INTERFACE_ACTIONS.map((action) => call(action, "*")) : []),
  ];
}

/**
 * The permission with which S3 answers "missing" instead of "denied" for an object as delivered. Only listings of a
 * source's prefix are allowed there.
 */
const isAboutMissing = ({ function: name, action, resource, context }: Call): boolean =>
  name === "transform-partition" &&
  action === "s3:ListBucket" &&
  context === undefined &&
  resource !== bucketArn(PLACE.bucket);

/** Tables that the functions use, also if a scenario does not use one of them. */
const isAboutTable = (resource: string): boolean => resource.includes(":table/");

/** Settings that change only permissions have the calls of others. */
const recordings = new Map<string, Promise<Call[]>>();
function recordedOnce(scenario: Scenario): Promise<Call[]> {
  const key = JSON.stringify(scenario);
  const calls = recordings.get(key) ?? recordCalls(scenario);
  recordings.set(key, calls);
  return calls;
}

describe.each(Object.entries(VARIANTS))("the roles of the stack: %s", (_, options) => {
  const json = synthSettings({ name: "logs", region: PLACE.region, sources: SOURCES, ...options });
  const roles = roleStatements(json, ACCOUNT);
  const statementsOf = (name: HandlerName) => roles.get(name) ?? [];
  const handlers = HANDLER_NAMES.filter((name) => roles.has(name));
  const { columnar = true } = options;
  let calls: Call[];

  beforeAll(async () => {
    for (const method of ["log", "info", "warn", "error", "debug"] as const)
      jest.spyOn(console, method).mockImplementation();
    const landing = options.existingLogBucket ?? (options.kmsKey ? LANDING : PLACE.bucket);
    const sources = configuredSourcesIn(json) as readonly ConfiguredSource[];
    const recorded = await recordedOnce({
      // The name of a created bucket is a reference in the stack.
      sources: sources.map((source) =>
        source.asDelivered ? { ...source, asDelivered: { bucket: landing } } : source,
      ),
      landing,
      columnar,
      projected: options.partitions === "projection",
      keepOriginals: options.keepOriginals ?? false,
      hasReports: options.report !== undefined,
    });
    calls = [...recorded, ...notReached(options), ...handlers.flatMap((name) => bySetting(options, name))];
    jest.restoreAllMocks();
  });

  it.each(handlers)("allow every call of %s, and every call of AWS on its behalf", (name) => {
    const statements = statementsOf(name);
    const ofFunction = calls.filter((call) => call.function === name);
    expect(ofFunction.length).toBeGreaterThan(10);
    const refused = ofFunction.filter((call) => !isAllowed(statements, call) && !isAboutMissing(call));
    expect(refused.map(({ action, resource }) => `${action} on ${resource}`)).toEqual([]);
  });

  it.each(handlers)("allow %s no action that it does not need", (name) => {
    const ofFunction = calls.filter((call) => call.function === name);
    const unused = statementsOf(name)
      .filter(({ Effect }) => Effect === "Allow")
      .flatMap(({ Action, Resource }) =>
        listOf(Action).flatMap((action) =>
          listOf(Resource)
            .filter(
              (pattern) =>
                !ofFunction.some((call) => call.action === action && matches(pattern, call.resource)),
            )
            .map((pattern) => `${action} on ${pattern}`),
        ),
      );
    expect(unused).toEqual([]);
  });

  it("name every action and a specific resource, except for actions without resource-level permissions", () => {
    const knowNone = ["lakeformation:GetDataAccess", ...NETWORK_INTERFACE_ACTIONS] as readonly string[];
    for (const { Action, Resource } of handlers.flatMap((name) => statementsOf(name))) {
      for (const action of listOf(Action)) expect(action).toMatch(/^[a-z0-9]+:[A-Za-z0-9]+$/);
      if (listOf(Action).every((action) => knowNone.includes(action))) continue;
      for (const resource of listOf(Resource)) {
        expect(resource).toMatch(/^arn:aws:[a-z0-9]+:/);
        expect(resource).not.toMatch(/^arn:aws:s3:::\*|:\*\/|table\/[^/]*\*/);
      }
    }
  });

  it("deny the code the network actions that only Lambda needs", () => {
    for (const name of handlers) {
      const request = { action: "ec2:CreateNetworkInterface", resource: "*" };
      const fromCode = { ...request, context: { "lambda:SourceFunctionArn": "arn:aws:lambda:x" } };
      expect(isAllowed(statementsOf(name), request)).toBe(options.vpc !== undefined);
      expect(isAllowed(statementsOf(name), fromCode)).toBe(false);
    }
  });

  it("name only tables that the stack or a function creates", () => {
    const tables = calls.filter(({ resource }) => isAboutTable(resource)).map(({ resource }) => resource);
    expect(new Set(tables).size).toBeGreaterThanOrEqual(options.partitions && !columnar ? 0 : 1);
  });
});

describe("the calls of Athena for a statement", () => {
  it("are documented on a page of AWS for each kind of statement", () => {
    for (const { kind, pages } of [EVERY_STATEMENT, ...ATHENA_CALLS]) {
      expect([kind, pages.length > 0]).toEqual([kind, true]);
      for (const page of pages) expect(page).toMatch(/^https:\/\/docs\.aws\.amazon\.com\/.+\.html$/);
    }
  });
});
