import { addHours, hourOf, partitionValuesOf } from "../../formats/hour";
import {
  type LakeTable,
  renderCountUnparsed,
  renderDeleteBefore,
  renderOptimize,
  renderUnparsedView,
  renderVacuum,
} from "../../formats/render/lake-sql";
import { QueryFailedError } from "./errors";
import type { QueryEngine } from "./ports";

/** What was done for one table. */
export interface MaintainedTable {
  readonly table: string;
  /** Day that the lines were counted of, `YYYY-MM-DD`. */
  readonly dt: string;
  /** Its lines that could not be read. */
  readonly unparsed: number;
}

const HOURS_PER_DAY = 24;
/** Files come up to 26 hours late: what is older is merged already. */
const OPTIMIZED_DAYS = 3;
/** By then the last late file of a day has come. */
const COUNTED_DAYS_AGO = 2;
/** Athena stops such a statement after a while and asks for another. */
const MAX_ROUNDS = 20;
const MORE_RUNS_NEEDED = /MORE_RUNS_NEEDED/;

/**
 * The daily work on a typed table.
 *
 * The lines that could not be read are counted here, and not with each commit, because counting reads the text a second
 * time.
 *
 * @param retentionDays whole days that rows are kept, today not counted; default: they are kept
 */
export async function maintainTable(
  engine: QueryEngine,
  table: LakeTable,
  now: Date,
  token: string,
  retentionDays?: number,
): Promise<MaintainedTable> {
  const daysAgo = (days: number) => partitionValuesOf(addHours(hourOf(now), -days * HOURS_PER_DAY)).dt;
  await engine.run({ sql: renderUnparsedView(table), token });
  if (retentionDays !== undefined)
    await engine.run({ sql: renderDeleteBefore(table, daysAgo(retentionDays)), token });
  for (let days = OPTIMIZED_DAYS; days >= 0; days--)
    await runUntilDone(engine, renderOptimize(table, daysAgo(days)), token);
  await runUntilDone(engine, renderVacuum(table), token);
  const dt = daysAgo(COUNTED_DAYS_AGO);
  const unparsed = Number(await engine.value({ sql: renderCountUnparsed(table, dt), token }));
  return { table: table.format.table, dt, unparsed };
}

async function runUntilDone(engine: QueryEngine, sql: string, token: string): Promise<void> {
  for (let round = 1; ; round++) {
    try {
      await engine.run({ sql, token: `${token}/${round}` });
      return;
    } catch (error) {
      const needsMore = error instanceof QueryFailedError && MORE_RUNS_NEEDED.test(error.reason);
      if (!needsMore || round === MAX_ROUNDS) throw error;
    }
  }
}
