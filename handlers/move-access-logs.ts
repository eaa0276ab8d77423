import { S3Client } from "@aws-sdk/client-s3";
import type { Context, SQSBatchResponse, SQSEvent } from "aws-lambda";
import type { ConfiguredSource } from "../formats/configured-source";
import { SKIP_REASONS } from "../formats/object-kind";
import { s3ObjectBytes } from "./adapters/s3-object-bytes";
import { s3ObjectStore } from "./adapters/s3-object-store";
import { arrivedObjects } from "./arrived-objects";
import { configurationIn } from "./configuration";
import type { OperationError } from "./core/errors";
import { type MoveOutcome, moveObjects } from "./core/move-objects";
import type { ArrivedObject } from "./core/move-plan";
import { systemClock } from "./core/ports";
import { readMoveEnvironment } from "./environment";
import { logger, publish, publishPer } from "./telemetry";

const environment = readMoveEnvironment(process.env);
const client = new S3Client({ maxAttempts: 5 });
const store = s3ObjectStore(client);
const bytes = s3ObjectBytes(client);
const configuration = configurationIn(store, environment.TARGET_BUCKET);

/** Time reserved for the end of a run: a slow copy that has started, its note and its delete. */
const RESERVE_MS = 15_000;

/** An object and the message that announced it. */
interface Arrival {
  readonly messageId: string;
  readonly object: ArrivedObject;
}

/**
 * Moves the objects of a batch of queue messages.
 *
 * @returns the messages to deliver again: those with a failed or postponed object, and those of which a part cannot
 * be read
 */
export async function handler(
  event: SQSEvent,
  context: Pick<Context, "getRemainingTimeInMillis">,
): Promise<SQSBatchResponse> {
  const { sources, writtenAt } = await configuration();
  const failedMessages = new Set<string>();
  let unreadable = 0;
  // Moves the whole batch at once, so that deletes and notes need few requests.
  const arrivals = event.Records.flatMap(({ messageId, body }): Arrival[] => {
    const objects = arrivedObjects(body, (error) => {
      unreadable++;
      failedMessages.add(messageId);
      logger.error("unreadable message", { messageId, ...errorFields(error) });
    });
    return objects.map((object) => ({ messageId, object }));
  });
  const deadline = new Date(systemClock.now().getTime() + context.getRemainingTimeInMillis() - RESERVE_MS);
  const outcomes = await moveObjects(
    { store, bytes, clock: systemClock },
    {
      sources,
      landingBucket: environment.LANDING_BUCKET,
      targetBucket: environment.TARGET_BUCKET,
      names: "time-first",
      keepOriginals: environment.KEEP_ORIGINALS === "true",
      configuredAt: writtenAt,
      deadline,
    },
    arrivals.map(({ object }) => object),
  );
  for (const [index, outcome] of outcomes.entries()) {
    const arrival = arrivals[index];
    if (!arrival) continue;
    if (outcome.kind === "failed" || outcome.kind === "postponed") failedMessages.add(arrival.messageId);
    logOutcome(arrival, outcome);
  }
  publishOutcomes(sources, arrivals, outcomes, unreadable);
  return { batchItemFailures: [...failedMessages].map((itemIdentifier) => ({ itemIdentifier })) };
}

function logOutcome({ messageId, object }: Arrival, outcome: MoveOutcome): void {
  switch (outcome.kind) {
    case "moved":
      logger.debug("moved", { ...object, isNew: outcome.isNew });
      return;
    case "skipped":
      logger.info("skipped", { ...object, reason: outcome.reason, detail: outcome.detail });
      return;
    case "failed":
      logger.error("failed", { messageId, ...object, ...errorFields(outcome.error) });
      return;
    case "postponed":
      logger.debug("postponed", { messageId, ...object });
      return;
  }
}

const errorFields = ({ code, message }: OperationError) => ({ code, reason: message });

function publishOutcomes(
  sources: readonly ConfiguredSource[],
  arrivals: readonly Arrival[],
  outcomes: readonly MoveOutcome[],
  unreadable: number,
): void {
  const moved = arrivals.flatMap(({ object }, index) => {
    const outcome = outcomes[index];
    return outcome?.kind === "moved" && outcome.isNew ? [{ object, source: outcome.source.name }] : [];
  });
  for (const { name } of sources) {
    const files = moved.filter(({ source }) => source === name);
    if (files.length === 0) continue;
    publishPer("Source", name, {
      ObjectsMoved: files.length,
      BytesMoved: files.reduce((total, { object }) => total + (object.size ?? 0), 0),
    });
  }
  const delays = moved.flatMap(({ object }) =>
    object.deliveredAt ? [secondsSince(object.deliveredAt)] : [],
  );
  publish({
    ObjectsFailed: unreadable + outcomes.filter(({ kind }) => kind === "failed").length,
    ...(delays.length > 0 ? { SecondsToRaw: Math.max(...delays) } : {}),
  });
  for (const reason of SKIP_REASONS) {
    const count = outcomes.filter(
      (outcome) => outcome.kind === "skipped" && outcome.reason === reason,
    ).length;
    if (count > 0) publishPer("Reason", reason, { ObjectsSkipped: count });
  }
}

/** The event's time is from S3's clock, which may be slightly ahead of this one. */
const secondsSince = (instant: Date): number =>
  Math.max(0, (systemClock.now().getTime() - instant.getTime()) / 1000);
