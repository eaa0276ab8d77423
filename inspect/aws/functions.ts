import { GetFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { GetScheduleCommand } from "@aws-sdk/client-scheduler";
import type { DeployedFunction } from "../../pipeline/deployed-parts";
import type { Look } from "./look";
import type { Answer } from "./sight";

export interface FunctionFacts {
  readonly name: string;
  readonly answer: Answer<FunctionState>;
  /** None of a function that does not run by schedule. */
  readonly schedules: readonly ScheduleFacts[];
}

export interface FunctionState {
  readonly arn: string;
  /** `Active`, or why it cannot run. */
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
  /** ARN of what it invokes. */
  readonly target: string;
}

export const awsFunctions = (look: Look): Promise<FunctionFacts[]> =>
  Promise.all([look.parts.move, ...look.parts.scheduled].map((part) => functionFacts(look, part)));

async function functionFacts(look: Look, { name, schedules }: DeployedFunction): Promise<FunctionFacts> {
  const { group = "", names = [] } = schedules ?? {};
  return {
    name,
    answer: await functionState(look, name),
    schedules: await Promise.all(
      names.map(async (schedule) => ({ name: schedule, answer: await scheduleState(look, group, schedule) })),
    ),
  };
}

const functionState = ({ clients, sight }: Look, name: string): Promise<Answer<FunctionState>> =>
  sight.ask("lambda:GetFunctionConfiguration", name, async () => {
    const found = await clients.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: name }));
    return {
      arn: found.FunctionArn ?? "",
      state: [found.State ?? "Active", ...(found.StateReason ? [found.StateReason] : [])].join(": "),
      memoryMiB: found.MemorySize ?? 0,
      environment: found.Environment?.Variables ?? {},
    };
  });

const scheduleState = (
  { clients, sight }: Look,
  group: string,
  name: string,
): Promise<Answer<ScheduleState>> =>
  sight.ask("scheduler:GetSchedule", name, async () => {
    const { State, Target } = await clients.scheduler.send(
      new GetScheduleCommand({ Name: name, GroupName: group }),
    );
    return { isEnabled: State === "ENABLED", target: Target?.Arn ?? "" };
  });
