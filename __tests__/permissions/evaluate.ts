/** A statement of a policy of a role, as IAM reads it. */
export interface Statement {
  readonly Effect: "Allow" | "Deny";
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** A request to AWS: what is done with what, and what else AWS knows of it. */
export interface Request {
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string>>;
}

/**
 * Judges a request as IAM does by the policies of a role alone: what is denied is denied, and what nobody allows is, too.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 * @throws Error for an operator that is not known here
 */
export function isAllowed(statements: readonly Statement[], request: Request): boolean {
  const matching = statements.filter((statement) => applies(statement, request));
  return (
    matching.some(({ Effect }) => Effect === "Allow") && matching.every(({ Effect }) => Effect !== "Deny")
  );
}

export const applies = ({ Action, Resource, Condition = {} }: Statement, request: Request): boolean =>
  // Actions are compared without regard to case, ARNs are not.
  listOf(Action).some((pattern) => matches(pattern.toLowerCase(), request.action.toLowerCase())) &&
  listOf(Resource).some((pattern) => matches(pattern, request.resource)) &&
  Object.entries(Condition).every(([operator, keys]) =>
    Object.entries(keys).every(([key, values]) => holds(operator, request.context?.[key], listOf(values))),
  );

type Operator = (value: string | undefined, wanted: readonly string[]) => boolean;
const like: Operator = (value, wanted) =>
  value !== undefined && wanted.some((pattern) => matches(pattern, value));
const OPERATORS: Readonly<Record<string, Operator>> = {
  StringEquals: (value, wanted) => value !== undefined && wanted.includes(value),
  StringLike: like,
  ArnLike: like,
  ArnEquals: like,
  Bool: (value, wanted) => value !== undefined && wanted.includes(value),
  // "true": the key must not be there.
  Null: (value, wanted) => wanted.includes(String(value === undefined)),
};

function holds(operator: string, value: string | undefined, wanted: readonly string[]): boolean {
  const judge = OPERATORS[operator];
  if (!judge) throw new Error(`no operator "${operator}" in evaluate.ts`);
  return judge(value, wanted);
}

/** `*` is any text, `?` any character. */
export const matches = (pattern: string, text: string): boolean => {
  const known = PATTERNS.get(pattern) ?? patternOf(pattern);
  PATTERNS.set(pattern, known);
  return known.test(text);
};

/** Each is compared with many texts. */
const PATTERNS = new Map<string, RegExp>();

const patternOf = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", "[^]*")
      .replaceAll("?", "[^]")}$`,
  );

export const listOf = (value: string | readonly string[]): readonly string[] =>
  typeof value === "string" ? [value] : value;
