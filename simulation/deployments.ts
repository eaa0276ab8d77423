import type { ConfiguredSource } from "../formats/configured-source";
import { HOUR_MS, MINUTE_MS } from "../formats/time";
import type { TargetNames } from "../handlers/core/move-plan";
import type { Random } from "../sample/random";

/** What is deployed: it changes while the pipeline works. */
export interface Deployment {
  readonly sources: readonly ConfiguredSource[];
  /** Earlier versions named moved files by their identity alone. */
  readonly names: TargetNames;
  /** When its configuration was written. */
  readonly configuredAt: Date;
}

/** Several sources of one table, so that they can deliver the same file name, and one of another table. */
export const PREFIXES = {
  shop: "shop/AWSLogs/",
  api: "api/AWSLogs/",
  direct: "direct/AWSLogs/",
  cdn: "cdn/",
} as const;

/** Between a deployment's configuration and its functions. */
const DEPLOYMENT_MS = 5 * MINUTE_MS;

/**
 * Draws when a source is no longer moved but read as delivered, when another one changes the other way round, and when
 * the version is updated.
 *
 * @param landing bucket that AWS delivers to
 * @returns what is deployed at a time, in milliseconds since 1970
 */
export function drawDeployments(
  random: Random,
  landing: string,
  start: number,
  hours: number,
): (at: number) => Deployment {
  const drawTime = () => start + random.integer(0, hours * 60) * (HOUR_MS / 60);
  const [fromMoved, toMoved, update] = [drawTime(), drawTime(), drawTime()];
  return (at) => {
    const asDelivered = { bucket: landing };
    return {
      sources: [
        { format: "alb", name: "shop", prefix: PREFIXES.shop },
        { format: "alb", name: "api", prefix: PREFIXES.api, ...(at < fromMoved ? {} : { asDelivered }) },
        { format: "alb", name: "direct", prefix: PREFIXES.direct, ...(at < toMoved ? { asDelivered } : {}) },
        { format: "cloudfront", name: "cdn", prefix: PREFIXES.cdn },
      ],
      names: at < update ? "identity" : "time-first",
      configuredAt: new Date(at < update ? start : update - DEPLOYMENT_MS),
    };
  };
}
