import type { Place } from "../../testing/permissions/call";

/** Where the calls of these tests happen. */
export const PLACE = {
  account: "111122223333",
  region: "eu-central-1",
  bucket: "bucket",
  database: "logs",
  workgroup: "logs-pipeline",
} as const satisfies Place;

/** Bucket that logs are delivered to where that is one of its own, and one that exists already. */
export const LANDING = "landing";
export const EXISTING = "company-logs";
