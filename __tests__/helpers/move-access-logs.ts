import type { S3Client } from "@aws-sdk/client-s3";
import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import type { ConfiguredSource } from "../../formats/configured-source";
import { CONFIGURATION_KEY } from "../../formats/partition-layout";
import { type S3Server, startS3Server } from "../../testing/s3-server";
import { invokeHandler } from "./invoke-handler";
import { filesInNote } from "./notes";
import { localS3Client } from "./s3-client";

/*
 * The function `move-access-logs`, and the server that it moves objects on: emptied before each test of a file that imports
 * this one.
 */

export const NAME =
  "111122223333_elasticloadbalancing_eu-central-1_app.shop.50dc6c495c0c9188_20261123T0705Z_10.0.0.5_2fb1c9a0.log.gz";
export const KEY = `alb/AWSLogs/111122223333/elasticloadbalancing/eu-central-1/2026/11/23/${NAME}`;
export const CLOUDFRONT_KEY = "cf/E2EXAMPLE1SHOP.2026-11-22-23.0a1b2c3d.gz";

export let server: S3Server;
export let client: S3Client;
/** The lines that the function printed. */
export const printed: string[] = [];

beforeAll(async () => {
  server = await startS3Server();
  client = localS3Client(server.endpoint);
});
afterAll(async () => {
  client.destroy();
  await server.close();
});

beforeEach(() => {
  server.clear();
  server.put("logs", KEY, "text");
  server.put("lake", "other", "");
  printed.length = 0;
  for (const method of ["log", "info", "warn", "error", "debug"] as const) {
    jest.spyOn(console, method).mockImplementation((...line: unknown[]) => {
      printed.push(line.join(" "));
    });
  }
});
afterEach(() => jest.restoreAllMocks());

const SOURCES: readonly ConfiguredSource[] = [
  { format: "alb", prefix: "alb/AWSLogs/", name: "shop" },
  { format: "cloudfront", prefix: "cf/", name: "cdn" },
  { format: "cloudfront", prefix: "eu/", name: "cdn-eu" },
];

export async function invoke(
  event: SQSEvent,
  variables: Record<string, string> = {},
  remainingMs = 60_000,
  configuredAt?: Date,
): Promise<SQSBatchResponse> {
  const environment = {
    LANDING_BUCKET: "logs",
    TARGET_BUCKET: "logs",
    KEEP_ORIGINALS: "false",
    POWERTOOLS_SERVICE_NAME: "move",
    ...variables,
  };
  const answer = await invokeHandler(
    "move-access-logs",
    { s3: server, sources: SOURCES, environment, ...(configuredAt ? { configuredAt } : {}) },
    event,
    { getRemainingTimeInMillis: () => remainingMs },
  );
  return answer as SQSBatchResponse;
}

export const failedIn = ({ batchItemFailures }: SQSBatchResponse) =>
  batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
/** Except the objects that Terraform wrote. */
export const keysIn = (bucket: string) => server.keys(bucket).filter((key) => key !== CONFIGURATION_KEY);
export const keysBelow = (prefix: string, bucket = "logs") =>
  keysIn(bucket).filter((key) => key.startsWith(prefix));
export const rawKeys = (bucket = "logs") => keysBelow("raw/", bucket);
export const noteKeys = (bucket = "logs") => keysBelow("_arrivals/", bucket);
export const noted = (bucket = "logs") =>
  noteKeys(bucket).flatMap((key) => filesInNote(server.read(bucket, key)));
