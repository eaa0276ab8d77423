import { FORMATS, type FormatId } from "../../formats";
import { identityOf, MOVED_IDENTITY } from "../../formats/file-identity";
import { columnsOf } from "../../formats/log-format";

/** A row of a typed table, in one form for both engines. */
export type TableRow = Readonly<Record<string, unknown>>;

/** Columns with the origin of a row. */
export const ORIGIN = ["log_file", "dt", "hour"] as const;

/** A typed table's own columns, in order; whole numbers as text, because JavaScript does not hold them all. */
export const selectList = (format: FormatId): string =>
  [
    ...columnsOf(FORMATS[format]).map(({ name, type }) =>
      type === "bigint" || type === "int" ? `CAST("${name}" AS varchar) AS "${name}"` : `"${name}"`,
    ),
    ...ORIGIN.map((name) => `"${name}"`),
  ].join(", ");

/** The identity of a row's file, which is the same in a bucket and in a folder. */
export function fileOf(logFile: unknown): string {
  const path = String(logFile);
  const moved = new RegExp(MOVED_IDENTITY).exec(path)?.[1];
  if (moved !== undefined && path.includes("/dt=")) return moved;
  const [, bucket = "", key = ""] = /^s3:\/\/([^/]+)\/(.*)$/.exec(path) ?? [];
  return identityOf({ bucket, key });
}

/** Rows that only one side has, each with the number of extra copies. */
export function differences(
  engine: readonly TableRow[],
  lake: readonly TableRow[],
): { readonly onlyOnTheEngine: readonly TableRow[]; readonly onlyInTheLake: readonly TableRow[] } {
  const texts = (rows: readonly TableRow[]) => rows.map((row) => JSON.stringify(row));
  const [here, there] = [texts(engine), texts(lake)];
  return { onlyOnTheEngine: lackingIn(there, here), onlyInTheLake: lackingIn(here, there) };
}

function lackingIn(known: readonly string[], rows: readonly string[]): TableRow[] {
  const counts = new Map<string, number>();
  for (const text of known) counts.set(text, (counts.get(text) ?? 0) + 1);
  return rows.flatMap((text) => {
    const count = counts.get(text) ?? 0;
    counts.set(text, count - 1);
    return count > 0 ? [] : [JSON.parse(text)];
  });
}
