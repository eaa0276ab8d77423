import { Construct } from "constructs";
import type { LogFormat } from "../formats/log-format";
import type { LakeEnvironment, MaintainEnvironment } from "../handlers/environment";
import type { FunctionPermissions } from "../pipeline/function-permissions";
import { MAINTAIN, TRANSFORM } from "../pipeline/sizing";
import { type PipelineFunctions, type ScheduledFunction, scheduledFunction } from "./scheduled-function";

/** A run that could not start is not needed once the next one is due. */
const TRANSFORM_EVENT_AGE_SECONDS = 540;

export interface LakeProps extends PipelineFunctions {
  readonly formats: readonly LogFormat[];
  readonly environment: LakeEnvironment;
  /** Variables of `maintain-lake` in addition. */
  readonly maintenance: MaintainEnvironment;
  readonly permissions: FunctionPermissions;
}

/**
 * The typed tables: Iceberg, exactly once, minutes behind the text. Every ten minutes `transform-partition`
 * commits the new files; every night `maintain-lake` merges small files.
 *
 * Terraform does not manage the tables: its provider cannot set their partitioning, so the function creates
 * them.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg.html
 */
export class Lake extends Construct {
  readonly transform: ScheduledFunction;
  readonly maintain: ScheduledFunction;
  /** Names of the typed tables. */
  readonly tables: readonly string[];

  constructor(scope: Construct, id: string, props: LakeProps) {
    super(scope, id);
    const { formats, environment, maintenance, permissions } = props;
    this.tables = formats.map(({ table }) => table);
    this.transform = scheduledFunction(this, props, {
      handler: "transform-partition",
      description: "Commits access logs to the typed tables",
      timeoutSeconds: TRANSFORM.timeoutSeconds,
      environment: { ...environment },
      statements: permissions.transformPartition(),
      schedule: {
        description: "Commits new files to the typed tables, every ten minutes",
        expression: TRANSFORM.schedule,
        maxEventAgeSeconds: TRANSFORM_EVENT_AGE_SECONDS,
      },
    });
    this.maintain = scheduledFunction(this, props, {
      handler: "maintain-lake",
      description: "Merges small files of the typed tables and deletes old rows",
      timeoutSeconds: MAINTAIN.timeoutSeconds,
      environment: { ...environment, ...maintenance },
      statements: permissions.maintainLake(),
      schedule: {
        description: "Merges small files of a typed table, every night",
        expression: MAINTAIN.schedule,
        // One run for each table: a table that fails or takes long does not delay the others.
        runs: formats.map(({ id: name, table }) => ({ name, input: { table } })),
      },
    });
  }
}
