import { DEFAULT_HOURS, type LookOptions, lastHours, rangeOf } from "../../cli/deployment-options";
import { awsClients } from "../../operations/clients";
import { partsOf } from "../../pipeline/deployed-parts";
import { ownersPolicyOf } from "../../settings/deployment";
import { loadSettings } from "../../settings/load";
import { progressLine } from "../../terminal/progress-line";
import type { Report } from "../report";
import { checkFacts } from "./checks";
import { deploymentFacts } from "./facts";
import { judgeChecks } from "./judge-checks";
import { judgeDeployment } from "./judge-deployment";
import { type Look, openLook } from "./look";
import { deploymentTables, deploymentValues, deploymentWell } from "./print-deployment";
import { Sight } from "./sight";

/** How a deployed pipeline does. */
export async function statusReport(options: LookOptions): Promise<Report> {
  const look = await lookAt(options);
  const facts = await deploymentFacts(look);
  look.sight.close();
  return {
    subject: subjectOf(look),
    at: look.now,
    tables: deploymentTables(facts),
    values: deploymentValues(facts),
    findings: judgeDeployment(facts),
    allIsWell: deploymentWell(facts),
  };
}

/** The settings say where everything is; AWS says the rest. */
export function lookAt(options: Omit<LookOptions, "lake" | "json">): Promise<Look> {
  const parts = partsOf(loadSettings(options.settings));
  const now = new Date();
  const range = rangeOf(options, now) ?? lastHours(now, DEFAULT_HOURS);
  const sight = new Sight(progressLine(process.stderr));
  return openLook({ clients: awsClients(parts.region), parts, now, range, options, sight });
}

const subjectOf = ({ parts, account, bucket }: Look): string =>
  `pipeline ${parts.name} in ${parts.region}, account ${account ?? "unknown"}, bucket ${bucket ?? "unknown"}`;

/** Whether a deployed pipeline is set up as it must be. */
export async function doctorReport(options: LookOptions): Promise<Report> {
  const settings = loadSettings(options.settings);
  const look = await lookAt(options);
  const facts = await checkFacts(look);
  look.sight.close();
  const { account, bucket, landing, parts } = look;
  const wantedPolicy =
    account === undefined || landing === undefined ? undefined : ownersPolicyOf(settings, landing, account);
  const { queues, functions, workgroups, tables } = facts;
  const checked = queues.length + functions.length + workgroups.length + tables.length;
  return {
    subject: subjectOf(look),
    at: look.now,
    tables: [],
    values: {
      name: parts.name,
      region: parts.region,
      account: account ?? null,
      bucket: bucket ?? null,
      unseen: facts.unseen,
    },
    findings: judgeChecks(facts, wantedPolicy),
    allIsWell: `${checked} parts and what lies between them are set up as they must be`,
  };
}
