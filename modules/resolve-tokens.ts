/** Replaces the tokens in a value. */
export type Resolve<Scope> = (scope: Scope, value: unknown, isPreparing?: boolean) => unknown;

/**
 * Copies values as CDKTF does, and gives it only those that may be tokens: it looks for tokens in each value in five ways.
 */
export const resolveWith =
  <Scope>(resolve: Resolve<Scope>): Resolve<Scope> =>
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

/** False for values that are no token, and for lists and maps that are no token as a whole. */
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
