import { Construct } from "constructs";
import type { LogFormat } from "../formats/log-format";
import type { LakeEnvironment, MaintainEnvironment } from "../handlers/environment";
import type { FunctionPermissions } from "../pipeline/function-permissions";
import { scheduledNameOf } from "../pipeline/names";
import { MAINTAIN, SCHEDULED_CONCURRENCY, TRANSFORM } from "../pipeline/sizing";
import { type FunctionDefaults, HandlerFunction } from "./handler-function";
import { Schedule } from "./schedule";

/** A run that could not start is not needed once the next one is due. */
const TRANSFORM_EVENT_AGE_SECONDS = 540;

export interface LakeProps {
  /** Prefix of every name in AWS. */
  readonly name: string;
  readonly formats: readonly LogFormat[];
  readonly environment: LakeEnvironment;
  /** Variables of `maintain-lake` in addition. */
  readonly maintenance: MaintainEnvironment;
  readonly permissions: FunctionPermissions;
  readonly functionDefaults: FunctionDefaults;
  readonly accountId: string;
  /** True if each function has reserved concurrency. */
  readonly reservedConcurrency: boolean;
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
  readonly transform: HandlerFunction;
  readonly transformSchedule: Schedule;
  readonly maintain: HandlerFunction;
  readonly maintainSchedule: Schedule;
  /** Names of the typed tables. */
  readonly tables: readonly string[];

  constructor(scope: Construct, id: string, props: LakeProps) {
    super(scope, id);
    this.tables = props.formats.map(({ table }) => table);
    this.transform = this.createTransform(props);
    this.transformSchedule = new Schedule(this, "transform_partition_schedule", {
      name: scheduledNameOf(props.name, "transform-partition"),
      description: "Commits new files to the typed tables, every ten minutes",
      expression: TRANSFORM.schedule,
      target: this.transform,
      accountId: props.accountId,
      maxEventAgeSeconds: TRANSFORM_EVENT_AGE_SECONDS,
    });
    this.maintain = this.createMaintain(props);
    this.maintainSchedule = new Schedule(this, "maintain_lake_schedule", {
      name: scheduledNameOf(props.name, "maintain-lake"),
      description: "Merges small files of a typed table, every night",
      expression: MAINTAIN.schedule,
      target: this.maintain,
      // One run for each table: a table that fails or takes long does not delay the others.
      runs: props.formats.map(({ id: name, table }) => ({ name, input: { table } })),
      accountId: props.accountId,
    });
  }

  /** Functions by the ids of their constructs. */
  get functions(): Readonly<Record<string, HandlerFunction>> {
    return { transform_partition: this.transform, maintain_lake: this.maintain };
  }

  private createTransform({ permissions, ...props }: LakeProps): HandlerFunction {
    return new HandlerFunction(this, "transform_partition", {
      ...props.functionDefaults,
      name: scheduledNameOf(props.name, "transform-partition"),
      handler: "transform-partition",
      description: "Commits access logs to the typed tables",
      timeoutSeconds: TRANSFORM.timeoutSeconds,
      environment: { ...props.environment },
      statements: permissions.transformPartition(),
      ...(props.reservedConcurrency ? { reservedConcurrency: SCHEDULED_CONCURRENCY } : {}),
    });
  }

  private createMaintain({ permissions, ...props }: LakeProps): HandlerFunction {
    return new HandlerFunction(this, "maintain_lake", {
      ...props.functionDefaults,
      name: scheduledNameOf(props.name, "maintain-lake"),
      handler: "maintain-lake",
      description: "Merges small files of the typed tables and deletes old rows",
      timeoutSeconds: MAINTAIN.timeoutSeconds,
      environment: { ...props.environment, ...props.maintenance },
      statements: permissions.maintainLake(),
      ...(props.reservedConcurrency ? { reservedConcurrency: SCHEDULED_CONCURRENCY } : {}),
    });
  }
}
