/** AWS's on-demand price of one item, without discounts and without the free tier. */
export interface Price {
  /** US dollars for `per` units. */
  readonly usd: number;
  readonly per: number;
  readonly unit: string;
  /** Singular of the unit, if it differs. */
  readonly one?: string;
  readonly region: string;
  /** AWS's page that lists the price. */
  readonly source: string;
  /** Year, and month if known, in which the price was read; check it before you rely on it. */
  readonly date: string;
  /** Lower prices for a month's units above a number. */
  readonly tiers?: readonly { readonly above: number; readonly usd: number }[];
}

const REGION = "us-east-1";
const S3 = { region: REGION, source: "https://aws.amazon.com/s3/pricing/", date: "2026-06" };
const SQS = { region: REGION, source: "https://aws.amazon.com/sqs/pricing/", date: "2026-06" };
const LAMBDA = { region: REGION, source: "https://aws.amazon.com/lambda/pricing/", date: "2025" };
const FIREHOSE = { region: REGION, source: "https://aws.amazon.com/firehose/pricing/", date: "2025" };
const CLOUDWATCH = { region: REGION, source: "https://aws.amazon.com/cloudwatch/pricing/", date: "2026-06" };

/**
 * All prices that the project uses. GB and TB are decimal: sums are slightly too high rather than too low.
 */
export const PRICES = {
  s3Writes: { usd: 0.005, per: 1000, unit: "PUT, COPY or LIST requests", ...S3 },
  s3Reads: { usd: 0.0004, per: 1000, unit: "GET or HEAD requests", ...S3 },
  s3Storage: { usd: 0.023, per: 1, unit: "GB-months", one: "GB-month", ...S3 },
  sqsRequests: { usd: 0.4, per: 1e6, unit: "requests", ...SQS },
  lambdaInvocations: { usd: 0.2, per: 1e6, unit: "invocations", ...LAMBDA },
  lambdaArm: { usd: 0.0000133334, per: 1, unit: "GB-seconds (arm64)", one: "GB-second (arm64)", ...LAMBDA },
  lambdaX86: { usd: 0.0000166667, per: 1, unit: "GB-seconds (x86)", one: "GB-second (x86)", ...LAMBDA },
  schedulerInvocations: {
    usd: 1,
    per: 1e6,
    unit: "invocations",
    region: REGION,
    source: "https://aws.amazon.com/eventbridge/pricing/",
    date: "2025",
  },
  athenaScan: {
    usd: 5,
    per: 1,
    unit: "TB scanned",
    region: REGION,
    source: "https://aws.amazon.com/athena/pricing/",
    date: "2025",
  },
  /** Logs that AWS delivers to a stream: billed by their size, without rounding each record up. */
  firehose: {
    usd: 0.13,
    per: 1,
    unit: "GB of text",
    ...FIREHOSE,
    tiers: [
      { above: 512_000, usd: 0.108 },
      { above: 2_048_000, usd: 0.09 },
    ],
  },
  firehoseToParquet: { usd: 0.018, per: 1, unit: "GB of text", ...FIREHOSE },
  metrics: { usd: 0.3, per: 1, unit: "metrics", one: "metric", ...CLOUDWATCH },
  alarms: { usd: 0.1, per: 1, unit: "alarms", one: "alarm", ...CLOUDWATCH },
  dashboards: { usd: 3, per: 1, unit: "dashboards", one: "dashboard", ...CLOUDWATCH },
  functionLogs: { usd: 0.5, per: 1, unit: "GB of log", ...CLOUDWATCH },
  /** Billed by the uncompressed text. Parquet costs more per GB, which is not included here. */
  vendedLogs: {
    usd: 0.25,
    per: 1,
    unit: "GB of text",
    ...CLOUDWATCH,
    tiers: [
      { above: 10_240, usd: 0.15 },
      { above: 30_720, usd: 0.075 },
      { above: 51_200, usd: 0.05 },
    ],
  },
} as const satisfies Readonly<Record<string, Price>>;

/** The unit of a quantity: singular for one. */
export const unitOf = ({ unit, one = unit }: Price, quantity: number): string =>
  quantity === 1 ? one : unit;

/** What some units of a month cost, in US dollars. */
export function usdOf({ usd, per, tiers = [] }: Price, quantity: number): number {
  const steps = [{ above: 0, usd }, ...tiers];
  return steps.reduce((sum, step, index) => {
    const end = steps[index + 1]?.above ?? Number.POSITIVE_INFINITY;
    return sum + (Math.max(0, Math.min(quantity, end) - step.above) / per) * step.usd;
  }, 0);
}

/** Athena bills at least this much for each statement; DDL is free. */
export const ATHENA_MIN_BYTES = 10e6;
export const BYTES_PER_TB = 1e12;
export const ATHENA_USD_PER_TB = PRICES.athenaScan.usd;

/** Cost of one statement by its scanned bytes, in US dollars. */
export const athenaUsd = (bytesScanned: number): number =>
  usdOf(PRICES.athenaScan, Math.max(bytesScanned, ATHENA_MIN_BYTES) / BYTES_PER_TB);
