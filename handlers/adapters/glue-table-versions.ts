import {
  BatchDeleteTableVersionCommand,
  GetTableVersionsCommand,
  type GlueClient,
} from "@aws-sdk/client-glue";
import { RetryableError } from "../core/errors";
import type { TableVersions } from "../core/ports";
import { pagesOf } from "./pages";

export interface GlueVersionsOptions {
  readonly client: Pick<GlueClient, "send">;
  readonly database: string;
}

/** The newest version is the table; the others show the last changes. */
export const KEPT_VERSIONS = 10;
/** Glue deletes at most this many versions at once. */
const VERSIONS_PER_DELETE = 100;

/**
 * Versions of tables in the Glue catalog. The limit is a million per account and a hundred thousand per
 * table; at the limit, commits fail.
 *
 * @see https://docs.aws.amazon.com/general/latest/gr/glue.html
 * @see https://docs.aws.amazon.com/glue/latest/webapi/API_BatchDeleteTableVersion.html
 */
export const glueTableVersions = ({ client, database }: GlueVersionsOptions): TableVersions => ({
  deleteOld: async (table) => {
    const old = (await versionsOf(client, database, table)).slice(KEPT_VERSIONS);
    for (let start = 0; start < old.length; start += VERSIONS_PER_DELETE) {
      const VersionIds = old.slice(start, start + VERSIONS_PER_DELETE);
      const { Errors: [error] = [] } = await client.send(
        new BatchDeleteTableVersionCommand({ DatabaseName: database, TableName: table, VersionIds }),
      );
      if (error) {
        const { ErrorCode, ErrorMessage } = error.ErrorDetail ?? {};
        const message = `${database}.${table}: version ${error.VersionId} was not deleted: ${ErrorCode}: ${ErrorMessage}`;
        throw new RetryableError("QUERY_FAILED", message);
      }
    }
    return old.length;
  },
});

/** Ids of a table's versions, the newest first. */
async function versionsOf(
  client: Pick<GlueClient, "send">,
  database: string,
  table: string,
): Promise<string[]> {
  const ids: string[] = [];
  const pages = pagesOf((next) =>
    client.send(new GetTableVersionsCommand({ DatabaseName: database, TableName: table, ...next })),
  );
  for await (const { TableVersions = [] } of pages)
    ids.push(...TableVersions.flatMap(({ VersionId }) => VersionId ?? []));
  // Ids are numbers as texts.
  return ids.sort((a, b) => Number(b) - Number(a));
}
