import { linkSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createGunzip, gunzipSync, inflateRawSync } from "node:zlib";
import { sqlString } from "../formats/render/sql-text";
import type { DuckdbEngine } from "../lake/duckdb-engine";
import { freeMemory } from "../lake/free-memory";
import { LAKE_PARQUET, parquetOptions } from "../lake/parquet-layout";
import { COPY, FORMAT_LIST, INFLATE, type LogText, parquetOf, type Step, WRITE } from "./ingest-stages";

/** Another way to do a step. */
export interface Candidate extends Step {
  /** Name of the step. */
  readonly replaces: string;
}

const GZIP_HEADER_BYTES = 10;
const GZIP_TRAILER_BYTES = 8;
const CHUNK_BYTES = 1 << 18;

/** Other ways to do a step. @param root folder where the stages have written Parquet */
export async function candidates(
  engine: DuckdbEngine,
  root: string,
  logs: readonly LogText[],
): Promise<readonly Candidate[]> {
  return [...inflaters(logs), linked(root, logs), await writtenByDuckdb(engine, root)];
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

/** DuckDB's writer, with the rows in its memory. */
async function writtenByDuckdb(engine: DuckdbEngine, root: string): Promise<Candidate> {
  for (const format of FORMAT_LIST) {
    await engine.rows(`CREATE TABLE ${format.table} AS FROM ${sqlString(parquetOf(root, format))}`);
  }
  return {
    name: "DuckDB writes the same Parquet, with rows that are in its memory",
    replaces: WRITE,
    run: async () => {
      for (const { table } of FORMAT_LIST) {
        const file = sqlString(join(root, "by-duckdb.parquet"));
        await engine.rows(`COPY ${table} TO ${file} ${parquetOptions(LAKE_PARQUET)}`);
      }
    },
  };
}
