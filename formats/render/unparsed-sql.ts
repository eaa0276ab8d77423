import { deliveredKeysOf, deliveredPairs } from "../delivered-layout";
import { deliveredLinesTableOf, headerStarts, isJsonOnly, linesTableOf, unparsedViewOf } from "../log-format";
import { PARTITION_KEYS, partitionKeysOf, partitionPairs, SOURCE_KEY } from "../partition-layout";
import { anyOf, type CommittedFiles, partitionCondition, rangeConditions } from "./file-conditions";
import { renderIsJsonRow, renderNamedLine, renderTextsOfJson } from "./json-sql";
import { deliveredKeyValue, type LakeTable, LOG_FILE, sqlName } from "./lake-sql";
import { renderLineForm } from "./line-pattern";
import { sqlIdentifier, sqlPath, sqlString } from "./sql-text";

const [DT] = PARTITION_KEYS;

/**
 * The view of unparsed lines, each with its file. A line matches the form exactly if the SerDe reads it as a row.
 *
 * If there are files as delivered, the view has a column `day`: their folder's day, and the day of the requests of other
 * files. Their `dt` is computed from the path, so only a condition on `day` limits what a query scans.
 */
export function renderUnparsedView(table: LakeTable): string {
  const { format, hasDelivered = false } = table;
  const layout = hasDelivered && format.delivered.kind === "folders" ? format.delivered : undefined;
  const ownKeys = partitionKeysOf(table.bySource).map(({ name }) => name);
  const moved = unparsedLines(table, { name: linesTableOf(format), keys: ownKeys }, [
    ...ownKeys.map(sqlIdentifier),
    ...(layout ? [`${sqlIdentifier(DT.name)} AS "day"`] : []),
  ]);
  const head = `CREATE OR REPLACE VIEW ${sqlName(table, unparsedViewOf(format))} AS`;
  if (!layout) return `${head}\n${moved}`;
  const keyValue = deliveredKeyValue(layout);
  const values = ownKeys.map((name) => `${keyValue(name)} AS ${sqlIdentifier(name)}`);
  const delivered = {
    name: deliveredLinesTableOf(format),
    keys: deliveredKeysOf(layout).map(({ name }) => name),
  };
  return `${head}
${moved}
UNION ALL
${unparsedLines(table, delivered, [...values, '"day"'])}
  AND ${keyValue(DT.name)} IS NOT NULL`;
}

interface LinesTable {
  readonly name: string;
  /** Names of its partition keys. */
  readonly keys: readonly string[];
}

/** @param keys the view's keys, as SQL */
function unparsedLines(table: LakeTable, from: LinesTable, keys: readonly string[]): string {
  const { format } = table;
  const named = `FROM ${sqlName(table, from.name)}`;
  const lines = format.json
    ? `FROM ${renderTextsOfJson(format, {
        json: renderNamedLine(format, '"line"'),
        from: named,
        kept: ["line", ...from.keys],
        byPosition: [],
      })}`
    : named;
  const conditions = [
    [
      `"line" <> ''`,
      ...headerStarts(format).map((start) => `"line" NOT LIKE ${sqlString(`${start}%`)}`),
    ].join(" AND "),
    ...(isJsonOnly(format)
      ? []
      : [`NOT regexp_like("line", ${sqlString(`^(?:${renderLineForm(format)})$`)})`]),
    ...(format.json ? [`NOT (${renderIsJsonRow(format)})`] : []),
  ];
  return `SELECT ${shownLine(table)}, ${sqlPath} AS ${sqlIdentifier(LOG_FILE)}, ${keys.join(", ")}
${lines}
WHERE ${conditions.join("\n  AND ")}`;
}

function shownLine({ hidesLines = [] }: LakeTable): string {
  if (hidesLines === "all") return 'CAST(NULL AS varchar) AS "line"';
  if (hidesLines.length === 0) return '"line"';
  return `CASE WHEN ${sqlIdentifier(SOURCE_KEY.name)} IN (${hidesLines.map(sqlString).join(", ")}) THEN NULL ELSE "line" END AS "line"`;
}

/**
 * Counts the unparsed lines of files, whose text it reads.
 *
 * @returns SQL of one text: for each file with such lines, a line with their number, a space, and the file; NULL if no
 * file has any
 */
export function renderCountUnparsed(table: LakeTable, files: CommittedFiles): string {
  const bucket = files.kind === "delivered" ? files.folders[0].bucket : table.bucket;
  const days = table.hasDelivered ? [`"day" IN (${daysOf(table, files).map(sqlString).join(", ")})`] : [];
  const conditions = [
    partitionCondition(files.partitions, sqlIdentifier),
    anyOf(rangeConditions(bucket, sqlIdentifier(LOG_FILE), files.ranges)),
    ...days,
  ];
  return `${countHead(table)}
  WHERE ${conditions.join("\n    AND ")}
  GROUP BY ${sqlIdentifier(LOG_FILE)}
)`;
}

/** Start of every count of unparsed lines of the table, and of no other statement. */
export const countHead = (table: LakeTable): string =>
  `SELECT array_join(array_agg("count_of_file"), chr(10)) FROM (
  SELECT CAST(count(*) AS varchar) || ' ' || ${sqlIdentifier(LOG_FILE)} AS "count_of_file"
  FROM ${sqlName(table, unparsedViewOf(table.format))}`;

/** Values of the view's column `day`. */
function daysOf({ format }: LakeTable, files: CommittedFiles): string[] {
  const { delivered } = format;
  const pairs =
    files.kind === "delivered" && delivered.kind === "folders"
      ? files.folders.flatMap((folder) => deliveredPairs(delivered, folder).filter(([key]) => key === "day"))
      : files.partitions.flatMap((partition) => partitionPairs(partition).filter(([key]) => key === DT.name));
  return [...new Set(pairs.map(([, value]) => value))];
}
