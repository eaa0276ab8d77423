import { AthenaClient } from "@aws-sdk/client-athena";
import { BYTES_PER_TB, PRICES, usdOf } from "../cost/prices";
import { messageOf, nameOf, QueryFailedError } from "../handlers/core/errors";
import { type AthenaAnswer, queryAthena } from "../operations/athena-query";
import { progressLine } from "../terminal/progress-line";
import { byteText } from "../terminal/quantities";
import { UserError } from "../terminal/user-error";
import type { PlaceOptions } from "./engine-options";
import { EXPIRED } from "./explain-error";
import { loadParts } from "./load-parts";

/** Options of every command that runs statements on Athena. */
export type AthenaOptions = Omit<PlaceOptions, "lake" | "athena" | "tz">;

/** Runs statements of one command. */
export interface AthenaSession {
  /** @param what shown with the state of the query */
  ask(sql: string, what?: string): Promise<AthenaAnswer>;
  /** Ends the line of the progress, before something is printed. */
  clearProgress(): void;
  /** Time since the start, e.g. `3.4 s`. */
  elapsed(): string;
}

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
 * Runs statements in Athena, with their progress on a terminal. Ctrl-C cancels the query that runs.
 *
 * @throws UserError that names a missing option or setting, QueryFailedError with Athena's reason
 */
export async function withAthena<T>(
  options: AthenaOptions,
  use: (session: AthenaSession) => Promise<T>,
): Promise<T> {
  const { region, ...place } = await placeOf(options);
  const client = new AthenaClient(region === undefined ? {} : { region });
  const progress = progressLine(process.stderr);
  const started = performance.now();
  const elapsed = () => `${((performance.now() - started) / 1000).toFixed(1)} s`;
  const interrupt = new AbortController();
  const onSignal = () => interrupt.abort();
  // Only once: a second Ctrl-C ends the program immediately.
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
  try {
    return await use({
      ask: (sql, what) =>
        queryAthena({
          ...place,
          client,
          sql,
          signal: interrupt.signal,
          ...(options.maxBytes === undefined ? {} : { maxBytes: options.maxBytes }),
          ...(options.reuse === undefined ? {} : { reuseMinutes: options.reuse }),
          onProgress: (state, bytes) =>
            progress.say(
              `${what === undefined ? "" : `${what}, `}${state.toLowerCase()}: ${byteText(bytes)} scanned, ${elapsed()}`,
            ),
        }),
      clearProgress: () => progress.clear(),
      elapsed,
    });
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

/** The price of scanned bytes, e.g. `USD 0.00600`. */
export const scanPrice = (bytes: number): string =>
  `USD ${usdOf(PRICES.athenaScan, bytes / BYTES_PER_TB).toFixed(5)}`;

/** Adds a hint, but not for a failed query: Athena's reason may contain any word. */
function explained(error: unknown): unknown {
  if (error instanceof UserError || error instanceof QueryFailedError) return error;
  const text = `${nameOf(error)}: ${messageOf(error)}`;
  const [, hint] = HINTS.find(([pattern]) => pattern.test(text)) ?? [];
  if (hint === undefined) return error;
  return new UserError(`Athena: ${messageOf(error).replace(/\.$/, "")}; ${hint}`, 1, { cause: error });
}
