import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { FORMATS, type FormatId } from "../../formats";
import { deliveryFolderOf } from "../../formats/delivery";
import { type IngestOptions, type IngestSummary, ingest } from "../../lake/ingest";
import { type OpenLake, openLake, queryLake } from "../../lake/query";
import type { Json, QueryRows } from "../../terminal/rows";

/** A folder of logs and a lake, both in a folder that is deleted at the end. */
export interface TestLake {
  readonly logs: string;
  readonly lake: string;
  /** Writes a file below the folder of logs; text is compressed if the key says so. */
  put(key: string, body: string | Buffer): void;
  ingest(
    options?: Partial<Pick<IngestOptions, "deleteOriginals" | "format" | "inputs" | "lake" | "privacy">>,
  ): Promise<IngestSummary>;
  query(sql: string): Promise<Record<string, Json>[]>;
  /** Opens the lake once for all queries that follow; nothing can be added to it any more. */
  keepOpen(): Promise<void>;
  delete(): void;
}

export function testLake(): TestLake {
  const root = mkdtempSync(join(tmpdir(), "lake with space "));
  const [logs, lake] = [join(root, "logs"), join(root, "lake")];
  mkdirSync(logs);
  let open: OpenLake | undefined;
  return {
    logs,
    lake,
    put: (key, body) => {
      const path = join(logs, key);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, typeof body === "string" && key.endsWith(".gz") ? gzipSync(body) : body);
    },
    ingest: (options = {}) =>
      ingest({ inputs: [logs], lake, deleteOriginals: false, onProgress: () => undefined, ...options }),
    query: (sql) => (open ? open.query(sql, rowsOf) : queryLake(lake, sql, rowsOf)),
    keepOpen: async () => {
      open = await openLake(lake);
    },
    delete: () => {
      open?.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** The rows of a result as objects. */
export async function rowsOf({ columns, rows }: QueryRows): Promise<Record<string, Json>[]> {
  const result: Record<string, Json>[] = [];
  for await (const row of rows) {
    result.push(Object.fromEntries(columns.map((name, index) => [name, row[index] ?? null])));
  }
  return result;
}

let files = 0;

/** A key that AWS could give an ALB's file of this hour; each call gives another. */
export const albKey = (stamp = "20261123T0705Z"): string =>
  `alb/AWSLogs/111122223333/elasticloadbalancing/eu-central-1/2026/11/23/111122223333_elasticloadbalancing_eu-central-1_app.shop.50dc6c495c0c9188_${stamp}_10.0.0.5_${(files++).toString(16).padStart(8, "0")}.log.gz`;

export const cloudfrontKey = (hour = "2026-11-23-07"): string =>
  `cloudfront/E2EXAMPLE1SHOP.${hour}.${(files++).toString(16).padStart(8, "0")}.gz`;

/** A key that AWS could give a file of the format, in the hour of its sample key; each call gives another. */
export function keyOf(id: FormatId): string {
  const { delivery, sampleKeys } = FORMATS[id];
  const unique = (files++).toString(16).padStart(8, "0");
  return `${id}/${deliveryFolderOf(delivery)}${sampleKeys[0].replace(/[0-9A-Za-z]{8}(?=(?:\.log)?(?:\.gz)?$)/, unique)}`;
}
