/** An event for a function's process. */
export interface Invocation {
  readonly event: unknown;
  readonly remainingMs: number;
}

/** Outcome of an invocation. */
export type Answer =
  | { readonly kind: "returned"; readonly value: unknown }
  | { readonly kind: "threw"; readonly name: string; readonly message: string };
