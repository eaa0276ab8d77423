import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { addedPartitions } from "./athena/added-partitions";
import { type LocalServer, startServer } from "./start-server";

/** States of a query after its submission, one per poll. */
export interface QueryFate {
  readonly states?: readonly ("QUEUED" | "RUNNING")[];
  readonly end?: "SUCCEEDED" | "FAILED" | "CANCELLED";
  readonly reason?: string;
  readonly isRetryable?: boolean;
  /** Scanned bytes, poll by poll; afterwards, and by default, the total. */
  readonly scanned?: readonly number[];
  readonly scannedInAll?: number;
  readonly isReused?: boolean;
  /** Applies only to statements that match. */
  readonly of?: RegExp;
}

/** Results of a query: texts, as in Athena. */
export interface Results {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly (readonly (string | null)[])[];
  /** Rows of a page, including the header. */
  readonly pageSize?: number;
}

interface Query {
  readonly id: string;
  readonly sql: string;
  readonly token: string;
  readonly workgroup: string;
  readonly database: string;
  /** Maximum age of an earlier result to reuse. */
  readonly reuseMinutes: number | undefined;
  readonly fate: QueryFate;
  polls: number;
  /** When a poll first reported its end. */
  endedAt?: Date;
  isCancelled: boolean;
}

/**
 * Athena and Glue in memory: it keeps tokens, partitions and versions as they do, and fails as a test
 * requests.
 */
export interface AthenaServer extends LocalServer {
  /** Started queries, in order; a query submitted again with its token is not started again. */
  readonly queries: readonly Query[];
  readonly submissions: number;
  /** Columns that `GetTableMetadata` returns, by table; `CREATE TABLE` and `ADD COLUMNS` change them. */
  readonly tables: Map<string, readonly string[]>;
  /** Partitions that the successful statements added, as `table/key=value/...`. */
  readonly partitions: ReadonlySet<string>;
  /** Glue's versions of tables, by table; each INSERT adds one. */
  readonly versions: Map<string, number[]>;
  /** Outcomes of the next started queries, each once; afterwards all succeed. */
  setFates(...fates: readonly QueryFate[]): void;
  /** Sets a function whose answer or error takes precedence over the server's own. */
  setAnswer(answer: AthenaAnswer): void;
  /** Sets the single value that every query returns; queries of metadata return NULL. */
  setValue(value: string): void;
  /** Sets the results of every query. */
  setResults(results: Results): void;
  /** Number of fetched pages. */
  readonly pages: number;
  /** Refuses the next submissions with these errors. */
  refuse(...errors: readonly string[]): void;
  /** Refuses the next requests of another operation, e.g. `GetQueryResults`, with these errors. */
  refuseOf(operation: string, ...errors: readonly string[]): void;
}

/** Rows that every INSERT adds. */
export const ROWS_PER_INSERT = 100;

/**
 * @param operation e.g. `GetWorkGroup`
 * @param sql statement of the query, if the operation concerns one
 * @returns the response, `{ error }` with `<name>` or `<name>: <message>`, or nothing for the server's own
 * answer
 */
export type AthenaAnswer = (
  operation: string,
  input: Readonly<Record<string, string>>,
  sql: string,
) => Readonly<Record<string, unknown>> | undefined;

/** @param now clock for the end of queries; default: the system's clock */
export async function startAthenaServer(now = () => new Date()): Promise<AthenaServer> {
  const queries: Query[] = [];
  const partitions = new Set<string>();
  let fates: QueryFate[] = [];
  let refusals: string[] = [];
  let submissions = 0;
  let pages = 0;
  let results: Results = oneValue("0");
  const refusalsOf = new Map<string, string[]>();
  let answer: AthenaAnswer = () => undefined;
  const tables = new Map<string, readonly string[]>();
  const versions = new Map<string, number[]>();

  const carryOut = (sql: string) => {
    const written = INSERT.exec(sql)?.[1];
    if (written !== undefined) {
      const ofTable = versions.get(written) ?? [];
      versions.set(written, [...ofTable, (ofTable.at(-1) ?? 0) + 1]);
    }
    for (const partition of addedPartitions(sql).keys()) partitions.add(partition);
    const [, table, columns] = CREATE_TABLE.exec(sql) ?? ADD_COLUMNS.exec(sql) ?? [];
    if (table === undefined || columns === undefined) return;
    const names = [...columns.matchAll(/`(\w+)` \w+/g)].map(([, name = ""]) => name);
    tables.set(table, [...(tables.get(table) ?? []), ...names]);
  };

  const describeTable = (response: ServerResponse, { TableName: name }: Input) => {
    const columns = tables.get(name);
    if (!columns) return fail(response, "MetadataException", "EntityNotFoundException: Entity Not Found");
    return send(response, { TableMetadata: { Name: name, Columns: columns.map((Name) => ({ Name })) } });
  };

  const describeInGlue = (response: ServerResponse) => send(response, { Table: { StorageDescriptor: {} } });

  /** As in Glue: the newest first, with few per page. */
  const listVersions = (response: ServerResponse, { TableName, NextToken }: Input) => {
    const all = [...(versions.get(TableName) ?? [])].reverse();
    const from = Number(NextToken ?? 0);
    return send(response, {
      TableVersions: all
        .slice(from, from + VERSIONS_ON_A_PAGE)
        .map((version) => ({ Table: { Name: TableName }, VersionId: String(version) })),
      ...(from + VERSIONS_ON_A_PAGE < all.length ? { NextToken: String(from + VERSIONS_ON_A_PAGE) } : {}),
    });
  };

  const deleteVersions = (response: ServerResponse, { TableName, VersionIds = [] }: Input) => {
    if (VersionIds.length > MAX_DELETED_VERSIONS) return fail(response, "InvalidInputException");
    const ofTable = versions.get(TableName) ?? [];
    // Glue does not delete the table's newest version.
    const newest = String(ofTable.at(-1));
    versions.set(
      TableName,
      ofTable.filter((version) => String(version) === newest || !VersionIds.includes(String(version))),
    );
    const Errors = VersionIds.filter((version) => version === newest).map((VersionId) => ({
      TableName,
      VersionId,
      ErrorDetail: { ErrorCode: "InvalidInputException", ErrorMessage: "Cannot delete the latest version" },
    }));
    return send(response, { Errors });
  };

  const start = (response: ServerResponse, input: Input) => {
    submissions++;
    const refusal = refusals.shift();
    if (refusal !== undefined) return fail(response, refusal);
    const { QueryString: sql = "", ClientRequestToken: token = "", WorkGroup: workgroup = "" } = input;
    if (token.length < 32 || token.length > 128) return fail(response, "InvalidRequestException");
    const known = queries.find((query) => query.token === token);
    if (known && known.sql !== sql) return fail(response, "InvalidRequestException");
    if (known) return send(response, { QueryExecutionId: known.id });
    const next = fates.findIndex(({ of = /(?:)/ }) => of.test(sql));
    const [fate = fateOf(sql)] = next < 0 ? [] : fates.splice(next, 1);
    const reuse = input.ResultReuseConfiguration?.ResultReuseByAgeConfiguration;
    const query: Query = {
      id: randomUUID(),
      sql,
      token,
      workgroup,
      database: input.QueryExecutionContext?.Database ?? "",
      reuseMinutes: reuse?.Enabled ? reuse.MaxAgeInMinutes : undefined,
      fate,
      polls: 0,
      isCancelled: false,
    };
    queries.push(query);
    return send(response, { QueryExecutionId: query.id });
  };

  const carriedOut = new Set<string>();
  const poll = (response: ServerResponse, { QueryExecutionId: id }: Input) => {
    const query = queries.find((candidate) => candidate.id === id);
    if (!query) return fail(response, "InvalidRequestException");
    const { states = [], end = "SUCCEEDED", reason, isRetryable, scanned = [], isReused } = query.fate;
    const bytes = scanned[query.polls] ?? query.fate.scannedInAll ?? 1000;
    const state = query.isCancelled ? "CANCELLED" : (states[query.polls++] ?? end);
    if (query.isCancelled || state === end) query.endedAt ??= now();
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
          ...(query.endedAt ? { CompletionDateTime: query.endedAt.getTime() / 1000 } : {}),
          ...(state === "FAILED" ? { AthenaError: { Retryable: isRetryable ?? false } } : {}),
        },
        StatementType: DML.test(query.sql) ? "DML" : "UTILITY",
        Statistics: {
          DataScannedInBytes: bytes,
          ResultReuseInformation: { ReusedPreviousResult: isReused ?? false },
        },
      },
    });
  };

  const stop = (response: ServerResponse, { QueryExecutionId: id }: Input) => {
    const query = queries.find((candidate) => candidate.id === id);
    if (!query) return fail(response, "InvalidRequestException");
    query.isCancelled = true;
    return send(response, {});
  };

  const givePage = (
    response: ServerResponse,
    { QueryExecutionId: id, NextToken: token, MaxResults: max }: Input,
  ) => {
    const query = queries.find((candidate) => candidate.id === id);
    if (!query) return fail(response, "InvalidRequestException");
    pages++;
    const { columns, rows, pageSize = 1000 } = METADATA.test(query.sql) ? oneValue(null) : results;
    const all = DML.test(query.sql) ? [columns.map(({ name }) => name), ...rows] : rows;
    const [from, size] = [Number(token ?? 0), max ?? pageSize];
    return send(response, {
      UpdateCount: query.sql.startsWith("INSERT INTO") ? ROWS_PER_INSERT : 0,
      ResultSet: {
        Rows: all
          .slice(from, from + size)
          .map((row) => ({ Data: row.map((text) => (text === null ? {} : { VarCharValue: text })) })),
        ResultSetMetadata: { ColumnInfo: columns.map(({ name, type }) => ({ Name: name, Type: type })) },
      },
      ...(from + size < all.length ? { NextToken: String(from + size) } : {}),
    });
  };

  /** Each INSERT writes all lines that it reads. */
  const giveStatistics = (response: ServerResponse) =>
    send(response, { QueryRuntimeStatistics: { Rows: { InputRows: ROWS_PER_INSERT } } });

  const operations = new Map<string, (response: ServerResponse, input: Input) => unknown>([
    ["StartQueryExecution", start],
    ["StopQueryExecution", stop],
    ["GetQueryExecution", poll],
    ["GetQueryResults", givePage],
    ["GetQueryRuntimeStatistics", giveStatistics],
    ["GetTableMetadata", describeTable],
    ["GetTable", describeInGlue],
    ["GetPartitions", (response) => send(response, { Partitions: [] })],
    ["GetTableVersions", listVersions],
    ["BatchDeleteTableVersion", deleteVersions],
  ]);

  const server = await startServer(async (request, response) => {
    const input = JSON.parse((await text(request)) || "{}");
    const operation = String(request.headers["x-amz-target"]).split(".").at(-1) ?? "";
    const refusal = refusalsOf.get(operation)?.shift();
    const query = queries.find(({ id }) => id === input.QueryExecutionId);
    const given = answer(operation, input, query?.sql ?? "");
    if (refusal !== undefined) fail(response, refusal);
    else if (typeof given?.error === "string") {
      const [name = "", message] = given.error.split(": ");
      fail(response, name, message);
    } else if (given) send(response, given);
    else {
      const run = operations.get(operation);
      if (run) run(response, input);
      else fail(response, "UnknownOperationException", operation);
    }
  });
  return {
    ...server,
    queries,
    partitions,
    tables,
    versions,
    setAnswer: (next) => {
      answer = next;
    },
    setValue: (value) => {
      results = oneValue(value);
    },
    setResults: (next) => {
      results = next;
    },
    get pages() {
      return pages;
    },
    refuseOf: (operation, ...errors) => {
      refusalsOf.set(operation, [...errors]);
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
  };
}

/** Input of the operations: each uses some of these fields. */
interface Input {
  readonly QueryString?: string;
  readonly ClientRequestToken?: string;
  readonly WorkGroup?: string;
  readonly QueryExecutionContext?: { readonly Database?: string };
  readonly ResultReuseConfiguration?: {
    readonly ResultReuseByAgeConfiguration?: {
      readonly Enabled?: boolean;
      readonly MaxAgeInMinutes?: number;
    };
  };
  readonly QueryExecutionId: string;
  readonly TableName: string;
  readonly VersionIds?: readonly string[];
  readonly NextToken?: string;
  readonly MaxResults?: number;
}
const VERSIONS_ON_A_PAGE = 40;
const MAX_DELETED_VERSIONS = 100;
/** Matches queries for days; they return none unless a test sets a value. */
const METADATA = /^SELECT array_join\(array_agg\(CAST\(/;

const oneValue = (value: string | null): Results => ({
  columns: [{ name: "_col0", type: "varchar" }],
  rows: [[value]],
});

/** Statements whose results start with the column names. */
const DML = /^(?:--.*\n)*\s*(?:SELECT|WITH|INSERT)\b/;

/** Statements that Athena cannot parse always fail. */
const fateOf = (sql: string): QueryFate =>
  /^(?:--.*\n)*\s*(?:SELECT|WITH|SHOW|INSERT INTO|ALTER TABLE|CREATE TABLE|CREATE OR REPLACE VIEW|DELETE FROM|OPTIMIZE|VACUUM)\b/.test(
    sql,
  )
    ? {}
    : { end: "FAILED", reason: "SYNTAX_ERROR: mismatched input" };

const INSERT = /^INSERT INTO "\w+"\."(\w+)" \(/;
const CREATE_TABLE = /^CREATE TABLE IF NOT EXISTS `\w+`\.`(\w+)` \(([^)]*)\)/;
const ADD_COLUMNS = /^ALTER TABLE `\w+`\.`(\w+)` ADD COLUMNS \(([^)]*)\)/;

const send = (response: ServerResponse, body: unknown) =>
  response.writeHead(200, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(body));

/** @param error name, and after a colon the message */
function fail(response: ServerResponse, error: string, words?: string) {
  const [name, message = words ?? `${name} on purpose`] = error.split(": ");
  return response
    .writeHead(400, { "content-type": "application/x-amz-json-1.1" })
    .end(JSON.stringify({ __type: name, message, Message: message }));
}
