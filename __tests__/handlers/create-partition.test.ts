import type { ConfiguredSource } from "../../formats/configured-source";
import { type AthenaServer, startAthenaServer } from "../../testing/athena-server";
import { type S3Server, startS3Server } from "../../testing/s3-server";
import { invokeHandler } from "../helpers/invoke-handler";
import { putNotes } from "../helpers/notes";

let athena: AthenaServer;
let s3: S3Server;
let printed: string[];

beforeEach(async () => {
  athena = await startAthenaServer();
  s3 = await startS3Server();
  s3.put("logs", "raw/x", "");
  printed = [];
  for (const method of ["log", "info", "warn", "error"] as const)
    jest.spyOn(console, method).mockImplementation((...line: unknown[]) => void printed.push(line.join(" ")));
});
afterEach(async () => {
  jest.restoreAllMocks();
  await athena.close();
  await s3.close();
});

const ALB: ConfiguredSource = { name: "web", format: "alb", prefix: "web/AWSLogs/" };
const distribution = (name: string): ConfiguredSource => ({
  name,
  format: "cloudfront",
  prefix: `${name}/`,
  partition: true,
});

const invoke = (
  event: { scheduledTime?: string; from?: string; to?: string },
  sources: readonly ConfiguredSource[] = [ALB],
  COLUMNAR = "false",
): Promise<unknown> =>
  invokeHandler("create-partition", { athena, s3, sources, environment: { COLUMNAR } }, event);

const SCHEDULED = { scheduledTime: "2026-11-23T07:50:00Z" };
const LATE = "raw/alb_access_logs/dt=2026-10-01/hour=13/a.gz";
const keys = (prefix: string) => s3.keys("logs").filter((key) => key.startsWith(prefix));
const notes = () => keys("_arrivals/");
const noteText = (...files: readonly object[]) => JSON.stringify({ files });
const warned = () => printed.filter((line) => line.includes("unknown note ignored")).join("\n");

describe("create-partition", () => {
  it("adds the hours from two hours before the scheduled time to a day after it", async () => {
    await invoke(SCHEDULED);
    expect(athena.partitions.size).toBe(27);
    expect(athena.partitions).toContain("alb_access_logs_raw/dt=2026-11-23/hour=05");
    expect(athena.partitions).toContain("alb_access_logs_raw/dt=2026-11-24/hour=07");
  });

  it("adds the hours for every source of a table that is partitioned by source", async () => {
    await invoke(SCHEDULED, [distribution("shop"), distribution("blog")]);
    expect(athena.partitions.size).toBe(54);
    expect(athena.partitions).toContain("cloudfront_access_logs_raw/source=blog/dt=2026-11-23/hour=05");
  });

  it("adds partitions that got late files, and then deletes their notes", async () => {
    await putNotes(s3, "logs", [LATE, "raw/alb_access_logs/dt=2026-11-23/hour=07/b.gz"]);
    expect(await invoke(SCHEDULED)).toEqual({ ensured: 28, late: 1, delivered: 0 });
    expect(athena.partitions).toContain("alb_access_logs_raw/dt=2026-10-01/hour=13");
    expect(notes()).toEqual([]);
  });

  it("keeps the notes for the typed tables if there are any", async () => {
    const written = await putNotes(s3, "logs", [LATE]);
    expect(await invoke(SCHEDULED, undefined, "true")).toEqual({ ensured: 28, late: 1, delivered: 0 });
    expect(athena.partitions).toContain("alb_access_logs_lines/dt=2026-10-01/hour=13");
    expect(notes()).toEqual(written);
  });

  const READ: ConfiguredSource = { ...ALB, asDelivered: { bucket: "their-logs" } };
  const FOLDERS = [
    "111122223333/elasticloadbalancing/eu-central-1",
    "444455556666/elasticloadbalancing/us-east-1",
  ];
  const deliver = () => {
    for (const folder of [...FOLDERS, "111122223333/vpcflowlogs/eu-central-1"])
      for (const day of ["2026/11/01", "2026/11/23"])
        s3.put("their-logs", `web/AWSLogs/${folder}/${day}/x.log.gz`, "");
  };
  const folders = () => [...athena.partitions].filter((partition) => partition.includes("_delivered"));
  const foldersOf = (day: string) =>
    FOLDERS.map((folder) => `alb_access_logs_delivered/source=web/folder=${folder}/day=${day}`);

  it("adds the current folders of every account and Region whose files are read as delivered", async () => {
    deliver();
    expect(await invoke(SCHEDULED, [READ])).toMatchObject({ delivered: 2 });
    expect(folders()).toEqual(foldersOf("2026-11-23"));
  });

  it("adds no folder without objects: Athena would write an object there", async () => {
    deliver();
    await invoke({ scheduledTime: "2026-11-25T07:50:00Z" }, [READ]);
    expect(folders()).toEqual([]);
  });

  it("adds the folders of a past range as delivered", async () => {
    deliver();
    expect(await invoke({ from: "2026-11-01", to: "2026-11-03" }, [READ])).toMatchObject({ delivered: 2 });
    expect(folders()).toEqual(foldersOf("2026-11-01"));
  });

  it("leaves the folders of files as delivered to the commits if there are typed tables", async () => {
    deliver();
    expect(await invoke(SCHEDULED, [READ], "true")).toMatchObject({ delivered: 0 });
    expect(folders()).toEqual([]);
  });

  it("keeps the notes when Athena fails", async () => {
    const written = await putNotes(s3, "logs", [LATE]);
    athena.setFates({ end: "FAILED", reason: "Table not found" });
    await expect(invoke(SCHEDULED)).rejects.toMatchObject({
      code: "QUERY_FAILED",
      message: expect.stringContaining("Table not found"),
    });
    expect(notes()).toEqual(written);
  });

  it("keeps a note that is written while it adds the partitions", async () => {
    await putNotes(s3, "logs", [LATE]);
    let late: string[] = [];
    s3.setFault(({ isBatchDelete }) => {
      if (isBatchDelete) {
        late = ["_arrivals/alb_access_logs/later.json"];
        for (const key of late) s3.put("logs", key, '{"files":[]}');
      }
      return undefined;
    });
    await invoke(SCHEDULED);
    expect(notes()).toEqual(late);
    expect(late).toHaveLength(1);
  });

  it("keeps and reports notes of unknown tables, notes of other partitionings, and objects that are not notes", async () => {
    const strange = {
      "_arrivals/alb_access_logs/readme": "hello",
      "_arrivals/alb_access_logs/a-file-elsewhere.json": noteText({
        key: "raw/other/a.gz",
        dt: "2026-10-01",
        hour: "13",
      }),
      "_arrivals/alb_access_logs/no-such-hour.json": noteText({ key: LATE, dt: "2026-13-01", hour: "13" }),
      "_arrivals/alb_access_logs/by-source.json": noteText({
        key: "raw/alb_access_logs/source=x/dt=2026-10-01/hour=13/a.gz",
        source: "x",
        dt: "2026-10-01",
        hour: "13",
      }),
    };
    const ofNoTable = "_arrivals/gone_access_logs/a.json";
    for (const [key, text] of Object.entries(strange)) s3.put("logs", key, text);
    s3.put("logs", ofNoTable, noteText({ key: LATE, dt: "2026-10-01", hour: "13" }));
    await invoke(SCHEDULED);
    expect(notes()).toEqual([...Object.keys(strange), ofNoTable].sort());
    expect(athena.partitions.size).toBe(27);
    for (const key of Object.keys(strange)) expect(warned()).toContain(key);
  });

  it("replaces the markers of older versions with notes of their files, once", async () => {
    const marker = "_touched/alb_access_logs/dt=2026-10-01/hour=13";
    for (const key of [LATE, LATE.replace("a.gz", "b.gz"), marker]) s3.put("logs", key, "1");
    await invoke(SCHEDULED);
    expect(keys("_touched/")).toEqual([]);
    expect(athena.partitions).toContain("alb_access_logs_raw/dt=2026-10-01/hour=13");
    expect(notes()).toEqual([]);
  });

  it("leaves the markers of older versions to transform-partition if there are typed tables", async () => {
    const marker = "_touched/alb_access_logs/dt=2026-10-01/hour=13";
    s3.put("logs", marker, "1");
    await invoke(SCHEDULED, undefined, "true");
    expect(keys("_touched/")).toEqual([marker]);
  });

  it("keeps a marker until its files are noted", async () => {
    const marker = "_touched/alb_access_logs/dt=2026-10-01/hour=13";
    for (const key of [LATE, marker]) s3.put("logs", key, "1");
    s3.setFault(({ method, key }) =>
      method === "PUT" && key.startsWith("_arrivals/") ? { status: 403, code: "AccessDenied" } : undefined,
    );
    await expect(invoke(SCHEDULED)).rejects.toThrow();
    expect(keys("_touched/")).toEqual([marker]);
  });

  it("keeps and reports markers that do not name a partition", async () => {
    const strange = ["_touched/alb_access_logs/dt=2026-13-01/hour=13", "_touched/readme"];
    for (const key of strange) s3.put("logs", key, "1");
    await invoke(SCHEDULED);
    expect(keys("_touched/")).toEqual(strange);
    for (const key of strange) expect(warned()).toContain(key);
  });

  it("adds a range of days including both ends, with a hundred partitions in one statement", async () => {
    await invoke({ from: "2024-02-28", to: "2024-03-01" });
    expect(athena.partitions.size).toBe(72);
    expect(athena.partitions).toContain("alb_access_logs_raw/dt=2024-02-29/hour=00");
    expect(athena.partitions).toContain("alb_access_logs_raw/dt=2024-03-01/hour=23");
    await invoke({ from: "2024-01-01T00", to: "2024-01-06T00" });
    expect(athena.queries.map(({ sql }) => sql.match(/PARTITION \(/g)?.length)).toEqual([72, 100, 21]);
  });

  it.each([
    [{ from: "2024-02-30", to: "2024-03-01" }, '"from" must be a valid hour in UTC'],
    [{ from: "2024-03-01", to: "2024-02-01" }, '"from" must not be after "to"'],
    [{ from: "2024-03-01" }, '"from" and "to" must come together'],
    [{ scheduledTime: "soon" }, '"scheduledTime" must be ISO 8601, got "soon"'],
    [{ from: "1900-01-01", to: "2024-01-01" }, "must have at most"],
  ])("refuses the event %j, and names the expected event", async (event, message) => {
    await expect(invoke(event)).rejects.toMatchObject({
      code: "INVALID_EVENT",
      message: expect.stringContaining(message),
    });
    expect(athena.submissions).toBe(0);
  });

  it("joins its own queries when the same run is repeated", async () => {
    await invoke(SCHEDULED);
    await invoke(SCHEDULED);
    expect(athena.queries).toHaveLength(1);
    expect(athena.submissions).toBe(2);
  });
});
