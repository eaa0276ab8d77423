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
