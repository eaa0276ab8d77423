import * as z from "zod";
import { type Operation, operation, ServiceError } from "../aws-json-server";

/** Database and name of a table. */
export interface TableName {
  readonly database: string;
  readonly table: string;
}

/** Versions of tables in the Glue catalog: Athena adds one with every change of a table and every commit. */
export interface TableVersions {
  add(name: TableName): void;
  /** Ids of the existing versions, the newest first. */
  of(name: TableName): readonly number[];
  /** Operations of the service `AWSGlue`. */
  readonly operations: Readonly<Record<string, Operation>>;
}

/** Maximum of items in Glue's requests and answers. */
const MAX_PER_REQUEST = 100;

const tableInput = { DatabaseName: z.string(), TableName: z.string() };
const getSchema = z.object({
  ...tableInput,
  MaxResults: z.int().min(1).max(MAX_PER_REQUEST).optional(),
  NextToken: z.string().optional(),
});
const deleteSchema = z.object({
  ...tableInput,
  VersionIds: z.array(z.string()).max(MAX_PER_REQUEST, {
    error: `Member must have length less than or equal to ${MAX_PER_REQUEST}`,
  }),
});

const INVALID = "InvalidInputException";

/**
 * @see https://docs.aws.amazon.com/glue/latest/webapi/API_GetTableVersions.html
 * @see https://docs.aws.amazon.com/glue/latest/webapi/API_BatchDeleteTableVersion.html
 */
export function tableVersions(): TableVersions {
  const versions = new Map<string, number[]>();
  const latest = new Map<string, number>();
  const keyOf = ({ database, table }: TableName) => `${database}.${table}`;
  const known = (database: string, table: string): number[] => {
    const found = versions.get(keyOf({ database, table }));
    if (found) return found;
    throw new ServiceError("EntityNotFoundException", `Entity Not Found: ${database}.${table}`);
  };
  return {
    add: (name) => {
      const key = keyOf(name);
      const id = (latest.get(key) ?? -1) + 1;
      latest.set(key, id);
      versions.set(key, [id, ...(versions.get(key) ?? [])]);
    },
    of: (name) => versions.get(keyOf(name)) ?? [],
    operations: {
      GetTableVersions: operation(
        getSchema,
        INVALID,
        ({ DatabaseName, TableName, MaxResults = MAX_PER_REQUEST, NextToken = "0" }) => {
          const ids = known(DatabaseName, TableName);
          const end = Number(NextToken) + MaxResults;
          return {
            TableVersions: ids.slice(Number(NextToken), end).map((id) => ({
              VersionId: String(id),
              Table: { Name: TableName, DatabaseName, VersionId: String(id) },
            })),
            ...(end < ids.length ? { NextToken: String(end) } : {}),
          };
        },
      ),
      BatchDeleteTableVersion: operation(deleteSchema, INVALID, ({ DatabaseName, TableName, VersionIds }) => {
        const ids = known(DatabaseName, TableName);
        const isCurrent = (version: string) => Number(version) === ids[0];
        const isKnown = (version: string) => ids.includes(Number(version));
        const deleted = VersionIds.filter((version) => isKnown(version) && !isCurrent(version)).map(Number);
        versions.set(
          keyOf({ database: DatabaseName, table: TableName }),
          ids.filter((id) => !deleted.includes(id)),
        );
        return {
          Errors: VersionIds.filter((version) => !deleted.includes(Number(version))).map((VersionId) => ({
            TableName,
            VersionId,
            ErrorDetail: isCurrent(VersionId)
              ? { ErrorCode: INVALID, ErrorMessage: "Cannot delete the current version of the table" }
              : { ErrorCode: "EntityNotFoundException", ErrorMessage: "Version not found" },
          })),
        };
      }),
    },
  };
}
