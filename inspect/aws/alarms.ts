import { DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import { foundValue } from "../../operations/inspector";
import type { Inspection } from "./inspection";

/** An alarm that is on. */
export interface AlarmFacts {
  readonly name: string;
  readonly description: string;
  readonly reason: string;
  readonly since?: Date;
}

/** The alarms of the pipeline that are on: all of their names begin with its own. */
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
