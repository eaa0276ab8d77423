import type { Place } from "../../testing/permissions/call";

/** The Region and account of the calls in these tests. */
export const PLACE = {
  account: "111122223333",
  region: "eu-central-1",
  bucket: "bucket",
  database: "logs",
  workgroup: "logs-pipeline",
} as const satisfies Place;

/** The separate delivery bucket, and an existing bucket. */
export const LANDING = "landing";
export const EXISTING = "company-logs";
