/** An error that the user can fix: it is shown as one line, without a stack trace. */
export class UserError extends Error {
  override readonly name = "UserError";

  /** @param exitCode exit code of the command */
  constructor(
    message: string,
    readonly exitCode = 1,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Exit code of a wrong command line. */
export const EXIT_USAGE = 2;

/** The error of a wrong command line. */
export const usageError = (message: string): UserError => new UserError(message, EXIT_USAGE);
