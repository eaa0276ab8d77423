import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { billOf, DESIGN_NAMES } from "../../cost/bill";
import type { Load } from "../../cost/load";
import { moveInvocations, moveNotes } from "../../cost/move-items";
import { athenaUsd, PRICES, usdOf } from "../../cost/prices";
import { REQUESTS } from "../../cost/requests";
import { FORMATS } from "../../formats";
import type { ConfiguredSource } from "../../formats/configured-source";
import { CONFIGURATION_KEY } from "../../formats/partition-layout";
import { lakeColumnNames } from "../../formats/render/lake-sql";
import { MOVE } from "../../pipeline/sizing";
import { sum } from "../../terminal/quantities";
import { type AthenaServer, startAthenaServer } from "../../testing/athena-server";
import { s3Notification, sqsEvent } from "../../testing/events";
import { type S3Request, type S3Server, startS3Server } from "../../testing/s3-server";
import { embeddedMetrics } from "../helpers/embedded-metrics";
import { invokeHandler } from "../helpers/invoke-handler";
import { putNotes } from "../helpers/notes";
import { answerReport } from "../helpers/report-answers";

const FILE = "raw/alb_access_logs/dt=2026-11-23/hour=07/a.gz";
const SCHEDULED = { scheduledTime: "2026-11-23T07:50:00Z" };

let athena: AthenaServer;
let s3: S3Server;
let printed: string[];

beforeEach(async () => {
  athena = await startAthenaServer();
  s3 = await startS3Server();
  s3.put("logs", "raw/x", "");
  athena.tables.set(
    "alb_access_logs",
    lakeColumnNames({ format: FORMATS.alb, database: "logs", bucket: "b", bySource: false }),
  );
  printed = [];
  for (const method of ["log", "info", "warn", "error", "debug"] as const) {
    jest.spyOn(console, method).mockImplementation((...line: unknown[]) => {
      printed.push(line.join(" "));
    });
  }
});
afterEach(async () => {
  jest.restoreAllMocks();
  await athena.close();
  await s3.close();
});

const deliveredKey = (end: string, index: number): string =>
  `alb/AWSLogs/111122223333/elasticloadbalancing/eu-central-1/2026/11/23/111122223333_elasticloadbalancing_eu-central-1_app.shop.50dc6c495c0c9188_20261123T${end}Z_10.0.0.5_${index.toString(16).padStart(8, "0")}.log.gz`;

const invoke = (
  name: Parameters<typeof invokeHandler>[0],
  event: unknown,
  environment = {},
  sources?: readonly ConfiguredSource[],
) =>
  invokeHandler(
    name,
    {
      athena,
      s3,
      ...(sources ? { sources } : {}),
      environment: {
        PARTITIONS: "managed",
        COLUMNAR: "true",
        POWERTOOLS_METRICS_DISABLED: "false",
        ...environment,
      },
    },
    event,
    { getRemainingTimeInMillis: () => 900_000 },
  );

/** As S3 bills them: deletes are free. The first reads of a new environment do not count for the run. */
const billed = (all: readonly S3Request[]) => {
  const requests = all.filter(({ key }) => key !== CONFIGURATION_KEY);
  const isWrite = ({ method, key }: S3Request) => method === "PUT" || (method === "GET" && key === "");
  const isRead = ({ method, key }: S3Request) => key !== "" && (method === "GET" || method === "HEAD");
  return { writes: requests.filter(isWrite).length, reads: requests.filter(isRead).length };
};

/** The published metrics; each set of dimensions counts once. */
const metricsPublished = (): number =>
  new Set(
    printed
      .flatMap(embeddedMetrics)
      .flatMap(({ dimensions, values }) =>
        Object.keys(values).map((name) => JSON.stringify([name, dimensions])),
      ),
  ).size;

describe("the model counts the work of the handlers:", () => {
  it("move-access-logs copies each file once and notes a full batch by the hundred", async () => {
    const keys = Array.from({ length: MOVE.batchSize }, (_, index) => deliveredKey("0705", index));
    for (const key of keys) s3.put("logs", key, "text");
    await invoke("move-access-logs", sqsEvent(...keys.map((key) => s3Notification("logs", key))), {
      LANDING_BUCKET: "logs",
      TARGET_BUCKET: "logs",
      KEEP_ORIGINALS: "false",
    });
    expect(billed(s3.requests)).toEqual({
      writes: REQUESTS.copiesPerFile * MOVE.batchSize + moveNotes(1e9) / moveInvocations(1e9),
      reads: 0,
    });
    expect(metricsPublished()).toBe(sum(Object.values(REQUESTS.metrics.move)));
  });

  it("make-report submits a fixed number of statements for a table", async () => {
    athena.setAnswer(answerReport);
    s3.put("logs", "_reports/2026-11-22.html", "");
    // What the page looks like does not change the requests.
    const task = mkdtempSync(join(tmpdir(), "task-"));
    for (const name of ["report-page.js", "report-page-style.css"]) writeFileSync(join(task, name), "");
    try {
      await invokeHandler(
        "make-report",
        { athena, s3, environment: { DAYS: "1", LAMBDA_TASK_ROOT: task } },
        SCHEDULED,
        { getRemainingTimeInMillis: () => 900_000 },
      );
    } finally {
      rmSync(task, { recursive: true });
    }
    const { statements, ...requests } = REQUESTS.reportRun;
    expect(athena.queries).toHaveLength(statements);
    expect(billed(s3.requests)).toEqual(requests);
  });

  it("transform-partition looks for work, and a commit adds a fixed number of requests", async () => {
    await invoke("transform-partition", SCHEDULED);
    expect(billed(s3.requests)).toEqual(REQUESTS.transformRun);
    const before = s3.requests.length;
    const notes = [
      ...(await putNotes(s3, "logs", [FILE])),
      ...(await putNotes(s3, "logs", [FILE.replace("a.gz", "b.gz")])),
    ];
    await invoke("transform-partition", SCHEDULED);
    const { writes, reads } = billed(s3.requests.slice(before));
    expect({
      writes: writes - REQUESTS.transformRun.writes,
      reads: reads - REQUESTS.transformRun.reads - notes.length * REQUESTS.readsPerNote,
    }).toEqual(REQUESTS.transformCommit);
    expect(metricsPublished()).toBe(sum(Object.values(REQUESTS.metrics.transform)));
  });

  it("transform-partition reads only the new files, if a statement can name each of them", async () => {
    await putNotes(s3, "logs", [FILE]);
    await invoke("transform-partition", SCHEDULED);
    const commits = athena.queries.filter(({ sql }) => sql.startsWith("INSERT INTO"));
    expect(commits).toHaveLength(1);
    expect(commits[0]?.sql).toContain(`\n  AND ("$path" IN ('s3://logs/${FILE}'))\n`);
    expect(athena.queries.filter(({ sql }) => sql.startsWith("SELECT"))).toHaveLength(0);
  });

  it("transform-partition lists a source that is read as delivered by the thousand, from its look-back on", async () => {
    // The time of day decides how many folders it lists.
    const realTimers = ["setTimeout", "setInterval", "setImmediate", "nextTick", "performance"] as const;
    jest.useFakeTimers({ now: new Date("2026-11-23T12:00:00Z"), doNotFake: [...realTimers] });
    try {
      const sources = [
        { name: "web", format: "alb" as const, prefix: "alb/AWSLogs/", asDelivered: { bucket: "logs" } },
      ];
      const list = () => invoke("transform-partition", SCHEDULED, {}, sources);
      for (let index = 0; index < 2500; index++) s3.put("logs", deliveredKey("1105", index), "text");
      for (let index = 0; index < 2500; index++) s3.put("logs", deliveredKey("0805", index), "text");
      await list();
      const before = s3.requests.length;
      await list();
      const { writes, reads } = billed(s3.requests.slice(before));
      const { folders, position } = REQUESTS.listing;
      const pages = Math.ceil(2500 / 1000);
      expect({
        writes: writes - REQUESTS.transformRun.writes,
        reads: reads - REQUESTS.transformRun.reads,
      }).toEqual({ writes: folders + pages + position.writes, reads: position.reads });
    } finally {
      jest.useRealTimers();
    }
  });

  it("create-partition lists the notes", async () => {
    await invoke("create-partition", SCHEDULED);
    expect(billed(s3.requests)).toEqual(REQUESTS.createPartitionRun);
    expect(metricsPublished()).toBe(0);
  });

  it("maintain-lake lists the records, and does not read them or the text", async () => {
    for (const number of [1, 2]) {
      const record = `_commits/alb_access_logs/000000000${number}`;
      for (const end of [".json", ".done.json", ".counted.json"])
        s3.put("logs", `${record}${end}`, "{}", new Date("2026-11-21T07:00:00Z"));
    }
    const { scheduledTime } = SCHEDULED;
    const landing = { LANDING_BUCKET: "landing" };
    await invoke("maintain-lake", { scheduledTime, table: "alb_access_logs" }, landing);
    expect(billed(s3.requests)).toEqual(REQUESTS.maintainRun);
    expect(s3.keys("logs").filter((key) => key.startsWith("_commits/"))).toHaveLength(3);
    expect(athena.queries.filter(({ sql }) => /^(?:INSERT|SELECT count)|_(?:raw|lines)"/.test(sql))).toEqual([
      expect.objectContaining({ sql: expect.stringContaining("CREATE OR REPLACE VIEW") }),
    ]);
    expect(metricsPublished()).toBe(0);
  });
});

const load: fc.Arbitrary<Load> = fc.record({
  filesPerDay: fc.integer({ min: 1, max: 1e8 }),
  gbPerDay: fc.double({ min: 0.001, max: 1e5, noNaN: true }),
  daysKept: fc.integer({ min: 1, max: 3650 }),
  reportDays: fc.integer({ min: 0, max: 31 }),
  sources: fc.integer({ min: 8, max: 50 }),
  formats: fc.integer({ min: 1, max: 8 }),
});

describe("a bill", () => {
  it("is the sum of its items, none of which is negative", () => {
    fc.assert(
      fc.property(load, fc.constantFrom(...DESIGN_NAMES), (given, design) => {
        const { items, usd } = billOf(design, given);
        expect(
          items.every((item) => item.usd >= 0 && item.usd === usdOf(PRICES[item.price], item.quantity)),
        ).toBe(true);
        expect(usd).toBeCloseTo(sum(items.map((item) => item.usd)), 6);
      }),
    );
  });

  it("does not fall with more files, sources, formats or a longer retention", () => {
    fc.assert(
      fc.property(load, fc.constantFrom(...DESIGN_NAMES), (given, design) => {
        const { usd } = billOf(design, given);
        for (const more of [
          { ...given, filesPerDay: given.filesPerDay * 2 },
          { ...given, gbPerDay: given.gbPerDay * 2 },
          { ...given, daysKept: given.daysKept * 2 },
          { ...given, reportDays: (given.reportDays ?? 0) + 1 },
          { ...given, sources: (given.sources ?? 1) + 1 },
          { ...given, formats: (given.formats ?? 1) + 1 },
        ]) {
          expect(billOf(design, more).usd).toBeGreaterThanOrEqual(usd * (1 - 1e-9));
        }
      }),
    );
  });

  it("charges a million copies five dollars", () => {
    const { items } = billOf("text", { filesPerDay: 1e6 / 30, gbPerDay: 1, daysKept: 30 });
    expect(items.find(({ name }) => name === "move: copies")?.usd).toBeCloseTo(5, 9);
  });

  it("counts full batches if there are enough files, and otherwise at most one invocation for each file", () => {
    expect(moveInvocations(1e9)).toBe(1e9 / MOVE.batchSize);
    expect(moveInvocations(10)).toBe(10);
  });
});

describe("prices", () => {
  it("each name their page, their Region and the date of the look-up", () => {
    for (const { source, region, date } of Object.values(PRICES)) {
      expect(source).toMatch(/^https:\/\/aws\.amazon\.com\/[a-z0-9]+\/pricing\/$/);
      expect(region).toBe("us-east-1");
      expect(date).toMatch(/^20\d\d(?:-\d\d)?$/);
    }
  });

  it("fall above the monthly tiers, only for the units above", () => {
    expect(usdOf(PRICES.vendedLogs, 10_240)).toBeCloseTo(2560, 6);
    expect(usdOf(PRICES.vendedLogs, 10_241)).toBeCloseTo(2560.15, 6);
    expect(usdOf(PRICES.vendedLogs, 72 * 1024)).toBeCloseTo(2560 + 3072 + 1536 + 22_528 * 0.05, 6);
  });

  it("charge at least ten megabytes for an Athena statement", () => {
    expect(athenaUsd(0)).toBeCloseTo(0.00005, 9);
    expect(athenaUsd(1e12)).toBe(5);
  });
});
