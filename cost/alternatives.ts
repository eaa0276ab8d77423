import { MIB_PER_CPU } from "./function-time";
import { type Item, item, LOG_GB_PER_INVOCATION, tbScanned } from "./item";
import { HOURS_PER_MONTH, type Month } from "./load";
import { PLAIN_PER_TEXT, SNAPPY_PER_TEXT, storedTable, storedText } from "./storage-items";
import { COMMIT_SECONDS, WRITES_PER_STATEMENT } from "./table-items";

/**
 * The AWS sample: a function invoked per file, an hourly one for partitions, an hourly one that copies an
 * hour to Parquet.
 */
export function sampleItems(month: Month): Item[] {
  const MEMORY_GB = 128 / 1024;
  /**
   * Measured on a full CPU: 60 ms of waiting and 6.7 ms of computing, which takes longer on a share of a CPU.
   */
  const secondsPerFile = 0.06 + (0.0067 * MIB_PER_CPU) / 128;
  const hourly = 2 * HOURS_PER_MONTH;
  return [
    item("move: copies", "s3Writes", month.files),
    item("move: invocations", "lambdaInvocations", month.files),
    item("move: run time", "lambdaX86", month.files * secondsPerFile * MEMORY_GB),
    item("move: log", "functionLogs", month.files * LOG_GB_PER_INVOCATION),
    item("transform: invocations", "lambdaInvocations", hourly),
    item("transform: run time", "lambdaX86", hourly * COMMIT_SECONDS * MEMORY_GB),
    item("transform: writes", "s3Writes", hourly * WRITES_PER_STATEMENT),
    item("transform: reads", "s3Reads", month.files),
    item("transform: scan of the text", "athenaScan", tbScanned(month.gb, HOURS_PER_MONTH)),
    storedText(month),
    storedTable(month, SNAPPY_PER_TEXT),
  ];
}

/** AWS's own delivery, billed by the text before compression. */
export const deliveryItems = (month: Month): Item[] => [
  item("delivery", "vendedLogs", month.gb * PLAIN_PER_TEXT),
  item("delivery: writes", "s3Writes", month.files),
];

/** AWS's own delivery to a stream that writes Parquet. */
export const streamItems = ({ gb }: Month): Item[] => [
  item("delivery", "vendedLogs", gb * PLAIN_PER_TEXT),
  item("stream", "firehose", gb * PLAIN_PER_TEXT),
  item("stream: Parquet", "firehoseToParquet", gb * PLAIN_PER_TEXT),
];
