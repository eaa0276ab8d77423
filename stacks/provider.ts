import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import type { TerraformStack } from "cdktf";
import type { ProviderSettings } from "../settings/provider";

/** Adds the AWS provider to a stack. */
export function addProvider(
  stack: TerraformStack,
  region: string,
  tags: Readonly<Record<string, string>> | undefined,
  { version, assumeRole, allowedAccountIds }: ProviderSettings,
): void {
  new AwsProvider(stack, "aws", {
    region,
    ...(tags ? { defaultTags: [{ tags }] } : {}),
    ...(assumeRole ? { assumeRole: [assumedRole(assumeRole)] } : {}),
    ...(allowedAccountIds ? { allowedAccountIds } : {}),
  });
  // Otherwise the version would be the exact one that the constructs' package requires.
  if (version !== undefined) stack.addOverride("terraform.required_providers.aws.version", version);
}

const assumedRole = ({ roleArn, externalId, sessionName }: NonNullable<ProviderSettings["assumeRole"]>) => ({
  roleArn,
  ...(externalId === undefined ? {} : { externalId }),
  ...(sessionName === undefined ? {} : { sessionName }),
});
