import {
  type AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  GetQueryRuntimeStatisticsCommand,
  GetTableMetadataCommand,
  StartQueryExecutionCommand,
} from "@aws-sdk/client-athena";
import { FORMATS } from "../formats";
import { RAW_PREFIX } from "../formats/partition-layout";
import { lakeColumnNames } from "../formats/render/lake-sql";
import { MINUTE_MS } from "../formats/time";
import type { Random } from "../sample/random";
import { addedPartitions } from "../testing/athena/added-partitions";
import type { Buckets } from "./bucket";
import { BROKEN, ROWLESS, UNNAMED, unparsedIn } from "./deliveries";
import { type Faults, type Invocation, ServiceError, type Trace } from "./faults";
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
  /** Called when rows become visible. */
  readonly onCommit: (file: string, commits: number) => void;
}

const INSERT =
  /^INSERT INTO "\w+"\."(?<table>\w+)" [\s\S]*\nFROM "\w+"\."(?<raw>\w+)"\nWHERE \((?<keys>.*)\)\n +AND \((?<paths>.*)\)\n(?<rest>[\s\S]*)$/;
const COUNT = /^SELECT [\s\S]*"(?<table>\w+)_unparsed"\n +WHERE \((?<keys>.*)\)\n +AND \((?<paths>.*)\)\n/;
const CREATE_TABLE = /^CREATE TABLE IF NOT EXISTS `\w+`\.`(\w+)`/;

export function simulateAthena(world: World): SimulatedAthena {
  const { bucket, scheduler, faults, random, buckets, trace } = world;
  const queries = new Map<string, Query>();
  const partitions = new Set<string>();
  const tables = new Set<string>();
  const lake = new Map<string, string[]>();

  /** Files that a statement reads now, with their bodies. */
  const filesOf = (
    keys: string,
    paths: string,
    raw: string,
    table: string,
  ): [file: string, body: string][] => {
    const locations = hoursOf(keys)
      .filter((hour) => partitions.has(`${raw}/${hour}`))
      .map((hour) => `s3://${bucket}/${RAW_PREFIX}${table}/${hour}/`);
    const isNamed = rangesOf(paths);
    return [...buckets.objects]
      .map(([path, { body }]): [string, string] => [`s3://${path}`, body])
      .filter(([file]) => locations.some((location) => file.startsWith(location)) && isNamed(file));
  };

  /** What an INSERT reads now, and the files that it would add. */
  const plan = (query: Query): [file: string, body: string][] => {
    const { table = "", raw = "", keys = "", paths = "", rest = "" } = INSERT.exec(query.sql)?.groups ?? {};
    const files = filesOf(keys, paths, raw, table);
    const hasAntiJoin = rest.includes('"$path" NOT IN');
    query.scans = [raw, table];
    query.linesRead = sum(files.map(([, body]) => rowsIn(body) + unparsedIn(body) + headersOf(table)));
    return files.filter(([file]) => !(hasAntiJoin && lake.has(file)));
  };

  /** Unparsed lines by file, as `renderCountUnparsed` has them. */
  const count = (sql: string): string => {
    const { table = "", keys = "", paths = "" } = COUNT.exec(sql)?.groups ?? {};
    return filesOf(keys, paths, `${table}_raw`, table)
      .filter(([, body]) => unparsedIn(body) > 0)
      .map(([file, body]) => `${unparsedIn(body)} ${file}`)
      .join("\n");
  };

  const commit = (files: readonly [string, string][]) => {
    for (const [file, line] of files) {
      if (rowsIn(line) === 0) continue;
      const lines = [...(lake.get(file) ?? []), line];
      lake.set(file, lines);
      world.onCommit(file, lines.length);
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
      query.rows = sum(files.map(([, body]) => rowsIn(body)));
      for (const partition of addedPartitions(query.sql)) partitions.add(partition);
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
  return { lake, clientOf };
}

function columnNamesOf(table: string): readonly string[] {
  const format = Object.values(FORMATS).find((candidate) => candidate.table === table);
  return format ? lakeColumnNames({ format, database: "logs", bucket: "logs", bySource: false }) : [];
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

const rowsIn = (body: string): number => (body.startsWith(ROWLESS) ? 0 : 1);

const headersOf = (table: string): number =>
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

/** `dt=.../hour=...` for each hour of a condition. */
const hoursOf = (keys: string): string[] =>
  keys.split(" OR ").flatMap((day) => {
    const dt = /"dt" = '([^']*)'/.exec(day)?.[1];
    const hours = /"hour" IN \(([^)]*)\)/.exec(day)?.[1] ?? "";
    return [...hours.matchAll(/'([^']*)'/g)].map(([, hour]) => `dt=${dt}/hour=${hour}`);
  });

/** Reads `"$path" IN (...) OR "$path" BETWEEN ... AND ...`. */
function rangesOf(paths: string): (file: string) => boolean {
  const single = /IN \(([^)]*)\)/.exec(paths)?.[1] ?? "";
  const files = new Set([...single.matchAll(/'([^']*)'/g)].map(([, file]) => file));
  const ranges = [...paths.matchAll(/BETWEEN '([^']*)' AND '([^']*)'/g)];
  return (file) => files.has(file) || ranges.some(([, from = "", to = ""]) => from <= file && file <= to);
}
