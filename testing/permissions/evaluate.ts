/** A statement of a policy of a role, as IAM reads it. */
export interface Statement {
  readonly Effect: "Allow" | "Deny";
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** A request to AWS: action, resource, and condition keys. */
export interface Request {
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string>>;
}

/**
 * Evaluates a request as IAM does with only the policies of a role: explicit denials win, and everything else
 * that is not allowed is denied.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 * @throws Error for an unsupported operator
 */
export function isAllowed(statements: readonly Statement[], request: Request): boolean {
  const matching = statements.filter((statement) => applies(statement, request));
  return (
    matching.some(({ Effect }) => Effect === "Allow") && matching.every(({ Effect }) => Effect !== "Deny")
  );
}

export const applies = ({ Action, Resource, Condition = {} }: Statement, request: Request): boolean =>
  // Actions are case-insensitive, ARNs are case-sensitive.
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
  // "true": the key must not exist.
  Null: (value, wanted) => wanted.includes(String(value === undefined)),
};

function holds(operator: string, value: string | undefined, wanted: readonly string[]): boolean {
  const judge = OPERATORS[operator];
  if (!judge) throw new Error(`no operator "${operator}" in evaluate.ts`);
  return judge(value, wanted);
}

/** `*` is any text, `?` any character. */
export const matches = (pattern: string, text: string): boolean => expressionOf(pattern).test(text);

/** Cache: policies have few patterns and are evaluated often. */
const expressions = new Map<string, RegExp>();
function expressionOf(pattern: string): RegExp {
  const known = expressions.get(pattern);
  if (known) return known;
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", "[^]*")
    .replaceAll("?", "[^]");
  const expression = new RegExp(`^${source}$`);
  expressions.set(pattern, expression);
  return expression;
}

export const listOf = (value: string | readonly string[]): readonly string[] =>
  typeof value === "string" ? [value] : value;
