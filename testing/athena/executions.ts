import { randomUUID } from "node:crypto";
import type { TrinoResult } from "../trino/client";
import type { Failure } from "./failure";
import type { StatementKind } from "./statement";

/** Progress of a query. */
export type Progress =
  | { readonly state: "RUNNING" }
  | { readonly state: "SUCCEEDED"; readonly result: TrinoResult }
  | { readonly state: "FAILED"; readonly failure: Failure; readonly bytesRead: number }
  | { readonly state: "CANCELLED"; readonly bytesRead: number };

/** An accepted query. */
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
  /** Cancels the query. */
  readonly abort: AbortController;
}

/** A token was reused with other parameters. */
export class TokenConflict extends Error {}

/** The queries of an account: each token starts one query. */
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
   * The query that was started with a token, in any state.
   *
   * @param parameters all other parameters of the request
   * @throws TokenConflict if the token was used with other parameters before
   * @see https://docs.aws.amazon.com/athena/latest/APIReference/API_StartQueryExecution.html
   */
  startedBefore(token: string | undefined, parameters: string): string | undefined {
    const known = token === undefined ? undefined : this.byToken.get(token);
    if (known && known.parameters !== parameters) {
      throw new TokenConflict("Idempotent parameters do not match");
    }
    return known?.id;
  }

  /** @param run executes the query; never rejects */
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
