import { allow, type PolicyStatement } from "./policy";

/** What an organization demands of everything that is deployed. */
export interface SecurityProps {
  /**
   * ARN of the KMS key that encrypts everything but the bucket that load balancers deliver to. Its policy must let the
   * services use it that write here, see docs/aws-accounts.md.
   *
   * @default - keys that AWS owns
   */
  readonly kmsKey?: string;
  /**
   * ARN of the policy that bounds what each role may do.
   *
   * @default - none
   */
  readonly permissionsBoundary?: string;
  /**
   * Path of every role and policy in IAM, which begins and ends with a slash.
   *
   * @default - the root
   */
  readonly iamPath?: string;
  /**
   * End of the names that must be unique in the whole account: of roles and policies in IAM, and of the dashboard. Two pipelines of
   * one name in two Regions need different ones.
   *
   * @default ""
   */
  readonly globalNameSuffix?: string;
}

/** To read and write what the key encrypts. */
export const useOfKey = ({ kmsKey }: SecurityProps): PolicyStatement[] =>
  kmsKey === undefined ? [] : [allow(["kms:Decrypt", "kms:GenerateDataKey"], [kmsKey])];

/** How a queue is encrypted. */
export const queueEncryption = ({ kmsKey }: SecurityProps) =>
  kmsKey === undefined ? { sqsManagedSseEnabled: true } : { kmsMasterKeyId: kmsKey };

/** A name that must be unique in the whole account. */
export const globalName = (name: string, { globalNameSuffix = "" }: SecurityProps): string =>
  `${name}${globalNameSuffix}`;

/** How a role or policy is called in IAM. */
export const iamName = (name: string, security: SecurityProps) => ({
  name: globalName(name, security),
  ...(security.iamPath === undefined ? {} : { path: security.iamPath }),
});

/** How a role is called and bounded. */
export const roleOptions = (name: string, security: SecurityProps) => ({
  ...iamName(name, security),
  ...(security.permissionsBoundary === undefined
    ? {}
    : { permissionsBoundary: security.permissionsBoundary }),
});
