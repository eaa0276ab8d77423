/** What AWS asks for one kind of thing: on demand, in us-east-1. TB are decimal: sums are a little too high. */
export const PRICES = {
  athenaScan: {
    usd: 5,
    per: 1,
    unit: "TB scanned",
    source: "https://aws.amazon.com/athena/pricing/",
    date: "2025",
  },
} as const;
