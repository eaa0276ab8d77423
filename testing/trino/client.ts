import { setTimeout } from "node:timers/promises";

/** The catalog of all tables, with its name in Athena. It redirects Iceberg tables to `ICEBERG`. */
export const CATALOG = "awsdatacatalog";
/** Catalog of Iceberg tables; Iceberg-specific statements must name it. */
export const ICEBERG = "iceberg";

export interface TrinoColumn {
  readonly name: string;
  readonly type: string;
}

export interface TrinoResult {
  /** Trino's id of the query. */
  readonly queryId: string;
  /** Missing for statements without result rows. */
  readonly columns: readonly TrinoColumn[] | undefined;
  readonly rows: readonly (readonly unknown[])[];
  /** Rows that were written or deleted. */
  readonly updateCount: number | undefined;
  /** Compressed bytes read from S3. */
  readonly bytesRead: number;
  readonly rowsRead: number;
}

/** Trino could not execute a statement. */
export class TrinoError extends Error {
  constructor(
    /** e.g. `HIVE_CURSOR_ERROR`. */
    readonly code: string,
    readonly type: "USER_ERROR" | "INTERNAL_ERROR" | "INSUFFICIENT_RESOURCES" | "EXTERNAL",
    message: string,
    readonly bytesRead: number,
  ) {
    super(message);
  }
}

export interface TrinoOptions {
  /** Schema of table names without one. */
  readonly schema?: string;
  /** Cancels the query when it is aborted. */
  readonly signal?: AbortSignal;
}

/** A part of an answer of `/v1/statement`. */
interface Page {
  readonly id: string;
  readonly nextUri?: string;
  readonly columns?: readonly TrinoColumn[];
  readonly data?: readonly (readonly unknown[])[];
  readonly updateCount?: number;
  readonly stats: { readonly physicalInputBytes: number; readonly processedRows: number };
  readonly error?: {
    readonly errorName: string;
    readonly errorType: TrinoError["type"];
    readonly message: string;
  };
}

const BUSY_PAUSE_MS = 50;

/**
 * Runs a statement to its end.
 *
 * Integers beyond 2^53 are not exact, because JavaScript parses JSON numbers as floats: cast them to varchar.
 *
 * @throws TrinoError if it failed or was cancelled
 * @see https://trino.io/docs/current/develop/client-protocol.html
 */
export async function runOnTrino(
  url: string,
  sql: string,
  { schema, signal }: TrinoOptions = {},
): Promise<TrinoResult> {
  const headers = {
    "X-Trino-User": "access-logs",
    "X-Trino-Catalog": CATALOG,
    // Without this, timestamps are truncated to milliseconds.
    "X-Trino-Client-Capabilities": "PARAMETRIC_DATETIME",
    ...(schema === undefined ? {} : { "X-Trino-Schema": schema }),
  };
  let page = await request(`${url}/v1/statement`, { method: "POST", body: sql, headers });
  const rows: (readonly unknown[])[] = [];
  let columns: readonly TrinoColumn[] | undefined;
  let updateCount: number | undefined;
  for (;;) {
    rows.push(...(page.data ?? []));
    columns = page.columns ?? columns;
    updateCount = page.updateCount ?? updateCount;
    const { stats, error, nextUri } = page;
    if (error)
      throw new TrinoError(error.errorName, error.errorType, error.message, stats.physicalInputBytes);
    if (nextUri === undefined) {
      return {
        queryId: page.id,
        columns,
        rows,
        updateCount,
        bytesRead: stats.physicalInputBytes,
        rowsRead: stats.processedRows,
      };
    }
    if (signal?.aborted) await fetch(nextUri, { method: "DELETE", headers });
    page = await request(nextUri, { headers });
  }
}

async function request(url: string, init: RequestInit): Promise<Page> {
  for (;;) {
    const response = await fetch(url, init);
    if (response.ok) return (await response.json()) as Page;
    if (response.status !== 503)
      throw new Error(`Trino answered ${response.status}: ${await response.text()}`);
    await setTimeout(BUSY_PAUSE_MS);
  }
}
