import type { HandlerName } from "../../pipeline/handler-names";

/** A request that a function makes, or that AWS makes in its name. */
export interface Call {
  readonly function: HandlerName;
  readonly service: string;
  readonly action: string;
  /** ARN. */
  readonly resource: string;
  readonly context?: Readonly<Record<string, string>>;
}

/** Where the calls of these tests happen: the names that the stack's references stand for. */
export const PLACE = {
  account: "111122223333",
  region: "eu-central-1",
  bucket: "bucket",
  landing: "landing",
  existing: "company-logs",
  database: "logs",
  workgroup: "logs-pipeline",
} as const;

export const arnOf = (service: string, resource: string): string =>
  `arn:aws:${service}:${PLACE.region}:${PLACE.account}:${resource}`;
export const objectArn = (bucket: string, key: string): string => `arn:aws:s3:::${bucket}/${key}`;
export const tableArn = (table: string): string => arnOf("glue", `table/${PLACE.database}/${table}`);
