import { readdirSync } from "node:fs";
import { join } from "node:path";
import * as powertoolsLogger from "@aws-lambda-powertools/logger";
import * as powertoolsMetrics from "@aws-lambda-powertools/metrics";
import * as athenaClient from "@aws-sdk/client-athena";
import * as glueClient from "@aws-sdk/client-glue";
import * as s3Client from "@aws-sdk/client-s3";
import * as sqsClient from "@aws-sdk/client-sqs";
import * as pLimit from "p-limit";
import * as zod from "zod/mini";
import type { ConfiguredSource } from "../../formats/configured-source";
import { CONFIGURATION_KEY } from "../../formats/partition-layout";
import type { HandlerName } from "../../pipeline/handler-names";
import type { AthenaServer } from "../../testing/athena-server";
import { CONFIGURED_AT } from "../../testing/events";
import type { S3Server } from "../../testing/s3-server";

/** Servers and environment that a handler runs with. */
export interface Surroundings {
  /** Only for handlers that use it. */
  readonly athena?: AthenaServer;
  readonly s3: S3Server;
  readonly environment: Readonly<Record<string, string>>;
  /**
   * The object that Terraform wrote to the pipeline's bucket.
   *
   * @default one load balancer, below `alb/`
   */
  readonly sources?: readonly ConfiguredSource[];
  /**
   * When it was written.
   *
   * @default long before the events
   */
  readonly configuredAt?: Date;
}

const SOURCES: readonly ConfiguredSource[] = [{ name: "web", format: "alb", prefix: "alb/AWSLogs/" }];

/** Loaded once for all tests: they keep no state between invocations, and loading takes longer than running a handler. */
const STATELESS: Readonly<Record<string, unknown>> = {
  "@aws-lambda-powertools/logger": powertoolsLogger,
  "@aws-lambda-powertools/metrics": powertoolsMetrics,
  "@aws-sdk/client-athena": athenaClient,
  "@aws-sdk/client-glue": glueClient,
  "@aws-sdk/client-s3": s3Client,
  "@aws-sdk/client-sqs": sqsClient,
  "p-limit": pLimit,
  "zod/mini": zod,
  // Everything but the handlers themselves, which read the environment when they are loaded.
  ...Object.fromEntries(
    ["formats", "handlers/core", "handlers/adapters"].flatMap((folder) =>
      readdirSync(join(__dirname, "../..", folder))
        .filter((name) => name.endsWith(".ts"))
        .map((name): [string, unknown] => {
          const path = `../../${folder}/${name.slice(0, -3)}`;
          return [path, require(path)];
        }),
    ),
  ),
};

/** Loads a handler as a new Lambda environment would, and invokes it once. */
export async function invokeHandler(
  name: HandlerName,
  { athena, s3, environment, sources = SOURCES, configuredAt = CONFIGURED_AT }: Surroundings,
  ...args: readonly unknown[]
): Promise<unknown> {
  const before = { ...process.env };
  s3.put(
    environment.TARGET_BUCKET ?? environment.BUCKET ?? "logs",
    CONFIGURATION_KEY,
    JSON.stringify({ sources }),
    configuredAt,
  );
  Object.assign(process.env, {
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_ENDPOINT_URL_S3: s3.endpoint,
    ...(athena ? { AWS_ENDPOINT_URL_ATHENA: athena.endpoint, AWS_ENDPOINT_URL_GLUE: athena.endpoint } : {}),
    DATABASE: "logs",
    WORKGROUP: "pipeline",
    BUCKET: "logs",
    POWERTOOLS_METRICS_NAMESPACE: "AccessLogs",
    POWERTOOLS_SERVICE_NAME: "test",
    POWERTOOLS_DEV: "true",
    POWERTOOLS_METRICS_DISABLED: "false",
    ...environment,
  });
  try {
    let handler: ((...values: readonly unknown[]) => Promise<unknown>) | undefined;
    jest.isolateModules(() => {
      for (const [name, loaded] of Object.entries(STATELESS)) jest.doMock(name, () => loaded);
      ({ handler } = require(`../../handlers/${name}`));
    });
    if (!handler) throw new Error(`no handler ${name}`);
    return await handler(...args);
  } finally {
    process.env = before;
  }
}
