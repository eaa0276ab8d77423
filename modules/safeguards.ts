import { allow, type PolicyStatement } from "./policy";

/** What an organization demands of everything that is deployed. */
export interface Safeguards {
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
}

/** To read and write what the key encrypts. */
export const useOfKey = ({ kmsKey }: Safeguards): PolicyStatement[] =>
  kmsKey === undefined ? [] : [allow(["kms:Decrypt", "kms:GenerateDataKey"], [kmsKey])];

/** How a queue is encrypted. */
export const queueEncryption = ({ kmsKey }: Safeguards) =>
  kmsKey === undefined ? { sqsManagedSseEnabled: true } : { kmsMasterKeyId: kmsKey };

/** How a role is bounded. */
export const boundary = ({ permissionsBoundary }: Safeguards) =>
  permissionsBoundary === undefined ? {} : { permissionsBoundary };
