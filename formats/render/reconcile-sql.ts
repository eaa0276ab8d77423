import { HASH_DIGITS } from "../file-identity";
import { PARTITION_KEYS, SOURCE_KEY } from "../partition-layout";
import { renderIdentity } from "./delivered-sql";
import { type LakeTable, LOG_FILE, sqlName } from "./lake-sql";
import { sqlIdentifier, sqlString } from "./sql-text";

const [DT, HOUR] = PARTITION_KEYS;
const HEX = 16;

/** The files of a day in the typed table, each with the keys of its hour. */
const filesOf = (table: LakeTable, keys: readonly string[], dt: string): string =>
  `SELECT DISTINCT ${keys.map((key) => `${key}, `).join("")}${renderIdentity(table.bucket, sqlIdentifier(LOG_FILE))} AS "file"
FROM ${sqlName(table, table.format.table)}
WHERE ${sqlIdentifier(DT.name)} = ${sqlString(dt)}`;

/**
 * For each hour of a day (and source, else an empty text): the number of files in the typed table, and the sum of the
 * hashes in their identities. Two sets of files with the same number and sum are the same.
 *
 * @param dt `YYYY-MM-DD`
 */
export function renderFileSums(table: LakeTable, dt: string): string {
  const keys = [...(table.bySource ? [SOURCE_KEY] : []), HOUR].map(({ name }) => sqlIdentifier(name));
  const source = table.bySource ? sqlIdentifier(SOURCE_KEY.name) : "''";
  // TRY: a file that somebody else put below raw/ can have a name without a hash.
  return `SELECT ${source}, ${sqlIdentifier(HOUR.name)}, count(*), sum(COALESCE(TRY(from_base(substr("file", 1, ${HASH_DIGITS}), ${HEX})), 0))
FROM (
${filesOf(table, keys, dt)}
)
GROUP BY ${keys.join(", ")}`;
}

/** The identities of the files of some hours of a day in the typed table. @param hours at least one, `00` to `23` */
export const renderFilesOfHours = (table: LakeTable, dt: string, hours: readonly string[]): string =>
  `${filesOf(table, [], dt)}
  AND ${sqlIdentifier(HOUR.name)} IN (${hours.map(sqlString).join(", ")})`;

/** The part of `renderFileSums` for one identity. */
export const hashOf = (identity: string): number => {
  const digits = identity.slice(0, HASH_DIGITS);
  return /^[0-9a-f]+$/.test(digits) ? Number.parseInt(digits, HEX) : 0;
};
