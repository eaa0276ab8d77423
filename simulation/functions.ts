import { buffer } from "node:stream/consumers";
import { tablesOfSources } from "../formats/configured-source";
import { HOUR_MS, MINUTE_MS } from "../formats/time";
import { athenaLake } from "../handlers/adapters/athena-lake";
import { athenaPartitionCatalog } from "../handlers/adapters/athena-partition-catalog";
import { athenaQueryEngine } from "../handlers/adapters/athena-query-engine";
import { addPartitions, windowAround } from "../handlers/core/add-partitions";
import { commitTables } from "../handlers/core/commit-tables";
import { moveObjects } from "../handlers/core/move-objects";
import { noteDelivered } from "../handlers/core/note-delivered";
import type { Clock, ObjectBytes, ObjectStore } from "../handlers/core/ports";
import type { Deployment } from "./deployments";
import { type Invocation, startInvocation } from "./faults";
import { reconcile } from "./listing";
import { BUCKET, LANDING, type World } from "./world";

const MOVE_TIMEOUT_MS = 3 * MINUTE_MS;
const CREATE_TIMEOUT_MS = 5 * MINUTE_MS;
const TRANSFORM_TIMEOUT_MS = 9 * MINUTE_MS;
/** Time that functions reserve for their last steps. */
const RESERVE_MS = 15_000;

/** The deployed code of the functions, in invocations that can time out and whose calls can fail. */
export class Functions {
  /** Rows that the runs of `transform` report as added. */
  rowsCounted = 0;
  /** Unparsed lines that they report: again, if a run ends after its report and before its record. */
  unparsedCounted = 0;
  private invocations = 0;

  constructor(private readonly world: World) {}

  /** Receives messages from the queue, and acknowledges those whose objects were moved. */
  async move(): Promise<void> {
    const { queue, buckets } = this.world;
    const messages = queue.receive();
    if (messages.length === 0) return;
    let failed: ReadonlySet<string> = new Set();
    const succeeded = await this.invoke(
      "move",
      MOVE_TIMEOUT_MS,
      async (invocation, clock, { sources, names, configuredAt }) => {
        const store = buckets.seenBy(invocation);
        const outcomes = await moveObjects(
          { store, bytes: bytesOf(store), clock },
          {
            sources,
            targetBucket: BUCKET,
            names,
            keepOriginals: false,
            configuredAt,
            deadline: deadlineOf(clock, MOVE_TIMEOUT_MS),
          },
          messages.map(({ key, deliveredAt }) => ({
            bucket: LANDING,
            key,
            ...(deliveredAt === undefined ? {} : { deliveredAt: new Date(deliveredAt) }),
          })),
        );
        failed = new Set(
          messages
            .filter((_, index) => ["failed", "postponed"].includes(outcomes[index]?.kind ?? ""))
            .map(({ key }) => key),
        );
      },
    );
    if (succeeded) queue.acknowledge(messages.filter(({ key }) => !failed.has(key)));
  }

  /** @returns false if the run failed */
  createPartition(scheduledTime: string): Promise<boolean> {
    return this.invoke("create", CREATE_TIMEOUT_MS, async (invocation, clock, deployment) => {
      const ports = this.portsOf(invocation, clock, scheduledTime, deployment);
      const tables = tablesOfSources(deployment.sources);
      const range = windowAround(new Date(scheduledTime));
      await addPartitions(ports, { bucket: BUCKET, tables, range, keepNotes: true }, () => undefined);
    });
  }

  /** @returns false if the run failed */
  transform(scheduledTime: string): Promise<boolean> {
    return this.invoke("transform", TRANSFORM_TIMEOUT_MS, async (invocation, clock, deployment) => {
      const deadline = deadlineOf(clock, TRANSFORM_TIMEOUT_MS);
      const ports = this.portsOf(invocation, clock, scheduledTime, deployment);
      const tables = tablesOfSources(deployment.sources);
      const { sources } = deployment;
      const { failures } = await noteDelivered(
        { ...ports, listing: ports.store },
        { bucket: BUCKET, sources, deadline, onSkipped: () => undefined },
      );
      const committed = await commitTables(
        ports,
        { bucket: BUCKET, tables, deadline },
        () => undefined,
        (_, lines) => {
          this.unparsedCounted += lines;
        },
      );
      this.rowsCounted += committed.reduce((sum, { rows }) => sum + rows, 0);
      if (failures[0]) throw failures[0];
    });
  }

  /** Finds what was lost. @returns false if the run failed */
  reconcile(): Promise<boolean> {
    return this.invoke("reconcile", CREATE_TIMEOUT_MS, async (invocation, clock, { sources }) => {
      const { buckets, athena, queue } = this.world;
      const ports = { store: buckets.seenBy(invocation), clock };
      const listing = { sources, landing: LANDING, bucket: BUCKET };
      const before = new Date(clock.now().getTime() - HOUR_MS);
      await reconcile(ports, listing, athena.lake.keys(), before, (key) => queue.send(key));
    });
  }

  /** Runs a function once; the caller handles its errors. */
  private async invoke(
    name: string,
    timeoutMs: number,
    work: (invocation: Invocation, clock: Clock, deployment: Deployment) => Promise<void>,
  ): Promise<boolean> {
    const { scheduler, faults, random, trace } = this.world;
    const invocation = startInvocation(`${name}-${++this.invocations}`, this.world);
    const skew = faults.strikes("clock skewed", 0.05) ? random.integer(-5 * MINUTE_MS, 5 * MINUTE_MS) : 0;
    const clock: Clock = { now: () => new Date(scheduler.now() + skew), sleep: scheduler.sleep };
    const timeout = faults.strikes("function timed out", 0.03) ? random.integer(1_000, timeoutMs) : timeoutMs;
    scheduler.start(async () => {
      await scheduler.sleep(timeout);
      invocation.kill();
    });
    try {
      await work(invocation, clock, this.world.deployment());
      return invocation.isAlive;
    } catch (error) {
      trace(`${invocation.name}: failed: ${error instanceof Error ? error.message : error}`);
      return false;
    }
  }

  private portsOf(invocation: Invocation, clock: Clock, runToken: string, { sources }: Deployment) {
    const store = this.world.buckets.seenBy(invocation);
    const client = this.world.athena.clientOf(invocation);
    const engine = athenaQueryEngine({ client, clock, database: "logs", workgroup: "pipeline" });
    const options = { engine, database: "logs", bucket: BUCKET, runToken };
    const catalog = athenaPartitionCatalog({ ...options, withLines: false });
    return {
      store,
      engine,
      clock,
      catalog,
      lake: athenaLake({ ...options, client, tables: tablesOfSources(sources) }),
    };
  }
}

/** The bytes of objects whose text the store has. */
const bytesOf = (store: ObjectStore): ObjectBytes => ({
  start: async (location, length) => {
    const object = await store.read(location);
    if (!object) return undefined;
    const bytes = Buffer.from(object.body);
    return { bytes: bytes.subarray(0, length), size: bytes.length };
  },
  part: async (location, from, to) =>
    Buffer.from((await store.read(location))?.body ?? "").subarray(from, to),
  async *all(location) {
    yield Buffer.from((await store.read(location))?.body ?? "");
  },
  put: async (location, body) => {
    const bytes = await buffer(body);
    await store.put(location, bytes.toString());
    return bytes.length;
  },
});

const deadlineOf = (clock: Clock, timeoutMs: number): Date =>
  new Date(clock.now().getTime() + timeoutMs - RESERVE_MS);
