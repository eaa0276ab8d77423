import { allow, type PolicyStatement } from "./policy";

/** Security requirements of an organization for all resources. */
export interface SecurityProps {
  /**
   * ARN of the KMS key that encrypts everything except the bucket for deliveries. Its policy must allow the services that use
   * it, see docs/aws-accounts.md.
   *
   * @default - AWS owned keys
   */
  readonly kmsKey?: string;
  /**
   * ARN of the permissions boundary of each role.
   *
   * @default - none
   */
  readonly permissionsBoundary?: string;
  /**
   * IAM path of all roles and policies; it starts and ends with a slash.
   *
   * @default - the root
   */
  readonly iamPath?: string;
  /**
   * Suffix of names that must be unique in the account: IAM roles and policies, and the dashboard. Two pipelines with the same
   * name in two Regions need different suffixes.
   *
   * @default ""
   */
  readonly globalNameSuffix?: string;
}

/** Permissions to read and write data that the key encrypts. */
export const useOfKey = ({ kmsKey }: SecurityProps): PolicyStatement[] =>
  kmsKey === undefined ? [] : [allow(["kms:Decrypt", "kms:GenerateDataKey"], [kmsKey])];

/** Encryption options of a queue. */
export const queueEncryption = ({ kmsKey }: SecurityProps) =>
  kmsKey === undefined ? { sqsManagedSseEnabled: true } : { kmsMasterKeyId: kmsKey };

/** A name that must be unique in the whole account. */
export const globalName = (name: string, { globalNameSuffix = "" }: SecurityProps): string =>
  `${name}${globalNameSuffix}`;

/** Name of a role or policy in IAM. */
export const iamName = (name: string, security: SecurityProps) => ({
  name: globalName(name, security),
  ...(security.iamPath === undefined ? {} : { path: security.iamPath }),
});

/** Name, path and permissions boundary of a role. */
export const roleOptions = (name: string, security: SecurityProps) => ({
  ...iamName(name, security),
  ...(security.permissionsBoundary === undefined
    ? {}
    : { permissionsBoundary: security.permissionsBoundary }),
});
