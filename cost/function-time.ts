import { MEMORY_MIB } from "../pipeline/sizing";

/**
 * Lambda provides one full CPU at this memory.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
 */
export const MIB_PER_CPU = 1769;
/** Measured CPU time to move one file in a batch of a thousand; a share of a CPU takes longer. */
const MOVE_CPU_SECONDS = 0.0017;
/** Three sequential rounds of requests, even for few files. */
const MOVE_MIN_SECONDS = 0.1;
/** CPU time to read the answer to a LIST request with a thousand keys, measured by `npm run bench -- listing`. */
const LIST_CPU_SECONDS = 0.03;
/** Keys in one answer to a LIST request. https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
export const KEYS_PER_LIST = 1000;

/** Seconds that one function needs to move this many files. */
export const moveSeconds = (files: number): number =>
  Math.max(MOVE_MIN_SECONDS, (files * MOVE_CPU_SECONDS * MIB_PER_CPU) / MEMORY_MIB);

/** Seconds that one function needs to read the answers to this many LIST requests. */
export const listSeconds = (requests: number): number =>
  (requests * LIST_CPU_SECONDS * MIB_PER_CPU) / MEMORY_MIB;
