/** A validation of a variable, with Terraform's names. */
export interface Validation {
  readonly condition: string;
  readonly error_message: string;
}
