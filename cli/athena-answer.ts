import { AthenaClient } from "@aws-sdk/client-athena";
import { BYTES_PER_TB, PRICES, usdOf } from "../cost/prices";
import { messageOf, nameOf, QueryFailedError } from "../handlers/core/errors";
import { type AthenaAnswer, queryAthena } from "../operations/athena-query";
import { progressLine } from "../terminal/progress-line";
import { byteText, counted } from "../terminal/quantities";
import type { QueryRows } from "../terminal/rows";
import { UserError } from "../terminal/user-error";
import { writeErrors } from "../terminal/write";
import type { EngineOptions } from "./engine-options";
import { EXPIRED } from "./explain-error";
import { loadParts } from "./load-parts";

type AthenaOptions = Omit<EngineOptions, "lake" | "format" | "json" | "output" | "force">;

/** Fixes for errors that Athena does not explain well. */
const HINTS: readonly (readonly [pattern: RegExp, hint: string])[] = [
  EXPIRED,
  [
    /workgroup .*not found/i,
    "check that the stack is deployed in this Region; its output workgroup is the name",
  ],
  [
    /AccessDenied|not authorized/i,
    "you need athena:StartQueryExecution, GetQueryExecution, GetQueryResults and StopQueryExecution on the workgroup, and read access to the tables",
  ],
  [/Region is missing/i, "set --region or AWS_REGION"],
];

/**
 * Runs SQL in Athena: shows its progress on a terminal, passes the rows to `print`, and then writes the cost to standard
 * error. Ctrl-C cancels the query.
 *
 * @returns the number of rows
 * @throws UserError that names a missing option or setting, QueryFailedError with Athena's reason
 */
export async function answerFromAthena(
  sql: string,
  options: AthenaOptions,
  print: (rows: QueryRows) => Promise<void>,
): Promise<number> {
  if (sql.trim() === "") throw new UserError("the SQL is empty");
  const { region, ...place } = await placeOf(options);
  const client = new AthenaClient(region === undefined ? {} : { region });
  const progress = progressLine(process.stderr);
  const started = performance.now();
  const seconds = () => `${((performance.now() - started) / 1000).toFixed(1)} s`;
  const interrupt = new AbortController();
  const onSignal = () => interrupt.abort();
  // Only once: a second Ctrl-C ends the program immediately.
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
  try {
    const answer = await queryAthena({
      ...place,
      client,
      sql,
      signal: interrupt.signal,
      ...(options.maxBytes === undefined ? {} : { maxBytes: options.maxBytes }),
      ...(options.reuse === undefined ? {} : { reuseMinutes: options.reuse }),
      onProgress: (state, bytes) =>
        progress.say(`${state.toLowerCase()}: ${byteText(bytes)} scanned, ${seconds()}`),
    });
    progress.clear();
    const counted = countRows(answer);
    await print(counted);
    writeErrors(closingLine(answer, counted.count(), seconds()));
    return counted.count();
  } catch (error) {
    throw explained(error);
  } finally {
    progress.clear();
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
    client.destroy();
  }
}

async function placeOf({ settings, workgroup, database, region }: AthenaOptions) {
  if (workgroup !== undefined && database !== undefined) return { workgroup, database, region };
  const parts = await loadParts(settings);
  return {
    workgroup: workgroup ?? parts.analystWorkgroup,
    database: database ?? parts.database,
    region: region ?? parts.region,
  };
}

function countRows({ columns, rows }: QueryRows): QueryRows & { readonly count: () => number } {
  let count = 0;
  return {
    columns,
    rows: (async function* () {
      for await (const row of rows) {
        count++;
        yield row;
      }
    })(),
    count: () => count,
  };
}

/** e.g. `12 rows, 1.2 GB scanned, USD 0.00600, 3.4 s, query 0123` */
function closingLine(answer: AthenaAnswer, rows: number, seconds: string): string {
  const cost = usdOf(PRICES.athenaScan, answer.bytesBilled / BYTES_PER_TB);
  return [
    counted(rows, "row"),
    answer.isReused ? "reused result" : `${byteText(answer.bytesScanned)} scanned`,
    `USD ${cost.toFixed(5)}`,
    seconds,
    `query ${answer.queryId}`,
  ].join(", ");
}

/** Adds a hint, but not for a failed query: Athena's reason may contain any word. */
function explained(error: unknown): unknown {
  if (error instanceof UserError || error instanceof QueryFailedError) return error;
  const text = `${nameOf(error)}: ${messageOf(error)}`;
  const [, hint] = HINTS.find(([pattern]) => pattern.test(text)) ?? [];
  if (hint === undefined) return error;
  return new UserError(`Athena: ${messageOf(error).replace(/\.$/, "")}; ${hint}`, 1, { cause: error });
}
