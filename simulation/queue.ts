import { MINUTE_MS } from "../formats/time";
import type { Random } from "../sample/random";
import type { Faults } from "./faults";
import type { Scheduler } from "./scheduler";

/**
 * SQS in front of a function: at-least-once delivery in any order, with a dead-letter queue that can be
 * redriven.
 */
export interface Queue {
  readonly isEmpty: boolean;
  /** @param deliveredAt when the object was delivered, if the event says so */
  send(key: string, deliveredAt?: number): void;
  /** Receives messages, which are then invisible to others for some time. */
  receive(): readonly Message[];
  /** Deletes processed messages. */
  acknowledge(messages: readonly Message[]): void;
  /** Moves every dead-letter message back, as an operator does. */
  redrive(): void;
}

export interface Message {
  readonly key: string;
  readonly deliveredAt: number | undefined;
  visibleAt: number;
  receives: number;
}

const BATCH_SIZE = 10;
const VISIBILITY_MS = 6 * MINUTE_MS;
const MAX_RECEIVES = 5;

export function createQueue(scheduler: Scheduler, faults: Faults, random: Random): Queue {
  let messages: Message[] = [];
  let deadLetters: Message[] = [];
  return {
    get isEmpty() {
      return messages.length + deadLetters.length === 0;
    },
    send: (key, deliveredAt) => {
      messages.push({ key, deliveredAt, visibleAt: scheduler.now(), receives: 0 });
    },
    receive: () => {
      const visible = random
        .shuffled(messages.filter(({ visibleAt }) => visibleAt <= scheduler.now()))
        .slice(0, random.integer(1, BATCH_SIZE));
      for (const message of visible) {
        message.visibleAt = scheduler.now() + VISIBILITY_MS;
        message.receives++;
      }
      const dead = visible.filter(({ receives }) => receives > MAX_RECEIVES);
      messages = messages.filter((message) => !dead.includes(message));
      deadLetters.push(...dead);
      return visible.filter((message) => !dead.includes(message));
    },
    acknowledge: (done) => {
      const kept = done.filter(() => faults.strikes("message delivered again", 0.05));
      messages = messages.filter((message) => kept.includes(message) || !done.includes(message));
    },
    redrive: () => {
      for (const { key, deliveredAt } of deadLetters)
        messages.push({ key, deliveredAt, visibleAt: scheduler.now(), receives: 0 });
      deadLetters = [];
    },
  };
}
