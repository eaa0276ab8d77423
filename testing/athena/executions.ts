import { randomUUID } from "node:crypto";
import type { TrinoResult } from "../trino/client";
import type { Failure } from "./failure";
import type { StatementKind } from "./statement";

/** How a query stands. */
export type Progress =
  | { readonly state: "RUNNING" }
  | { readonly state: "SUCCEEDED"; readonly result: TrinoResult }
  | { readonly state: "FAILED"; readonly failure: Failure; readonly bytesRead: number }
  | { readonly state: "CANCELLED"; readonly bytesRead: number };

/** A query that was taken. */
export interface Execution {
  readonly id: string;
  readonly sql: string;
  readonly kind: StatementKind;
  readonly submittedAt: number;
  readonly workgroup: string | undefined;
  readonly database: string | undefined;
  progress: Progress;
  endedAt: number | undefined;
  /** Resolves when it has ended. */
  readonly ended: Promise<void>;
  /** Cancels it. */
  readonly abort: AbortController;
}

/** A token that comes again with other parameters. */
export class TokenConflict extends Error {}

/** The queries of an account, each started once for its token. */
export class Executions {
  private readonly byId = new Map<string, Execution>();
  private readonly byToken = new Map<string, { readonly parameters: string; readonly id: string }>();

  get(id: string): Execution | undefined {
    return this.byId.get(id);
  }

  all(): readonly Execution[] {
    return [...this.byId.values()];
  }

  /**
   * The query that was started under a token, whatever became of it.
   *
   * @param parameters everything else that the request said
   * @throws TokenConflict if it came with others before
   * @see https://docs.aws.amazon.com/athena/latest/APIReference/API_StartQueryExecution.html
   */
  startedBefore(token: string | undefined, parameters: string): string | undefined {
    const known = token === undefined ? undefined : this.byToken.get(token);
    if (known && known.parameters !== parameters) {
      throw new TokenConflict("Idempotent parameters do not match");
    }
    return known?.id;
  }

  /** @param run carries the query out; never rejects */
  start(
    query: Pick<Execution, "sql" | "kind" | "workgroup" | "database">,
    token: string | undefined,
    parameters: string,
    run: (id: string, signal: AbortSignal) => Promise<Progress>,
  ): string {
    const id = randomUUID();
    const abort = new AbortController();
    const ended = run(id, abort.signal).then((progress) => {
      execution.progress = progress;
      execution.endedAt = Date.now();
    });
    const execution: Execution = {
      ...query,
      id,
      submittedAt: Date.now(),
      progress: { state: "RUNNING" },
      endedAt: undefined,
      ended,
      abort,
    };
    this.byId.set(id, execution);
    if (token !== undefined) this.byToken.set(token, { parameters, id });
    return id;
  }
}
