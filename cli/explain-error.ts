import { messageOf, nameOf, OperationError } from "../handlers/core/errors";
import { fileErrorMeaning } from "../lake/file-problem";
import { UserError } from "../terminal/user-error";

/** What to do about a file that cannot be written. The error may name another one, which takes its place in the end. */
export const unwritable = (file: string, error: Error): UserError =>
  new UserError(
    `${file}: ${fileErrorMeaning(error) ?? error.message}; choose another name or folder`,
    undefined,
    { cause: error },
  );

export const EXPIRED = [/expired/i, 'renew your credentials, e.g. with "aws sso login"'] as const;
/** What to do about errors of the AWS SDK, which says only what is missing. */
const AWS_HINTS: readonly (readonly [pattern: RegExp, hint: string])[] = [
  [/^Region is missing/, 'set AWS_REGION, or the Region of your profile with "aws configure"'],
  [
    /^(?:Could not load credentials|Could not resolve credentials)/,
    'sign in, e.g. with "aws sso login" or "aws configure", and set AWS_PROFILE if you use profiles',
  ],
  EXPIRED,
];

/**
 * The message of an error that the user can do something about, in one line.
 *
 * @returns `undefined` for a bug
 */
export function explanationOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof UserError || error instanceof OperationError || error.name === "SettingsError")
    return messageOf(error).split("\n\n")[0];
  if ("syscall" in error) {
    const meaning = fileErrorMeaning(error);
    return "path" in error ? `${error.path}: ${meaning ?? error.message}` : meaning;
  }
  const [, hint] = AWS_HINTS.find(([pattern]) => pattern.test(error.message)) ?? [];
  const isFromAws = "$metadata" in error || isWithoutCredentials(error);
  if (!isFromAws && !error.message.startsWith("Region is missing")) return undefined;
  return hint === undefined ? error.message : `${error.message.replace(/\.$/, "")}; ${hint}`;
}

/** True if the AWS SDK made no call, as it found no valid credentials. */
export const isWithoutCredentials = (error: unknown): boolean =>
  /^(?:Credentials|Token)ProviderError$/.test(String(nameOf(error)));
