import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod/mini";
import { FORMATS } from "../formats";
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
import { sqlString } from "../formats/render/sql-text";
import { codeOf, QueryFailedError } from "../handlers/core/errors";
import { newSalt } from "../handlers/core/privacy-salt";
import { UserError } from "../terminal/user-error";
import type { DuckdbEngine } from "./duckdb-engine";
import { type LakeLayout, TYPED_PREFIX } from "./layout";
import { holdsLoggedValues } from "./logged-values";
import { lastTypedFile } from "./typed-files";
import { writeWhole } from "./write-whole";

const storedSchema = z.strictObject({
  clientIps: z.enum(ADDRESS_MODES),
  queryStrings: z.enum(TEXT_MODES),
  cookies: z.enum(TEXT_MODES),
});

/** Key of the options in the metadata of a Parquet file. */
const METADATA_KEY = "access_logs_privacy";

/** Metadata of a Parquet file with the options of its rows, so that no lost file changes what later rows hold. */
export const privacyMetadata = (rule: PrivacyRule | undefined): Readonly<Record<string, string>> => ({
  [METADATA_KEY]: JSON.stringify(rule?.privacy ?? withDefaults({})),
});

/**
 * Personal data that the rows of a lake must not hold. The first run decides, and the lake stores the
 * options, in a file and in every Parquet file: a later run without the options must not add data that earlier
 * runs left out. Call it only under the lake's lock.
 *
 * @param wanted requested options; an unset option keeps the lake's value
 * @returns `undefined` if the rows hold all that was logged
 * @throws UserError if the lake's rows were written with other options, or its secret is unusable
 */
export async function lakePrivacy(
  lake: LakeLayout,
  engine: DuckdbEngine,
  wanted: PrivacyOptions = {},
): Promise<PrivacyRule | undefined> {
  const stored = await storedPrivacy(lake);
  const parquet = await anyTypedFile(lake);
  const written = parquet === undefined ? undefined : await writtenPrivacy(engine, parquet);
  if (stored && written && !isSame(stored, written)) {
    throw new UserError(
      `${lake.privacyFile}: the rows of this lake were written with ${JSON.stringify(written)}; restore the file that "ingest" wrote, or delete it`,
    );
  }
  const isUnknown = parquet !== undefined && !written && !stored;
  const proven = isUnknown ? await provenPrivacy(engine, lake) : undefined;
  if (isUnknown && !proven && !OPTION_NAMES.every((name) => wanted[name] !== undefined)) {
    throw new UserError(
      `${parquet}: the file does not say how its rows store personal data, and ${lake.privacyFile} is missing; restore it, or repeat the options of the first ingest: --client-ips, --query-strings and --cookies`,
    );
  }
  const privacy = written ?? stored ?? proven ?? withDefaults(wanted);
  for (const name of OPTION_NAMES) {
    const mode = wanted[name];
    if (mode !== undefined && mode !== privacy[name]) {
      throw new UserError(
        `lake ${lake.root}: its rows were written with ${name} "${privacy[name]}", got "${mode}"; omit the option, or create another lake`,
      );
    }
  }
  if (!stored) await writeWhole(lake.privacyFile, `${JSON.stringify(privacy, null, 2)}\n`);
  if (keepsAll(privacy)) return undefined;
  return { privacy, salt: needsSalt(privacy) ? await saltOf(lake, parquet !== undefined) : "" };
}

async function anyTypedFile({ root }: LakeLayout): Promise<string | undefined> {
  for (const { table } of Object.values(FORMATS)) {
    const file = await lastTypedFile(join(root, TYPED_PREFIX, table));
    if (file !== undefined) return file;
  }
  return undefined;
}

const OPTION_NAMES = ["clientIps", "queryStrings", "cookies"] as const;

const isSame = (one: Privacy, other: Privacy): boolean =>
  OPTION_NAMES.every((name) => one[name] === other[name]);

/** @returns `undefined` if the Parquet file does not say it, or cannot be read */
async function writtenPrivacy(engine: DuckdbEngine, parquet: string): Promise<Privacy | undefined> {
  const sql = `SELECT decode(value) FROM parquet_kv_metadata(${sqlString(parquet)}) WHERE decode(key) = ${sqlString(METADATA_KEY)}`;
  const [[value] = []] = await engine.rows(sql).catch((error: unknown) => {
    if (error instanceof QueryFailedError) return [];
    throw error;
  });
  return value === undefined ? undefined : parsed(String(value), parquet);
}

/** Options of a version that stored none unless it had some, if the rows leave no doubt. */
const provenPrivacy = async (engine: DuckdbEngine, lake: LakeLayout): Promise<Privacy | undefined> =>
  (await holdsLoggedValues(engine, lake)) ? withDefaults({}) : undefined;

async function storedPrivacy({ privacyFile }: LakeLayout): Promise<Privacy | undefined> {
  const text = await readFile(privacyFile, "utf8").catch(absent);
  return text === undefined ? undefined : parsed(text, privacyFile);
}

function parsed(text: string, file: string): Privacy {
  try {
    return storedSchema.parse(JSON.parse(text));
  } catch {
    throw new UserError(
      `${file}: expected an object with clientIps, queryStrings and cookies; restore the file that "ingest" wrote`,
    );
  }
}

async function saltOf(lake: LakeLayout, hasRows: boolean): Promise<string> {
  const { saltFile } = lake;
  const stored = await readFile(saltFile, "utf8").catch(absent);
  if (stored === undefined && hasRows) {
    throw new UserError(
      `${saltFile}: the secret of this lake's hashes is missing; restore it, or create another lake`,
    );
  }
  const salt = stored?.trim() ?? newSalt();
  if (stored === undefined) await writeWhole(saltFile, `${salt}\n`);
  if (salt.length >= MIN_SALT_LENGTH) return salt;
  throw new UserError(`${saltFile}: expected a secret of at least ${MIN_SALT_LENGTH} characters`);
}

/** A missing file counts as `undefined`; any other failure is an error. */
function absent(error: unknown): undefined {
  if (codeOf(error) !== "ENOENT") throw error;
}
