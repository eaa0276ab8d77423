import { DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import { foundValue } from "../../operations/inspector";
import type { Inspection } from "./inspection";

/** An alarm in the state `ALARM`. */
export interface AlarmFacts {
  readonly name: string;
  readonly description: string;
  readonly reason: string;
  readonly since?: Date;
}

/** The pipeline's alarms in the state `ALARM`: their names start with the pipeline's name. */
export async function awsAlarms({ clients, parts, inspector }: Inspection): Promise<readonly AlarmFacts[]> {
  const found = await inspector.ask("cloudwatch:DescribeAlarms", `alarms of ${parts.name}`, () =>
    clients.cloudwatch.send(
      new DescribeAlarmsCommand({ AlarmNamePrefix: `${parts.name}-`, StateValue: "ALARM", MaxRecords: 100 }),
    ),
  );
  return (foundValue(found)?.MetricAlarms ?? []).map((alarm) => ({
    name: alarm.AlarmName ?? "",
    description: alarm.AlarmDescription ?? "",
    reason: alarm.StateReason ?? "",
    ...(alarm.StateUpdatedTimestamp ? { since: alarm.StateUpdatedTimestamp } : {}),
  }));
}
