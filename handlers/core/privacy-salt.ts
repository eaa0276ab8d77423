import { randomBytes } from "node:crypto";
import { PRIVACY_SALT_KEY } from "../../formats/partition-layout";
import { MIN_SALT_LENGTH } from "../../formats/privacy";
import { PermanentError } from "./errors";
import type { ObjectStore } from "./ports";

const SALT_BYTES = 32;

/** A secret that nobody can guess. */
export const newSalt = (): string => randomBytes(SALT_BYTES).toString("hex");

/**
 * The secret of the hashes. It is generated on first use and stays in the bucket: it does not have to be
 * chosen, and it is not in the Terraform state, the settings or an environment.
 *
 * @throws PermanentError `INVALID_ENVIRONMENT` if the object is not a secret of this form
 */
export async function privacySalt(store: ObjectStore, bucket: string): Promise<string> {
  const location = { bucket, key: PRIVACY_SALT_KEY };
  // If two runs write at once, only the first succeeds; both then read its secret.
  if ((await store.read(location)) === undefined) await store.putIfAbsent(location, newSalt());
  const salt = (await store.read(location))?.body.trim() ?? "";
  if (salt.length >= MIN_SALT_LENGTH) return salt;
  throw new PermanentError(
    "INVALID_ENVIRONMENT",
    `${PRIVACY_SALT_KEY} has ${salt.length} characters, expected at least ${MIN_SALT_LENGTH}; restore the secret, or delete the object to create a new one: earlier hashes then no longer match`,
  );
}
