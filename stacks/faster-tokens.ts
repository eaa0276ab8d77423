/** Values of a stack, before or after tokens are replaced. */
type Resolve = (scope: unknown, value: unknown, isPreparing?: boolean) => unknown;

/** Lets CDKTF do less for its tokens, with the same result. A test compares the results. */
export function makeTokensFaster(): void {
  dropTraces();
  resolveOnlyTokens();
}

/**
 * CDKTF records a stack trace for each of thousands of tokens. In a bundle these traces are useless, and they
 * take a tenth of a synth; in tests, Jest maps every line of them to its source.
 */
function dropTraces(): void {
  const traces: { captureStackTrace: () => string[] } = require("cdktf/lib/tokens/private/stack-trace");
  traces.captureStackTrace = () => [];
}

/**
 * CDKTF looks for tokens in every value of a stack in five ways, twice, and creates functions for each of them. Most
 * values are written down, such as the columns of tables.
 */
function resolveOnlyTokens(): void {
  const tokens: { resolve: Resolve } = require("cdktf/lib/_tokens");
  tokens.resolve = resolveWith(tokens.resolve);
}

/** Copies values as CDKTF does, and gives it only those that may be tokens. */
export const resolveWith =
  (resolve: Resolve): Resolve =>
  (scope, value, isPreparing) => {
    const copy = (item: unknown): unknown => {
      if (mayBeToken(item)) return resolve(scope, item, isPreparing);
      if (Array.isArray(item)) return item.map(copy).filter((each) => each !== undefined);
      if (typeof item !== "object" || item === null) return item;
      const result: Record<string, unknown> = {};
      for (const [key, each] of Object.entries(item)) {
        const resolved = copy(each);
        if (resolved !== undefined) result[key] = resolved;
      }
      return result;
    };
    return copy(value);
  };

/** False for values that are no token, and for lists and maps that are none as a whole. */
function mayBeToken(value: unknown): boolean {
  switch (typeof value) {
    case "string":
      return TOKEN_TEXT.test(value);
    case "number":
      // Tokens for numbers are negative.
      return value < 0;
    case "function":
      return true;
    case "object": {
      if (value === null) return false;
      if (Array.isArray(value)) return value.some((item) => typeof item !== "object" && mayBeToken(item));
      const prototype: unknown = Object.getPrototypeOf(value);
      return prototype !== Object.prototype || "resolve" in value || Object.keys(value).some(mayBeToken);
    }
    default:
      return false;
  }
}

/** In every token that is a text, and in a text that was made with one that is a number. */
const TOKEN_TEXT = /Token|e\+\d/;
