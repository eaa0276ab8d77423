import type { ConfiguredSource } from "../../formats/configured-source";
import { HOUR_MS, MINUTE_MS } from "../../formats/time";

/** Bucket of the deliveries, which is not the pipeline's. */
export const LOGS = "their-logs";

export const WEB: ConfiguredSource = {
  name: "web",
  format: "alb",
  prefix: "alb/AWSLogs/",
  asDelivered: { bucket: LOGS },
};
export interface AlbFile {
  /** End of the file's interval. */
  readonly end: Date;
  /** When it is delivered: names the folder. Default: at the end of the interval. */
  readonly deliveredAt?: Date;
  readonly account?: string;
  readonly region?: string;
  readonly loadBalancer?: string;
  readonly id?: string;
}

/** Key of a load balancer's file, below the prefix of `WEB`. */
export function albFileKey({
  end,
  deliveredAt = end,
  account = "111122223333",
  region = "eu-central-1",
  loadBalancer = "shop.50dc6c495c0c9188",
  id = "1a2b3c4d",
}: AlbFile): string {
  const day = deliveredAt.toISOString().slice(0, 10).replaceAll("-", "/");
  const stamp = end.toISOString().slice(0, 16).replace(/[-:]/g, "");
  return `alb/AWSLogs/${account}/elasticloadbalancing/${region}/${day}/${account}_elasticloadbalancing_${region}_app.${loadBalancer}_${stamp}Z_10.0.1.7_${id}.log.gz`;
}

export const minutesBefore = (instant: Date, minutes: number): Date =>
  new Date(instant.getTime() - minutes * MINUTE_MS);
export const hoursBefore = (instant: Date, hours: number): Date =>
  new Date(instant.getTime() - hours * HOUR_MS);
