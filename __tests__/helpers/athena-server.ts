import { randomUUID } from "node:crypto";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** How a query goes on after it was submitted: states that it passes through, one a poll. */
export interface QueryFate {
  readonly states?: readonly ("QUEUED" | "RUNNING")[];
  readonly end?: "SUCCEEDED" | "FAILED" | "CANCELLED";
  readonly reason?: string;
  readonly isRetryable?: boolean;
}

interface Query {
  readonly id: string;
  readonly sql: string;
  readonly token: string;
  readonly workgroup: string;
  readonly fate: QueryFate;
  polls: number;
}

/** An Athena server in memory: it keeps tokens and partitions as Athena and Glue do, and fails as a test says. */
export interface AthenaServer {
  readonly endpoint: string;
  /** Queries that were started, in order; one submitted again under its token is not. */
  readonly queries: readonly Query[];
  readonly submissions: number;
  /** Columns of the tables that `GetTableMetadata` knows, by table; `CREATE TABLE` and `ADD COLUMNS` change them. */
  readonly tables: Map<string, readonly string[]>;
  /** Partitions that the successful statements added, as `table/key=value/...`. */
  readonly partitions: ReadonlySet<string>;
  /** What happens to the next queries that are started; then all succeed. */
  setFates(...fates: readonly QueryFate[]): void;
  /** The one value that every query gives. */
  setValue(value: string): void;
  /** Errors that the next submissions are refused with. */
  refuse(...errors: readonly string[]): void;
  /** The error that results are refused with from now on. */
  refuseResults(error: string): void;
  close(): Promise<void>;
}

/** Rows that every INSERT adds. */
export const ROWS_PER_INSERT = 100;

export async function startAthenaServer(): Promise<AthenaServer> {
  const queries: Query[] = [];
  const partitions = new Set<string>();
  let fates: QueryFate[] = [];
  let refusals: string[] = [];
  let resultsRefusal: string | undefined;
  let submissions = 0;
  let value = "0";
  const tables = new Map<string, readonly string[]>();

  const carryOut = (sql: string) => {
    for (const partition of partitionsOf(sql)) partitions.add(partition);
    const [, table, columns] = CREATE_TABLE.exec(sql) ?? ADD_COLUMNS.exec(sql) ?? [];
    if (table === undefined || columns === undefined) return;
    const names = [...columns.matchAll(/`(\w+)` \w+/g)].map(([, name = ""]) => name);
    tables.set(table, [...(tables.get(table) ?? []), ...names]);
  };

  const describeTable = (response: ServerResponse, name: string) => {
    const columns = tables.get(name);
    if (!columns) return fail(response, "MetadataException", "EntityNotFoundException: Entity Not Found");
    return send(response, { TableMetadata: { Name: name, Columns: columns.map((Name) => ({ Name })) } });
  };

  const start = (response: ServerResponse, input: Record<string, string>) => {
    submissions++;
    const refusal = refusals.shift();
    if (refusal !== undefined) return fail(response, refusal);
    const { QueryString: sql = "", ClientRequestToken: token = "", WorkGroup: workgroup = "" } = input;
    if (token.length < 32 || token.length > 128) return fail(response, "InvalidRequestException");
    const known = queries.find((query) => query.token === token);
    if (known && known.sql !== sql) return fail(response, "InvalidRequestException");
    if (known) return send(response, { QueryExecutionId: known.id });
    const fate = fates.shift() ?? fateOf(sql);
    const query = { id: randomUUID(), sql, token, workgroup, fate, polls: 0 };
    queries.push(query);
    return send(response, { QueryExecutionId: query.id });
  };

  const carriedOut = new Set<string>();
  const poll = (response: ServerResponse, id: string) => {
    const query = queries.find((candidate) => candidate.id === id);
    if (!query) return fail(response, "InvalidRequestException");
    const { states = [], end = "SUCCEEDED", reason, isRetryable } = query.fate;
    const state = states[query.polls++] ?? end;
    if (state === "SUCCEEDED" && !carriedOut.has(id)) {
      carriedOut.add(id);
      carryOut(query.sql);
    }
    return send(response, {
      QueryExecution: {
        QueryExecutionId: id,
        Status: {
          State: state,
          ...(reason && state === end ? { StateChangeReason: reason } : {}),
          ...(state === "FAILED" ? { AthenaError: { Retryable: isRetryable ?? false } } : {}),
        },
        Statistics: { DataScannedInBytes: 1000 },
      },
    });
  };

  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      const input = JSON.parse(body || "{}");
      const operation = String(request.headers["x-amz-target"]).split(".").at(-1);
      if (operation === "StartQueryExecution") start(response, input);
      else if (operation === "GetTableMetadata") describeTable(response, input.TableName);
      else if (operation === "GetQueryResults" && resultsRefusal !== undefined)
        fail(response, resultsRefusal);
      else if (operation === "GetQueryResults")
        send(response, {
          UpdateCount: updateCountOf(queries.find(({ id }) => id === input.QueryExecutionId)),
          ResultSet: { Rows: [["_col0"], [value]].map(([text]) => ({ Data: [{ VarCharValue: text }] })) },
        });
      else poll(response, input.QueryExecutionId);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    queries,
    partitions,
    tables,
    setValue: (next) => {
      value = next;
    },
    get submissions() {
      return submissions;
    },
    setFates: (...next) => {
      fates = [...next];
    },
    refuse: (...errors) => {
      refusals = [...errors];
    },
    refuseResults: (error) => {
      resultsRefusal = error;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** Statements that Athena would not even parse fail by themselves. */
const fateOf = (sql: string): QueryFate =>
  /^(?:SELECT|INSERT INTO|ALTER TABLE|CREATE TABLE|CREATE OR REPLACE VIEW|OPTIMIZE|VACUUM)\b/.test(sql)
    ? {}
    : { end: "FAILED", reason: "SYNTAX_ERROR: mismatched input" };

const updateCountOf = (query: Query | undefined): number =>
  query?.sql.startsWith("INSERT INTO") ? ROWS_PER_INSERT : 0;

const CREATE_TABLE = /^CREATE TABLE IF NOT EXISTS `\w+`\.`(\w+)` \(([^)]*)\)/;
const ADD_COLUMNS = /^ALTER TABLE `\w+`\.`(\w+)` ADD COLUMNS \(([^)]*)\)/;

/** Reads `ALTER TABLE ... ADD PARTITION`: the table, and the keys and values of each partition. */
function partitionsOf(sql: string): string[] {
  const table = /^ALTER TABLE `\w+`\.`(\w+)` ADD IF NOT EXISTS/.exec(sql)?.[1];
  if (table === undefined) return [];
  return [...sql.matchAll(/PARTITION \(([^)]*)\) LOCATION 's3:\/\/[^']+\/'/g)].map(([, keys = ""]) =>
    [table, ...[...keys.matchAll(/`(\w+)` = '([^']*)'/g)].map(([, key, value]) => `${key}=${value}`)].join(
      "/",
    ),
  );
}

const send = (response: ServerResponse, body: unknown) =>
  response.writeHead(200, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(body));

const fail = (response: ServerResponse, name: string, message = `${name} on purpose`) =>
  response
    .writeHead(400, { "content-type": "application/x-amz-json-1.1" })
    .end(JSON.stringify({ __type: name, message, Message: message }));
