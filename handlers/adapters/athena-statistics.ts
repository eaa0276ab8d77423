import type { QueryRuntimeStatistics, QueryStage, QueryStagePlanNode } from "@aws-sdk/client-athena";

/**
 * Rows that the stages of a query read which scan another table than one. If no stage says so: rows of all tables, which
 * are at least as many.
 *
 * @see https://docs.aws.amazon.com/athena/latest/APIReference/API_QueryRuntimeStatistics.html
 */
export function rowsReadExcept(
  { OutputStage: output, Rows: rows }: QueryRuntimeStatistics,
  table: string,
): number | undefined {
  const read = stagesIn(output)
    .filter(({ QueryStagePlan: plan }) => scansIn(plan).some((scan) => !isOf(scan, table)))
    .map(({ InputRows: input }) => input);
  if (read.length === 0 || read.includes(undefined)) return rows?.InputRows;
  return read.reduce<number>((total, input = 0) => total + input, 0);
}

const stagesIn = (stage: QueryStage | undefined): readonly QueryStage[] =>
  stage ? [stage, ...(stage.SubStages ?? []).flatMap(stagesIn)] : [];

/** Scans of tables; an engine combines them with filters and projections. */
const SCAN = /Scan/;

const scansIn = (node: QueryStagePlanNode | undefined): readonly QueryStagePlanNode[] =>
  node ? [...(SCAN.test(node.Name ?? "") ? [node] : []), ...(node.Children ?? []).flatMap(scansIn)] : [];

/** The identifier holds the table, e.g. `[table = awsdatacatalog:logs:orders, ...`, and may hold texts of the query after it. */
const isOf = ({ Identifier: identifier = "" }: QueryStagePlanNode, table: string): boolean =>
  new RegExp(`(?<!\\w)${table}(?!\\w)`).test(identifier.replace(/filterPredicate = .*/s, ""));
