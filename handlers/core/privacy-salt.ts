import { randomBytes } from "node:crypto";
import { PRIVACY_SALT_KEY } from "../../formats/partition-layout";
import { MIN_SALT_LENGTH } from "../../formats/privacy";
import { PermanentError } from "./errors";
import type { ObjectStore } from "./ports";

const SALT_BYTES = 32;

/** A secret that nobody can guess. */
export const newSalt = (): string => randomBytes(SALT_BYTES).toString("hex");

/**
 * The secret that hashes are made with. It is drawn when it is first needed and stays in the bucket: nobody has to
 * choose it, and it is in no state, setting or environment.
 *
 * @throws PermanentError `INVALID_ENVIRONMENT` if somebody put something else in its place
 */
export async function privacySalt(store: ObjectStore, bucket: string): Promise<string> {
  const location = { bucket, key: PRIVACY_SALT_KEY };
  // Of two runs at once, one is the first; both then read what that one wrote.
  if ((await store.read(location)) === undefined) await store.putIfAbsent(location, newSalt());
  const salt = (await store.read(location))?.body.trim() ?? "";
  if (salt.length >= MIN_SALT_LENGTH) return salt;
  throw new PermanentError(
    "INVALID_ENVIRONMENT",
    `${PRIVACY_SALT_KEY} has ${salt.length} characters, expected at least ${MIN_SALT_LENGTH}; restore the secret, or delete the object to create a new one: earlier hashes then no longer match`,
  );
}
