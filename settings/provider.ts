import * as z from "zod";

const ROLE_ARN = /^arn:aws(?:-[a-z]+)*:iam::\d{12}:role\/[\w+=,.@/-]+$/;

/**
 * Options of the AWS provider that can be set. Terraform finds the credentials itself.
 *
 * @see https://registry.terraform.io/providers/hashicorp/aws/latest/docs
 */
export const providerSettings = z.strictObject({
  version: z
    .string()
    .regex(
      /^(?:[<>]=?|~>|!=)?\s*\d+(?:\.\d+){0,2}(?:\s*,\s*(?:[<>]=?|~>|!=)?\s*\d+(?:\.\d+){0,2})*$/,
      'must be a version constraint of Terraform, e.g. ">= 6.25.0, < 7.0.0"',
    )
    .optional()
    .describe("Version constraint of the provider. Default: the tested version"),
  assumeRole: z
    .strictObject({
      roleArn: z.string().regex(ROLE_ARN, "must be the ARN of an IAM role").describe("Role to deploy with"),
      externalId: z.string().min(2).optional().describe("External id that the role's trust policy requires"),
      sessionName: z.string().min(2).max(64).optional().describe("Name of the session in CloudTrail"),
    })
    .optional()
    .describe("Role that Terraform assumes. Default: none"),
  allowedAccountIds: z
    .array(z.string().regex(/^\d{12}$/, "must be a 12-digit AWS account id, in quotes"))
    .min(1)
    .optional()
    .describe("Accounts for deployment; Terraform stops in any other account"),
});

/** Options of the AWS provider. */
export type ProviderSettings = z.output<typeof providerSettings>;
