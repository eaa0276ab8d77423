import { GetFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { GetScheduleCommand } from "@aws-sdk/client-scheduler";
import type { Answer } from "../../operations/inspector";
import { type DeployedFunction, functionsOf } from "../../pipeline/deployed-parts";
import type { Inspection } from "./inspection";

export interface FunctionFacts {
  readonly name: string;
  readonly answer: Answer<FunctionState>;
  /** Empty for a function without a schedule. */
  readonly schedules: readonly ScheduleFacts[];
}

export interface FunctionState {
  readonly arn: string;
  /** `Active`, or the reason why it cannot run. */
  readonly state: string;
  readonly memoryMiB: number;
  readonly environment: Readonly<Record<string, string>>;
}

export interface ScheduleFacts {
  readonly name: string;
  readonly answer: Answer<ScheduleState>;
}

export interface ScheduleState {
  readonly isEnabled: boolean;
  /** ARN of the invoked function. */
  readonly target: string;
}

export const awsFunctions = (inspection: Inspection): Promise<FunctionFacts[]> =>
  Promise.all(functionsOf(inspection.parts).map((part) => functionFacts(inspection, part)));

async function functionFacts(
  inspection: Inspection,
  { name, schedules }: DeployedFunction,
): Promise<FunctionFacts> {
  const { group = "", names = [] } = schedules ?? {};
  return {
    name,
    answer: await functionState(inspection, name),
    schedules: await Promise.all(
      names.map(async (schedule) => ({
        name: schedule,
        answer: await scheduleState(inspection, group, schedule),
      })),
    ),
  };
}

const functionState = ({ clients, inspector }: Inspection, name: string): Promise<Answer<FunctionState>> =>
  inspector.ask("lambda:GetFunctionConfiguration", name, async () => {
    const found = await clients.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: name }));
    return {
      arn: found.FunctionArn ?? "",
      state: [found.State ?? "Active", ...(found.StateReason ? [found.StateReason] : [])].join(": "),
      memoryMiB: found.MemorySize ?? 0,
      environment: found.Environment?.Variables ?? {},
    };
  });

const scheduleState = (
  { clients, inspector }: Inspection,
  group: string,
  name: string,
): Promise<Answer<ScheduleState>> =>
  inspector.ask("scheduler:GetSchedule", name, async () => {
    const { State, Target } = await clients.scheduler.send(
      new GetScheduleCommand({ Name: name, GroupName: group }),
    );
    return { isEnabled: State === "ENABLED", target: Target?.Arn ?? "" };
  });
