import "../helpers/made-up-formats";
import { hourOf } from "../../formats/hour";
import { type NotedFile, noteArrivals, readNotes } from "../../handlers/core/arrival-notes";
import type { PartitionedTable } from "../../handlers/core/partitioned-table";
import { memoryObjectStore } from "../../testing/memory-object-store";
import { virtualClock } from "../../testing/virtual-clock";

const TABLE = "alb_access_logs";
const SOURCE = { name: "web", bucket: "their-logs", prefix: "alb/AWSLogs/" };
const delivered: PartitionedTable = { table: TABLE, delivered: [SOURCE] };
const folder = {
  table: TABLE,
  source: SOURCE.name,
  bucket: SOURCE.bucket,
  prefix: SOURCE.prefix,
  folder: "111122223333/elasticloadbalancing/eu-central-1",
  time: hourOf(Date.UTC(2026, 10, 24)),
};
const hour = hourOf(Date.UTC(2026, 10, 23, 23));
const MOVED: NotedFile = {
  kind: "moved",
  key: `raw/${TABLE}/dt=2026-11-23/hour=23/0a1b2c3d-x.log.gz`,
  size: 7,
  partition: { table: TABLE, hour },
};
const DELIVERED: NotedFile = {
  kind: "delivered",
  key: `${SOURCE.prefix}${folder.folder}/2026/11/24/x.log.gz`,
  partition: { table: TABLE, hour },
  folder,
};

async function read(
  table: PartitionedTable,
  write: (store: ReturnType<typeof memoryObjectStore>) => Promise<void>,
) {
  const store = memoryObjectStore();
  await write(store);
  const unknown: string[] = [];
  const { notes } = await readNotes(store, "logs", table, 10, (key) => unknown.push(key));
  return { files: notes.map(({ files }) => files), unknown };
}

const noting =
  (...files: readonly NotedFile[]) =>
  (store: ReturnType<typeof memoryObjectStore>) =>
    noteArrivals({ store, clock: virtualClock() }, "logs", files);

const KEY = `_arrivals/${TABLE}/20261123T070000000Z-0123456789abcdef.json`;

describe("arrival notes", () => {
  it("name moved files and files as delivered, with the hour of their names", async () => {
    expect(await read(delivered, noting(MOVED, DELIVERED))).toEqual({
      files: [[MOVED, DELIVERED]],
      unknown: [],
    });
  });

  it("of versions that only moved files stay readable", async () => {
    const { key, size } = MOVED;
    const body = JSON.stringify({ files: [{ key, size, dt: "2026-11-23", hour: "23" }] });
    const note = (store: ReturnType<typeof memoryObjectStore>) =>
      store.put({ bucket: "logs", key: KEY }, body);
    expect(await read({ table: TABLE }, note)).toEqual({ files: [[MOVED]], unknown: [] });
  });

  it("lose the files of a source that is moved now: the move has them", async () => {
    expect(await read({ table: TABLE }, noting(MOVED, DELIVERED))).toEqual({ files: [[MOVED]], unknown: [] });
    const other = { ...delivered, delivered: [{ ...SOURCE, bucket: "other-logs" }] };
    expect(await read(other, noting(DELIVERED))).toEqual({ files: [[]], unknown: [] });
  });

  it.each<[string, NotedFile]>([
    ["key outside its folder", { ...DELIVERED, key: `${SOURCE.prefix}x.log.gz` }],
    [
      "partition key that the table does not have",
      { ...DELIVERED, partition: { table: TABLE, hour, source: "web" } },
    ],
    ["key outside its partition", { ...MOVED, key: "raw/x.log.gz" }],
  ])("are not notes of the pipeline with a %s", async (_, file) => {
    const { files, unknown } = await read(delivered, noting(file));
    expect([files, unknown.length]).toEqual([[], 1]);
  });
});
