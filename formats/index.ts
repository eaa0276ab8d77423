import { alb } from "./alb";
import { albConnection } from "./alb-connection";
import { albHealthCheck } from "./alb-health-check";
import { cloudfront } from "./cloudfront";
import { elb } from "./elb";
import type { LogFormat } from "./log-format";
import { nlb } from "./nlb";
import { s3 } from "./s3";
import { waf } from "./waf";

/** Every supported format. A new format needs a file in this folder and a line here. */
export const FORMATS = {
  alb,
  "alb-connection": albConnection,
  "alb-health-check": albHealthCheck,
  cloudfront,
  elb,
  nlb,
  s3,
  waf,
} as const satisfies Record<string, LogFormat>;
export type FormatId = keyof typeof FORMATS;
export const FORMAT_IDS = Object.keys(FORMATS) as [FormatId, ...FormatId[]];

/** @param table name of a typed table. @throws Error if no format has this table */
export function formatOfTable(table: string): LogFormat {
  const format = Object.values(FORMATS).find((candidate) => candidate.table === table);
  if (!format) throw new Error(`no format has the table "${table}"`);
  return format;
}
