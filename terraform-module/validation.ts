/** What must be true of a variable, in Terraform's words. */
export interface Validation {
  readonly condition: string;
  readonly error_message: string;
}
