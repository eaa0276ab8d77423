import * as z from "zod/mini";
import { IDENTIFIER } from "../formats/render/sql-text";
import { PermanentError } from "./core/errors";
import { jsonOf, problemsOf } from "./core/json";

/** Text that holds JSON, e.g. a number in an environment variable. */
const jsonText = <Schema extends z.ZodMiniType>(schema: Schema) =>
  z.pipe(
    z.pipe(
      z.string(),
      z.transform((text, context): unknown => {
        const value = jsonOf(text);
        if (value !== undefined) return value;
        context.issues.push({ code: "custom", message: "expected JSON", input: text });
        return z.NEVER;
      }),
    ),
    schema,
  );

const bucket = z.string().check(z.minLength(3));
const identifier = z.string().check(z.regex(IDENTIFIER));

const flag = z.enum(["true", "false"]);

/** Bucket that logs are delivered to. */
const landingBucket = bucket;

const moveSchema = z.object({
  LANDING_BUCKET: landingBucket,
  /** Target bucket of the move; may be the landing bucket. */
  TARGET_BUCKET: bucket,
  /** `true`: the originals stay. */
  KEEP_ORIGINALS: flag,
});

const tablesSchema = {
  /** Glue database of the tables. */
  DATABASE: identifier,
  /** Athena workgroup that the statements run in. */
  WORKGROUP: z.string().check(z.minLength(1)),
  /** Bucket that holds the moved files. */
  BUCKET: bucket,
};

const partitionSchema = z.object({
  ...tablesSchema,
  /** `true`: the typed tables are kept up to date, too. */
  COLUMNAR: flag,
});

const lakeVariables = {
  ...tablesSchema,
  /** `managed`: statements add the tables' partitions; `projection`: Athena computes them. */
  PARTITIONS: z.enum(["managed", "projection"]),
};
const lakeSchema = z.object(lakeVariables);

const maintainSchema = z.object({
  ...lakeVariables,
  /** Days that rows of the typed tables are kept. Default: rows are not deleted. */
  RETENTION_DAYS: z.optional(jsonText(z.int().check(z.minimum(1)))),
  LANDING_BUCKET: landingBucket,
  /** URL of the queue of new objects, to announce objects again whose event was lost. Default: no files are moved. */
  QUEUE_URL: z.optional(z.url()),
});

const reportSchema = z.object({
  ...tablesSchema,
  /** Complete days that a report is about. */
  DAYS: jsonText(z.int().check(z.minimum(1))),
});

/** Variables of `move-access-logs`, as texts: the constructs must set exactly these. */
export type MoveEnvironment = z.input<typeof moveSchema>;
/** Variables of `create-partition`, as texts. */
export type PartitionEnvironment = z.input<typeof partitionSchema>;
/** Variables of `transform-partition`, and of `maintain-lake`, too, as texts. */
export type LakeEnvironment = z.input<typeof lakeSchema>;
/** Further variables of `maintain-lake`, as texts. */
export type MaintainEnvironment = {
  [Name in keyof MaintainVariables]: Exclude<MaintainVariables[Name], undefined>;
};
type MaintainVariables = Omit<z.input<typeof maintainSchema>, keyof LakeEnvironment>;

/** Variables of `make-report`, as texts. */
export type ReportEnvironment = z.input<typeof reportSchema>;

export const readMoveEnvironment = (variables: NodeJS.ProcessEnv): z.output<typeof moveSchema> =>
  read(moveSchema, variables);
export const readPartitionEnvironment = (variables: NodeJS.ProcessEnv): z.output<typeof partitionSchema> =>
  read(partitionSchema, variables);
export const readLakeEnvironment = (variables: NodeJS.ProcessEnv): z.output<typeof lakeSchema> =>
  read(lakeSchema, variables);

export const readMaintainEnvironment = (variables: NodeJS.ProcessEnv): z.output<typeof maintainSchema> =>
  read(maintainSchema, variables);

export const readReportEnvironment = (variables: NodeJS.ProcessEnv): z.output<typeof reportSchema> =>
  read(reportSchema, variables);

/** @throws PermanentError `INVALID_ENVIRONMENT` that names every variable that is missing or wrong */
function read<Schema extends z.ZodMiniType>(schema: Schema, variables: NodeJS.ProcessEnv): z.output<Schema> {
  const result = z.safeParse(schema, variables);
  if (result.success) return result.data;
  throw new PermanentError(
    "INVALID_ENVIRONMENT",
    `environment: ${problemsOf(result.error)}; deploy the stack again to set these variables`,
  );
}
