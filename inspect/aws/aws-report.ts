import { addHours, hourOf } from "../../formats/hour";
import type { HourRange } from "../../handlers/core/add-partitions";
import { type LocateOptions, locatePipeline } from "../../operations/locate-pipeline";
import { deployedPartsOf } from "../../pipeline/deployed-parts";
import { ownersPolicyOf } from "../../pipeline/owners-policy";
import type { RegionalProps } from "../../pipeline/props";
import type { Report } from "../report";
import { DEFAULT_HOURS } from "../thresholds";
import { checkFacts } from "./checks";
import { deploymentFacts } from "./facts";
import type { Inspection } from "./inspection";
import { judgeChecks } from "./judge-checks";
import { judgeDeployment } from "./judge-deployment";
import { deploymentTables, deploymentValues, deploymentWell } from "./print-deployment";

export interface AwsReportOptions extends LocateOptions {
  /**
   * Hours whose files are inspected.
   *
   * @default - the last `DEFAULT_HOURS`
   */
  readonly range?: HourRange;
}

/** Inspects the work of a deployed pipeline. */
export async function statusReport(props: RegionalProps, options: AwsReportOptions): Promise<Report> {
  const inspection = await inspectionOf(props, options);
  const facts = await deploymentFacts(inspection);
  inspection.inspector.close();
  return {
    subject: subjectOf(inspection),
    at: inspection.now,
    tables: deploymentTables(facts),
    values: deploymentValues(facts),
    findings: judgeDeployment(facts),
    allIsWell: deploymentWell(facts),
  };
}

async function inspectionOf(
  props: RegionalProps,
  { range, ...options }: AwsReportOptions,
): Promise<Inspection> {
  const now = new Date();
  const located = await locatePipeline(deployedPartsOf(props), options);
  return {
    ...located,
    now,
    range: range ?? { from: addHours(hourOf(now), -DEFAULT_HOURS), to: hourOf(now) },
  };
}

const subjectOf = ({ parts, account, bucket }: Inspection): string =>
  `pipeline ${parts.name} in ${parts.region}, account ${account ?? "unknown"}, bucket ${bucket ?? "unknown"}`;

/** Inspects the configuration of a deployed pipeline. */
export async function doctorReport(props: RegionalProps, options: AwsReportOptions): Promise<Report> {
  const inspection = await inspectionOf(props, options);
  const facts = await checkFacts(inspection);
  inspection.inspector.close();
  const { account, bucket, landing, parts } = inspection;
  const wantedPolicy =
    account === undefined || landing === undefined ? undefined : ownersPolicyOf(props, landing, account);
  const { queues, functions, workgroups, tables } = facts;
  const checked = queues.length + functions.length + workgroups.length + tables.length;
  return {
    subject: subjectOf(inspection),
    at: inspection.now,
    tables: [],
    values: {
      name: parts.name,
      region: parts.region,
      account: account ?? null,
      bucket: bucket ?? null,
      inaccessible: facts.inaccessible,
    },
    findings: judgeChecks(facts, wantedPolicy),
    allIsWell: `${checked} parts and their connections are configured correctly`,
  };
}
