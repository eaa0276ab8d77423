import { Token } from "cdktf";

/** One rule of a construct's props. */
export interface Rule {
  readonly option: string;
  readonly value: unknown;
  readonly holds: boolean;
  /** The allowed values or the fix, e.g. `must be from 1 to 900`. */
  readonly expected: string;
}

/** Props that cannot be used; the message lists every broken rule. */
export class InvalidPropsError extends Error {
  override readonly name = "InvalidPropsError";
}

/**
 * Checks all rules at once, so that a user can fix everything in one go. Values that only Terraform knows are
 * not checked.
 *
 * @param path path of the construct, for the message
 * @throws InvalidPropsError that lists every broken rule
 */
export function validateProps(path: string, rules: readonly Rule[]): void {
  const problems = rules
    .filter(({ value, holds }) => !holds && !Token.isUnresolved(value))
    .map(({ option, value, expected }) => `${path}: "${option}" ${expected}, got ${JSON.stringify(value)}`);
  if (problems.length > 0) throw new InvalidPropsError(problems.join("\n"));
}
