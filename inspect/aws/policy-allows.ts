/** The checked parts of a policy statement. */
interface Statement {
  readonly Effect?: unknown;
  readonly Principal?: unknown;
  readonly Action?: unknown;
  readonly Resource?: unknown;
}

/** Permission that a policy must allow. */
export interface Wanted {
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
}

/** Every permission that a policy document allows. */
export const allowedBy = (document: string): Wanted[] =>
  statementsOf(document).flatMap(({ Principal, Action, Resource }) =>
    textsOf(Principal).flatMap((principal) =>
      textsOf(Action).flatMap((action) =>
        textsOf(Resource).map((resource) => ({ principal, action, resource })),
      ),
    ),
  );

/**
 * True if a statement of the document allows it. Conditions and denials are not checked: they are the owner's
 * decision.
 */
export const isAllowed = (document: string, { principal, action, resource }: Wanted): boolean =>
  statementsOf(document).some(
    (statement) =>
      matches(statement.Principal, principal) &&
      matches(statement.Action, action) &&
      matches(statement.Resource, resource),
  );

function statementsOf(document: string): Statement[] {
  const parsed: { readonly Statement?: Statement | readonly Statement[] } = JSON.parse(document);
  const statements = [parsed.Statement ?? []].flat() as Statement[];
  return statements.filter(({ Effect }) => Effect === "Allow");
}

const matches = (patterns: unknown, text: string): boolean =>
  textsOf(patterns).some((pattern) => globOf(pattern).test(text));

/** IAM's patterns: `*` is any text, `?` any character. */
const globOf = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".")}$`,
    "i",
  );

/** Flattens a text, a list of texts, or lists by kind of principal. */
function textsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsOf) : [];
}
