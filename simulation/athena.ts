import {
  type AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  GetQueryRuntimeStatisticsCommand,
  GetTableMetadataCommand,
  StartQueryExecutionCommand,
} from "@aws-sdk/client-athena";
import { FORMATS } from "../formats";
import { lakeColumnNames } from "../formats/render/lake-sql";
import { MINUTE_MS } from "../formats/time";
import type { Random } from "../sample/random";
import { sum } from "../terminal/quantities";
import { addedPartitions } from "../testing/athena/added-partitions";
import type { Buckets } from "./bucket";
import { BROKEN, UNNAMED, unparsedIn } from "./deliveries";
import { type Faults, type Invocation, ServiceError, type Trace } from "./faults";
import { hoursCondition, parseInsert, pathsOf } from "./insert";
import type { Scheduler } from "./scheduler";

/**
 * Athena, with Glue's partitions and Iceberg's commits. It parses the statements that the pipeline sends.
 *
 * An INSERT sees the files and the table as they are when it starts, and adds its rows when it ends. Two
 * concurrent INSERTs both succeed, as appends do in Iceberg: only the pipeline itself prevents duplicate
 * commits of a file.
 */
export interface SimulatedAthena {
  /** Lines of the typed table, by their file; a file that was committed twice has its lines twice. */
  readonly lake: ReadonlyMap<string, readonly string[]>;
  /** Lines that statements added which took effect and are said to have failed, by file. */
  readonly unconfirmed: ReadonlyMap<string, string>;
  clientOf(invocation: Invocation): Pick<AthenaClient, "send">;
}

interface Query {
  readonly id: string;
  readonly token: string;
  readonly sql: string;
  state: "QUEUED" | "RUNNING" | "SUCCEEDED" | "FAILED" | "CANCELLED";
  rows: number;
  /** Lines of the text that it read. */
  linesRead: number;
  /** Text tables and the typed table that it scans. */
  scans: readonly string[];
  /** Value of a SELECT. */
  value?: string;
  reason?: string;
  isRetryable?: boolean;
}

interface World {
  /** Bucket of the moved files. */
  readonly bucket: string;
  readonly scheduler: Scheduler;
  readonly faults: Faults;
  readonly random: Random;
  readonly buckets: Buckets;
  readonly trace: Trace;
  /** Called when the rows of a file become visible. */
  readonly onCommit: (file: string) => void;
}

const COUNT =
  /^SELECT [\s\S]*"(?<table>\w+)_unparsed"\n +WHERE (?<hours>.*)\n +AND (?<paths>\(".*)\n[\s\S]*GROUP BY/;
const CREATE_TABLE = /^CREATE TABLE IF NOT EXISTS `\w+`\.`(\w+)`/;

export function simulateAthena(world: World): SimulatedAthena {
  const { bucket, scheduler, faults, random, buckets, trace } = world;
  const queries = new Map<string, Query>();
  /** Locations of the partitions. */
  const partitions = new Map<string, string>();
  const tables = new Set<string>();
  const lake = new Map<string, string[]>();
  const unconfirmed = new Map<string, string>();

  const bodies = (): [file: string, body: string][] =>
    [...buckets.objects].map(([path, { body }]) => [`s3://${path}`, body]);

  /** What an INSERT reads now, and the files that it would add. */
  const plan = (query: Query): [file: string, body: string][] => {
    const insert = parseInsert(query.sql, bucket);
    const locations = insert.partitions.flatMap((name) => partitions.get(name) ?? []);
    const files = bodies().filter(
      ([file]) => locations.some((location) => file.startsWith(location)) && insert.reads(file),
    );
    query.scans = [insert.text, insert.table];
    query.linesRead = sum(files.map(([, body]) => 1 + unparsedIn(body) + headersOf(insert.table)));
    const known = new Set([...lake.keys()].map((file) => insert.knownAs(file)));
    return files.filter(([file]) => !(insert.identityOf && known.has(insert.identityOf(file))));
  };

  /** Unparsed lines by file, as `renderCountUnparsed` has them. */
  const count = (sql: string): string => {
    const { hours = "", paths = "" } = COUNT.exec(sql)?.groups ?? {};
    const [isIn, isNamed] = [hoursCondition(hours), pathsOf(paths)];
    return bodies()
      .filter(([file, body]) => isIn(file) && isNamed(file) && unparsedIn(body) > 0)
      .map(([file, body]) => `${unparsedIn(body)} ${file}`)
      .join("\n");
  };

  const commit = (files: readonly [string, string][]) => {
    for (const [file, line] of files) {
      lake.set(file, [...(lake.get(file) ?? []), line]);
      world.onCommit(file);
    }
  };

  let outageUntil = 0;
  /** An outage: every statement fails for some time, without a known reason. */
  const outageEnd = (): End | undefined => {
    if (faults.strikes("engine out of order", 0.01))
      outageUntil = scheduler.now() + random.integer(1, 40) * MINUTE_MS;
    return scheduler.now() < outageUntil ? failed("COMPILER_ERROR") : undefined;
  };

  const misread = new Set<string>();
  /** A broken file, or a temporary read error, which each file has only once. */
  const unreadableEnd = (rows: readonly [file: string, line: string][]): End | undefined => {
    const broken = rows.find(([, line]) => line.startsWith(BROKEN));
    if (broken?.[1].startsWith(UNNAMED)) return failed("HIVE_BAD_DATA");
    if (broken) return failed(`${CURSOR_ERROR} ${broken[0]}: Unexpected end of input stream`);
    const [file] = rows.map(([path]) => path).filter((path) => !misread.has(path));
    if (file === undefined || !faults.strikes("good file misread", 0.02)) return undefined;
    misread.add(file);
    return failed(`${CURSOR_ERROR} ${file}`);
  };

  const carryOut = async (query: Query): Promise<void> => {
    await scheduler.sleep(random.integer(0, 5_000));
    query.state = "RUNNING";
    const files = query.sql.startsWith("INSERT") ? plan(query) : [];
    if (query.sql.startsWith("SELECT")) query.value = count(query.sql);
    const isSlow = faults.strikes("slow query", 0.1);
    await scheduler.sleep(isSlow ? random.integer(5, 25) * MINUTE_MS : random.integer(500, 20_000));
    const end = outageEnd() ?? unreadableEnd(files) ?? endOf(faults);
    if (end.takesEffect) {
      commit(files);
      if (end.state !== "SUCCEEDED") for (const [file, body] of files) unconfirmed.set(file, body);
      query.rows = files.length;
      for (const [partition, location] of addedPartitions(query.sql)) partitions.set(partition, location);
      const created = CREATE_TABLE.exec(query.sql)?.[1];
      if (created !== undefined) tables.add(created);
    }
    trace(
      `athena: ${query.id} ${end.state}, ${files.length} files: ${query.sql.slice(0, 40).replaceAll("\n", " ")}`,
    );
    Object.assign(query, end);
  };

  const start = (sql: string, token: string): { QueryExecutionId: string } => {
    const known = queries.get(token);
    if (known) return { QueryExecutionId: known.id };
    const id = `query-${queries.size + 1}`;
    const query: Query = { id, token, sql, state: "QUEUED", rows: 0, linesRead: 0, scans: [] };
    queries.set(token, query);
    scheduler.start(() => carryOut(query));
    return { QueryExecutionId: query.id };
  };

  const queryOf = (id: string | undefined): Query => {
    const query = [...queries.values()].find((candidate) => candidate.id === id);
    if (!query) throw new ServiceError("InvalidRequestException");
    return query;
  };

  const describe = (id: string | undefined) => {
    const query = queryOf(id);
    const { state: State, reason: StateChangeReason, isRetryable: Retryable } = query;
    return {
      QueryExecution: { Status: { State, StateChangeReason, AthenaError: { Retryable } } },
    };
  };

  const statisticsOf = ({ linesRead, rows, scans: [text, typed] }: Query) => {
    if (faults.strikes("no statistics", 0.3)) return { QueryRuntimeStatistics: { Timeline: {} } };
    const scan = (table: string | undefined, InputRows: number) => ({
      InputRows,
      QueryStagePlan: { Name: "ScanFilterProject", Identifier: `[table = awsdatacatalog:logs:${table}]` },
    });
    const ofTyped = sum([...lake.values()].map((lines) => lines.length));
    return {
      QueryRuntimeStatistics: {
        Rows: { InputRows: linesRead + ofTyped, OutputRows: rows },
        OutputStage: { InputRows: rows, SubStages: [scan(text, linesRead), scan(typed, ofTyped)] },
      },
    };
  };

  const columnsOf = (table: string) => {
    if (!tables.has(table)) throw new ServiceError("MetadataException", "EntityNotFoundException");
    return { TableMetadata: { Columns: columnNamesOf(table).map((Name) => ({ Name })) } };
  };

  const clientOf = ({ call }: Invocation): Pick<AthenaClient, "send"> => ({
    send: ((command: unknown) => {
      if (command instanceof StartQueryExecutionCommand) {
        const { QueryString: sql = "", ClientRequestToken: token = "" } = command.input;
        return call(`start ${sql.slice(0, 40).replaceAll("\n", " ")}`, "TooManyRequestsException", () =>
          start(sql, token),
        );
      }
      if (command instanceof GetQueryExecutionCommand) {
        const { QueryExecutionId: id } = command.input;
        return call(`poll ${id}`, "ThrottlingException", () => describe(id));
      }
      if (command instanceof GetQueryResultsCommand) {
        const { QueryExecutionId: id } = command.input;
        return call(`results of ${id}`, "ThrottlingException", () => resultsOf(queryOf(id)));
      }
      if (command instanceof GetQueryRuntimeStatisticsCommand) {
        const { QueryExecutionId: id } = command.input;
        return call(`statistics of ${id}`, "ThrottlingException", () => statisticsOf(queryOf(id)));
      }
      if (command instanceof GetTableMetadataCommand) {
        const { TableName: table = "" } = command.input;
        return call(`describe ${table}`, "ThrottlingException", () => columnsOf(table));
      }
      throw new Error("the pipeline sends no such command");
    }) as AthenaClient["send"],
  });
  return { lake, unconfirmed, clientOf };
}

function columnNamesOf(table: string): readonly string[] {
  const format = Object.values(FORMATS).find((candidate) => candidate.table === table);
  return format ? lakeColumnNames({ format, database: "logs", bucket: "logs", bySource: false }) : [];
}

export const headersOf = (table: string): number =>
  Object.values(FORMATS).find((format) => format.table === table)?.header?.lines ?? 0;

const resultsOf = ({ rows, value }: Query) => ({
  UpdateCount: rows,
  ResultSet: { Rows: [{}, { Data: [value ? { VarCharValue: value } : {}] }] },
});

type End = Pick<Query, "state" | "reason" | "isRetryable"> & { readonly takesEffect: boolean };

function endOf(faults: Faults): End {
  if (faults.strikes("query failed", 0.06)) {
    return { state: "FAILED", reason: "GENERIC_INTERNAL_ERROR", isRetryable: true, takesEffect: false };
  }
  if (faults.strikes("commit conflict", 0.04)) {
    return { state: "FAILED", reason: "ICEBERG_COMMIT_ERROR", isRetryable: true, takesEffect: false };
  }
  if (faults.strikes("query failed after its commit", 0.04)) {
    return { state: "FAILED", reason: "the outcome is not known", isRetryable: true, takesEffect: true };
  }
  if (faults.strikes("query cancelled", 0.03)) {
    return { state: "CANCELLED", reason: "by someone", isRetryable: false, takesEffect: false };
  }
  return { state: "SUCCEEDED", takesEffect: true };
}

const CURSOR_ERROR = "HIVE_CURSOR_ERROR: Failed to read file:";
const failed = (reason: string): End => ({
  state: "FAILED",
  reason,
  isRetryable: false,
  takesEffect: false,
});
