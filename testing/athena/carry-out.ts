import type { TableVersions } from "../glue/table-versions";
import { runOnTrino, TrinoError, type TrinoResult } from "../trino/client";
import { ParseException } from "./hive-reader";
import type { ProjectedPartitions } from "./projected-partitions";
import type { AthenaStatement } from "./statement";
import { planOf, type Surroundings } from "./trino-plan";

const MAX_PARTITIONS = 100;

export interface CarryOutOptions extends Surroundings {
  readonly versions: TableVersions;
  readonly projected: ProjectedPartitions;
  /** Database of names without one. */
  readonly database: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * Executes an Athena statement on Trino, and applies Athena's changes to the Glue catalog.
 *
 * @throws TrinoError, ParseException
 */
export async function carryOut(
  statement: AthenaStatement,
  sql: string,
  options: CarryOutOptions,
): Promise<TrinoResult> {
  check(statement, options);
  if (statement.kind === "select" || statement.kind === "insert") await options.projected.refresh();
  let result = NOTHING;
  for (const { sql: text, unless } of await planOf(statement, sql, options)) {
    try {
      const next = await runOnTrino(options.trino, text, inDatabase(options));
      const { bytesRead, rowsRead } = result;
      result = { ...next, bytesRead: bytesRead + next.bytesRead, rowsRead: rowsRead + next.rowsRead };
    } catch (error) {
      if (!(error instanceof TrinoError && unless?.test(error.message))) throw error;
    }
  }
  if (statement.kind !== "select" && changes(statement, result)) options.versions.add(statement.name);
  return result;
}

const NOTHING: TrinoResult = {
  queryId: "",
  columns: undefined,
  rows: [],
  updateCount: undefined,
  bytesRead: 0,
  rowsRead: 0,
};

const inDatabase = ({ database, signal }: CarryOutOptions) => ({
  signal,
  ...(database === undefined ? {} : { schema: database }),
});

/** Rejects statements that Trino accepts but Athena does not. @throws ParseException */
function check(statement: AthenaStatement, { properties }: Surroundings): void {
  if (statement.kind === "create-table" || statement.kind === "set-properties") {
    const problem = properties.set(statement.name, statement.properties);
    if (problem !== undefined) throw new ParseException(`FAILED: SemanticException ${problem}`);
  }
  // Glue accepts at most this many partitions at once.
  if (statement.kind === "add-partitions" && statement.partitions.length > MAX_PARTITIONS) {
    throw new ParseException(
      `FAILED: Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. 1 validation error detected: Value at 'partitionInputList' failed to satisfy constraint: Member must have length less than or equal to ${MAX_PARTITIONS}`,
    );
  }
}

/**
 * True if a statement created a new version of its table. Partitions and empty commits do not create a
 * version.
 */
function changes({ kind }: AthenaStatement, { updateCount }: TrinoResult): boolean {
  if (kind === "add-partitions") return false;
  return (kind !== "insert" && kind !== "delete") || (updateCount ?? 0) > 0;
}
