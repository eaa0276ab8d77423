/** What AWS asks for one kind of thing. */
export interface Price {
  /** US dollars for `per` units. */
  readonly usd: number;
  readonly per: number;
  readonly unit: string;
  readonly source: string;
  readonly date: string;
}

const S3 = { source: "https://aws.amazon.com/s3/pricing/", date: "2025" };
const LAMBDA = { source: "https://aws.amazon.com/lambda/pricing/", date: "2025" };

/** Prices of us-east-1, on demand. TB are decimal: sums are a little too high. */
export const PRICES = {
  s3Writes: { usd: 0.005, per: 1000, unit: "PUT, COPY or LIST requests", ...S3 },
  sqsRequests: {
    usd: 0.4,
    per: 1e6,
    unit: "requests",
    source: "https://aws.amazon.com/sqs/pricing/",
    date: "2025",
  },
  lambdaInvocations: { usd: 0.2, per: 1e6, unit: "invocations", ...LAMBDA },
  lambdaArm: { usd: 0.0000133334, per: 1, unit: "GB-seconds (arm64)", ...LAMBDA },
  athenaScan: {
    usd: 5,
    per: 1,
    unit: "TB scanned",
    source: "https://aws.amazon.com/athena/pricing/",
    date: "2025",
  },
} as const satisfies Readonly<Record<string, Price>>;

/** What some units cost, in US dollars. */
export const usdOf = ({ usd, per }: Price, quantity: number): number => (quantity / per) * usd;

export const BYTES_PER_TB = 1e12;
