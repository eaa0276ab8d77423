import { linkSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createGunzip, gunzipSync, inflateRawSync } from "node:zlib";
import type { DuckDBValue } from "@duckdb/node-api";
import type { LogFormat } from "../formats/log-format";
import { sqlString } from "../formats/render/sql-text";
import type { DuckdbEngine } from "../lake/duckdb-engine";
import { duckdb } from "../lake/duckdb-library";
import { freeMemory } from "../lake/free-memory";
import { COPY, countSql, FORMAT_LIST, INFLATE, type LogText, READ_ROWS, type Step } from "./ingest-stages";

/** Another way to do a step. */
export interface Candidate extends Step {
  /** Name of the step. */
  readonly replaces: string;
  /** See `Contestant`. */
  readonly rounds?: number;
}

const GZIP_HEADER_BYTES = 10;
const GZIP_TRAILER_BYTES = 8;
const CHUNK_BYTES = 1 << 18;
/** Rows that DuckDB takes at once. */
const CHUNK_ROWS = 2048;

/** Other ways to do a step. Call it after `sqlStages`. */
export async function candidates(
  engine: DuckdbEngine,
  root: string,
  logs: readonly LogText[],
): Promise<readonly Candidate[]> {
  return [...inflaters(logs), linked(root, logs), await columnFiles(engine, root), await dataChunks(engine)];
}

const inflaters = (logs: readonly LogText[]): Candidate[] => [
  {
    name: "gunzipSync, chunks of Node's size",
    replaces: INFLATE,
    run: () => {
      for (const { gzip } of logs) gunzipSync(gzip);
    },
  },
  {
    name: "a stream, chunks of 256 KiB",
    replaces: INFLATE,
    run: async () => {
      for (const { gzip } of logs) {
        const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
        gunzip.end(gzip);
        for await (const _ of gunzip);
      }
    },
  },
  {
    name: "without the checksum",
    replaces: INFLATE,
    run: () => {
      for (const { gzip, text } of logs) {
        const deflated = gzip.subarray(GZIP_HEADER_BYTES, -GZIP_TRAILER_BYTES);
        freeMemory(inflateRawSync(deflated, { chunkSize: text.length }));
      }
    },
  },
];

function linked(root: string, logs: readonly LogText[]): Candidate {
  const folder = join(root, "linked");
  return {
    name: "a hard link, which changes when the original is changed",
    replaces: COPY,
    run: () => {
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder);
      for (const [index, { file }] of logs.entries()) linkSync(file, join(folder, `${index}`));
    },
  };
}

/** Typed columns in plain, uncompressed Parquet, which Node would have to write. */
async function columnFiles(engine: DuckdbEngine, root: string): Promise<Candidate> {
  const fileOf = ({ id }: LogFormat) => join(root, `columns-${id}.parquet`);
  for (const format of FORMAT_LIST) {
    await engine.rows(
      `COPY rows_${format.id} TO ${sqlString(fileOf(format))} (FORMAT parquet, COMPRESSION uncompressed, DICTIONARY_SIZE_LIMIT 1)`,
    );
  }
  return {
    name: "columns instead of rows, without writing them",
    replaces: READ_ROWS,
    run: async () => {
      for (const format of FORMAT_LIST) {
        await engine.rows(countSql(format, `FROM read_parquet(${sqlString(fileOf(format))})`));
      }
    },
  };
}

/** Values that Node puts into DuckDB's memory by its API, without what DuckDB then does with them. */
async function dataChunks(engine: DuckdbEngine): Promise<Candidate> {
  const { DuckDBDataChunk, VARCHAR } = duckdb();
  const tables: { readonly rows: readonly (readonly DuckDBValue[])[]; readonly chunks: number }[] = [];
  for (const format of FORMAT_LIST) {
    const rows = await engine.rows(`SELECT COLUMNS(*)::VARCHAR FROM rows_${format.id} LIMIT ${CHUNK_ROWS}`);
    const [[count] = []] = await engine.rows(`SELECT count(*) FROM rows_${format.id}`);
    tables.push({ rows, chunks: Number(count) / CHUNK_ROWS });
  }
  return {
    name: "data chunks of texts, without finding the texts",
    replaces: READ_ROWS,
    rounds: 0,
    run: () => {
      for (const { rows, chunks } of tables) {
        const types = (rows[0] ?? []).map(() => VARCHAR);
        for (let made = 0; made < chunks; made++) DuckDBDataChunk.create(types).setRows(rows);
      }
    },
  };
}
