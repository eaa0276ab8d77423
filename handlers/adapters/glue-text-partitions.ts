import {
  BatchUpdatePartitionCommand,
  type BatchUpdatePartitionRequestEntry,
  GetPartitionsCommand,
  GetTableCommand,
  type GlueClient,
  type Partition,
  type StorageDescriptor,
} from "@aws-sdk/client-glue";
import { RetryableError } from "../core/errors";
import type { TextPartitions } from "../core/ports";
import { pagesOf } from "./pages";

export interface GluePartitionsOptions {
  readonly client: Pick<GlueClient, "send">;
  readonly database: string;
}

/** Glue changes at most this many partitions at once. */
const PARTITIONS_PER_UPDATE = 100;

/**
 * Partitions of text tables in the Glue catalog. Each has a copy of its table's columns and pattern, from when it was added,
 * and Athena reads its files with the copy.
 *
 * @see https://docs.aws.amazon.com/glue/latest/webapi/API_BatchUpdatePartition.html
 */
export const glueTextPartitions = ({ client, database }: GluePartitionsOptions): TextPartitions => ({
  align: async (table) => {
    const { Table } = await client.send(new GetTableCommand({ DatabaseName: database, Name: table }));
    const storage = Table?.StorageDescriptor;
    const update = async (Entries: BatchUpdatePartitionRequestEntry[]) => {
      const { Errors: [error] = [] } = await client.send(
        new BatchUpdatePartitionCommand({ DatabaseName: database, TableName: table, Entries }),
      );
      if (!error) return;
      const { ErrorCode, ErrorMessage } = error.ErrorDetail ?? {};
      const message = `${database}.${table}: partition ${error.PartitionValueList?.join("/")} was not updated: ${ErrorCode}: ${ErrorMessage}`;
      throw new RetryableError("QUERY_FAILED", message);
    };
    let aligned = 0;
    const pages = pagesOf((next) =>
      client.send(
        new GetPartitionsCommand({
          DatabaseName: database,
          TableName: table,
          // Fewer bytes; the pattern has a group for each column.
          ExcludeColumnSchema: true,
          ...next,
        }),
      ),
    );
    for await (const { Partitions = [] } of pages) {
      const old = Partitions.filter((one) => patternOf(one.StorageDescriptor) !== patternOf(storage));
      for (let start = 0; start < old.length; start += PARTITIONS_PER_UPDATE)
        await update(old.slice(start, start + PARTITIONS_PER_UPDATE).map((one) => withStorage(one, storage)));
      aligned += old.length;
    }
    return aligned;
  },
});

const patternOf = (storage: StorageDescriptor | undefined): string | undefined =>
  storage?.SerdeInfo?.Parameters?.["input.regex"];

/** Changes how the files are read, and not where they are. */
const withStorage = (
  { Values, Parameters, StorageDescriptor: own }: Partition,
  storage: StorageDescriptor | undefined,
): BatchUpdatePartitionRequestEntry => ({
  PartitionValueList: Values,
  PartitionInput: {
    Values,
    Parameters,
    StorageDescriptor: { ...own, Columns: storage?.Columns, SerdeInfo: storage?.SerdeInfo },
  },
});
