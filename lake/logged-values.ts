import { join } from "node:path";
import { FORMATS } from "../formats";
import { columnsOf, type LogFormat } from "../formats/log-format";
import type { PersonalKind } from "../formats/privacy";
import { sqlIdentifier, sqlString } from "../formats/render/sql-text";
import { QueryFailedError } from "../handlers/core/errors";
import type { DuckdbEngine } from "./duckdb-engine";
import { type LakeLayout, TYPED_PREFIX } from "./layout";
import { noRows } from "./no-rows";
import { lastTypedFile } from "./typed-files";

const matches = (value: string, pattern: string) => `regexp_matches(${value}, ${sqlString(pattern)})`;
const isHash = (value: string) => matches(value, "^[0-9a-f]{32}$");

/** SQL conditions of values that are stored only if they are kept. Values of other kinds can be the same in each mode. */
const IS_KEPT: Readonly<Partial<Record<PersonalKind, (value: string) => string>>> = {
  // A truncated address ends with ".0" or a colon, and a hash has neither dots nor colons.
  address: (value) => matches(value, "^[0-9A-Fa-f.:]*[.:](?:[1-9A-Fa-f]|0[0-9A-Fa-f])[0-9A-Fa-f]*$"),
  url: (value) => `(contains(${value}, '?') AND NOT ${matches(value, "[?][0-9a-f]{32}$")})`,
  query: (value) => `NOT ${isHash(value)}`,
  cookie: (value) => `NOT ${isHash(value)}`,
};

/** Answer for all values of a kind: `undefined` if there are no values. */
type Kept = boolean | undefined;

/**
 * True if the rows of a lake prove that they hold what was logged, with full addresses and query strings. Cookies are
 * seldom logged: a lake without cookies that has the others in full is taken for one that keeps cookies.
 */
export async function holdsLoggedValues(engine: DuckdbEngine, lake: LakeLayout): Promise<boolean> {
  const answers: (readonly [PersonalKind, Kept])[] = [];
  for (const format of Object.values(FORMATS)) {
    if ((await lastTypedFile(join(lake.root, TYPED_PREFIX, format.table))) === undefined) continue;
    answers.push(...(await keptIn(engine, lake, format)));
  }
  const isKept = (...kinds: readonly PersonalKind[]): Kept => {
    const ofKinds = answers.flatMap(([kind, kept]) => (kinds.includes(kind) ? [kept] : []));
    return ofKinds.includes(true) || (ofKinds.includes(false) ? false : undefined);
  };
  return isKept("address") === true && isKept("url", "query") === true && isKept("cookie") !== false;
}

/** @returns nothing if the typed table cannot be read */
async function keptIn(
  engine: DuckdbEngine,
  lake: LakeLayout,
  format: LogFormat,
): Promise<(readonly [PersonalKind, Kept])[]> {
  const tests = columnsOf(format).flatMap(({ name, personal }) => {
    const test = personal && IS_KEPT[personal]?.(sqlIdentifier(name));
    return test ? [{ kind: personal, test }] : [];
  });
  const files = `read_parquet(${sqlString(lake.typedFiles(format))}, union_by_name = true, hive_partitioning = false)`;
  const sql = `SELECT ${tests.map(({ test }) => `bool_or(${test})`).join(", ")}
FROM (SELECT * FROM ${files} UNION ALL BY NAME ${noRows(format)})`;
  const [row = []] = await engine.rows(sql).catch((error: unknown) => {
    if (error instanceof QueryFailedError) return [];
    throw error;
  });
  return tests.map(({ kind }, index) => {
    const kept = row[index];
    return [kind, typeof kept === "boolean" ? kept : undefined];
  });
}
