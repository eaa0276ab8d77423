import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod/mini";
import {
  ADDRESS_MODES,
  keepsAll,
  MIN_SALT_LENGTH,
  needsSalt,
  type Privacy,
  type PrivacyOptions,
  type PrivacyRule,
  TEXT_MODES,
  withDefaults,
} from "../formats/privacy";
import { codeOf } from "../handlers/core/errors";
import { newSalt } from "../handlers/core/privacy-salt";
import { UserError } from "../terminal/user-error";
import { hasParquet } from "./has-parquet";
import { type LakeLayout, TYPED_PREFIX } from "./layout";

const storedSchema = z.strictObject({
  clientIps: z.enum(ADDRESS_MODES),
  queryStrings: z.enum(TEXT_MODES),
  cookies: z.enum(TEXT_MODES),
});

/**
 * Personal data that the rows of a lake must not hold. The first run decides, and the lake stores the
 * options: a later run without the options must not add data that earlier runs left out. Call it only under
 * the lake's lock.
 *
 * @param wanted requested options; an unset option keeps the lake's value
 * @returns `undefined` if the rows hold all that was logged
 * @throws UserError if the lake's rows were written with other options, or its secret is unusable
 */
export async function lakePrivacy(
  lake: LakeLayout,
  wanted: PrivacyOptions = {},
): Promise<PrivacyRule | undefined> {
  const privacy = (await storedPrivacy(lake)) ?? (await newPrivacy(lake, wanted));
  for (const name of ["clientIps", "queryStrings", "cookies"] as const) {
    const mode = wanted[name];
    if (mode !== undefined && mode !== privacy[name]) {
      throw new UserError(
        `lake ${lake.root}: its rows were written with ${name} "${privacy[name]}", got "${mode}"; omit the option, or create another lake`,
      );
    }
  }
  if (keepsAll(privacy)) return undefined;
  return { privacy, salt: needsSalt(privacy) ? await saltOf(lake) : "" };
}

async function newPrivacy(lake: LakeLayout, wanted: PrivacyOptions): Promise<Privacy> {
  if (await hasRows(lake)) return withDefaults({});
  const privacy = withDefaults(wanted);
  if (!keepsAll(privacy)) await writeFile(lake.privacyFile, `${JSON.stringify(privacy, null, 2)}\n`);
  return privacy;
}

const hasRows = ({ root }: LakeLayout): Promise<boolean> => hasParquet(join(root, TYPED_PREFIX));

async function storedPrivacy({ privacyFile }: LakeLayout): Promise<Privacy | undefined> {
  const text = await readFile(privacyFile, "utf8").catch(absent);
  if (text === undefined) return undefined;
  try {
    return storedSchema.parse(JSON.parse(text));
  } catch {
    throw new UserError(
      `${privacyFile}: expected an object with clientIps, queryStrings and cookies; restore the file that "ingest" wrote`,
    );
  }
}

async function saltOf(lake: LakeLayout): Promise<string> {
  const { saltFile } = lake;
  const stored = await readFile(saltFile, "utf8").catch(absent);
  if (stored === undefined && (await hasRows(lake))) {
    throw new UserError(
      `${saltFile}: the secret of this lake's hashes is missing; restore it, or create another lake`,
    );
  }
  const salt = stored?.trim() ?? newSalt();
  if (stored === undefined) await writeFile(saltFile, `${salt}\n`, { mode: 0o600 });
  if (salt.length >= MIN_SALT_LENGTH) return salt;
  throw new UserError(`${saltFile}: expected a secret of at least ${MIN_SALT_LENGTH} characters`);
}

/** A missing file counts as `undefined`; any other failure is an error. */
function absent(error: unknown): undefined {
  if (codeOf(error) !== "ENOENT") throw error;
}
