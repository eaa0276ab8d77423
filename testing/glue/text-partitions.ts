import * as z from "zod";
import { type Operation, operation, ServiceError } from "../aws-json-server";

/** Columns and pattern of a text table, or of a partition. */
export interface TextForm {
  readonly columns: readonly string[];
  readonly pattern: string;
}

/** Text tables and their partitions in the Glue catalog: each partition has a form and a location of its own. */
export interface TextPartitionsInGlue {
  setTable(table: string, form: TextForm): void;
  addPartition(table: string, values: readonly string[], form: TextForm): void;
  /** Forms of a table's partitions, and their locations, by their values. */
  of(table: string): ReadonlyMap<string, TextForm & { readonly location: string }>;
  /** Operations of the service `AWSGlue`. */
  readonly operations: Readonly<Record<string, Operation>>;
}

const PARTITIONS_ON_A_PAGE = 1000;
const MAX_PER_UPDATE = 100;
const INVALID = "InvalidInputException";

const inTable = { DatabaseName: z.string(), TableName: z.string() };
const storageSchema = z.object({
  Columns: z.array(z.object({ Name: z.string() })),
  Location: z.string(),
  SerdeInfo: z.object({ Parameters: z.object({ "input.regex": z.string() }) }),
});
const updateSchema = z.object({
  ...inTable,
  Entries: z
    .array(
      z.object({
        PartitionValueList: z.array(z.string()),
        PartitionInput: z.object({ Values: z.array(z.string()), StorageDescriptor: storageSchema }),
      }),
    )
    .min(1)
    .max(MAX_PER_UPDATE),
});

/**
 * @see https://docs.aws.amazon.com/glue/latest/webapi/API_GetPartitions.html
 * @see https://docs.aws.amazon.com/glue/latest/webapi/API_BatchUpdatePartition.html
 */
export function textPartitions(): TextPartitionsInGlue {
  const tables = new Map<string, TextForm>();
  const partitions = new Map<string, Map<string, TextForm & { location: string }>>();
  const of = (table: string) => partitions.get(table) ?? new Map<string, TextForm & { location: string }>();
  const storageOf = ({ columns, pattern }: TextForm) => ({
    Columns: columns.map((Name) => ({ Name, Type: "string" })),
    SerdeInfo: { Parameters: { "serialization.format": "1", "input.regex": pattern } },
  });
  return {
    setTable: (table, form) => tables.set(table, form),
    addPartition: (table, values, form) => {
      const path = values.join("/");
      partitions.set(table, new Map([...of(table), [path, { ...form, location: `s3://logs/${path}/` }]]));
    },
    of,
    operations: {
      GetTable: operation(z.object({ DatabaseName: z.string(), Name: z.string() }), INVALID, ({ Name }) => {
        const form = tables.get(Name);
        if (!form) throw new ServiceError("EntityNotFoundException", `Entity Not Found: ${Name}`);
        return { Table: { Name, StorageDescriptor: storageOf(form) } };
      }),
      GetPartitions: operation(
        z.object({
          ...inTable,
          ExcludeColumnSchema: z.boolean().optional(),
          NextToken: z.string().optional(),
        }),
        INVALID,
        ({ TableName, ExcludeColumnSchema: isWithoutColumns, NextToken = "0" }) => {
          const all = [...of(TableName)];
          const end = Number(NextToken) + PARTITIONS_ON_A_PAGE;
          return {
            Partitions: all.slice(Number(NextToken), end).map(([path, form]) => {
              const { Columns, ...storage } = storageOf(form);
              return {
                Values: path.split("/"),
                StorageDescriptor: {
                  ...storage,
                  Location: form.location,
                  ...(isWithoutColumns ? {} : { Columns }),
                },
              };
            }),
            ...(end < all.length ? { NextToken: String(end) } : {}),
          };
        },
      ),
      BatchUpdatePartition: operation(updateSchema, INVALID, ({ TableName, Entries }) => {
        const known = new Map(of(TableName));
        const isKnown = (values: readonly string[]) => known.has(values.join("/"));
        for (const { PartitionInput: input } of Entries) {
          const { Columns, Location, SerdeInfo } = input.StorageDescriptor;
          if (isKnown(input.Values))
            known.set(input.Values.join("/"), {
              columns: Columns.map(({ Name }) => Name),
              pattern: SerdeInfo.Parameters["input.regex"],
              location: Location,
            });
        }
        partitions.set(TableName, known);
        return {
          Errors: Entries.filter(({ PartitionValueList: values }) => !isKnown(values)).map(
            ({ PartitionValueList }) => ({
              PartitionValueList,
              ErrorDetail: { ErrorCode: "EntityNotFoundException", ErrorMessage: "Partition not found." },
            }),
          ),
        };
      }),
    },
  };
}
