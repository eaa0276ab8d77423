import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AthenaClient } from "@aws-sdk/client-athena";
import { athenaPartitionCatalog } from "../../handlers/adapters/athena-partition-catalog";
import { athenaQueryEngine } from "../../handlers/adapters/athena-query-engine";
import { openDuckdb } from "../../lake/duckdb-engine";
import { folderPartitionCatalog } from "../../lake/folder-partition-catalog";
import { startAthenaServer } from "../../testing/athena-server";
import { virtualClock } from "../../testing/virtual-clock";
import { describePartitionCatalog } from "./partition-catalog";
import { describeQueryEngine } from "./query-engine";

async function openAthena() {
  const server = await startAthenaServer();
  const client = new AthenaClient({
    region: "us-east-1",
    endpoint: server.endpoint,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
  });
  const engine = athenaQueryEngine({
    client,
    clock: virtualClock(),
    database: "logs",
    workgroup: "pipeline",
  });
  const close = async () => {
    client.destroy();
    await server.close();
  };
  return { server, engine, close };
}

describeQueryEngine("Athena", async () => {
  const { server, engine, close } = await openAthena();
  server.setValue("42");
  return { engine, wrong: { sql: "SELEC 1", reason: /SYNTAX_ERROR/ }, close };
});

describeQueryEngine("DuckDB", async () => {
  const engine = await openDuckdb();
  return { engine, wrong: { sql: "SELEC 1", reason: /syntax error/ }, close: async () => engine.close() };
});

describePartitionCatalog("Athena", async () => {
  const { server, engine, close } = await openAthena();
  return {
    catalog: athenaPartitionCatalog({
      engine,
      database: "logs",
      bucket: "my-logs",
      withLines: false,
      runToken: "run",
    }),
    list: async () => [...server.partitions].map((path) => path.replace("_raw/", "/")).sort(),
    close,
  };
});

describePartitionCatalog("folders", async () => {
  const root = mkdtempSync(join(tmpdir(), "catalog-"));
  return {
    catalog: folderPartitionCatalog(root),
    list: async () =>
      readdirSync(root, { recursive: true, encoding: "utf8" })
        .filter((path) => path.includes("hour="))
        .map((path) => path.slice("raw/".length))
        .sort(),
    close: async () => rmSync(root, { recursive: true }),
  };
});
