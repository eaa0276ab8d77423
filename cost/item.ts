import { ATHENA_MIN_BYTES, BYTES_PER_TB, PRICES, usdOf } from "./prices";

/** One line of a bill. */
export interface Item {
  readonly name: string;
  readonly quantity: number;
  readonly price: keyof typeof PRICES;
  readonly usd: number;
}

export const item = (name: string, price: keyof typeof PRICES, quantity: number): Item => ({
  name,
  quantity,
  price,
  usd: usdOf(PRICES[price], quantity),
});

export const tbScanned = (gb: number, statements: number): number =>
  Math.max(gb * 1e9, statements * ATHENA_MIN_BYTES) / BYTES_PER_TB;

/** Log volume of an invocation: its metrics. */
export const LOG_GB_PER_INVOCATION = 1e-6;
