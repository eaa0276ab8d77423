/** An error that the user can fix: shown as one line, without a stack trace. */
export class UserError extends Error {
  override readonly name = "UserError";

  /** @param exitCode of the command that it ends */
  constructor(
    message: string,
    readonly exitCode = 1,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
