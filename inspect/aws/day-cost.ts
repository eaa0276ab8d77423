import { BYTES_PER_TB, PRICES, type Price, usdOf } from "../../cost/prices";
import { DAY_MS } from "../../formats/time";
import { foundValue } from "../../operations/inspector";
import { sum } from "../../terminal/quantities";
import type { DeploymentFacts } from "./facts";

/** One item of a day's bill. */
export interface CostItem {
  readonly item: string;
  readonly quantity: number;
  readonly unit: string;
  readonly usd: number;
  /** Where the price was published. */
  readonly source: string;
}

const MIB_PER_GIB = 1024;
/** Requests to receive and delete the message of a file: few, because messages are handled in batches. */
const QUEUE_REQUESTS_PER_FILE = 0.5;

/** Cost of the last day, from metrics; requests to S3 and SQS are estimated from the moved files. */
export function dayCost({ metrics, functions, streams, at }: DeploymentFacts): CostItem[] {
  const used = functions.flatMap(({ name, answer }) => {
    const state = foundValue(answer);
    const counted = metrics?.functions.get(name);
    return state && counted ? [{ ...counted, memoryMiB: state.memoryMiB }] : [];
  });
  const hours = streams
    .flatMap((stream) => stream.hours)
    .filter(({ newest }) => newest && at.getTime() - newest.getTime() <= DAY_MS);
  const files = sum(hours.map((hour) => hour.files));
  const scanned = sum([...(metrics?.scannedBytes.values() ?? [])]);
  return [
    item("Athena, bytes scanned", PRICES.athenaScan, scanned / BYTES_PER_TB),
    item(
      "Lambda, time",
      PRICES.lambdaArm,
      sum(used.map(({ milliseconds, memoryMiB }) => (milliseconds / 1000) * (memoryMiB / MIB_PER_GIB))),
    ),
    item("Lambda, invocations", PRICES.lambdaInvocations, sum(used.map(({ invocations }) => invocations))),
    item("S3, copies (estimated)", PRICES.s3Writes, files),
    item("SQS, requests (estimated)", PRICES.sqsRequests, files * QUEUE_REQUESTS_PER_FILE),
  ];
}

const item = (name: string, price: Price, quantity: number): CostItem => ({
  item: name,
  quantity,
  unit: price.unit,
  usd: usdOf(price, quantity),
  source: `${price.source} (${price.date})`,
});
