import { GetFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { GetScheduleCommand } from "@aws-sdk/client-scheduler";
import type { DeployedFunction } from "../../../deployed-parts";
import type { Look } from "./look";
import type { Answer } from "./sight";

export interface FunctionFacts {
  readonly name: string;
  readonly answer: Answer<FunctionState>;
  /** Only of a function that runs by schedule. */
  readonly schedule?: Answer<ScheduleState>;
}

export interface FunctionState {
  readonly arn: string;
  /** `Active`, or why it cannot run. */
  readonly state: string;
  readonly memoryMiB: number;
  readonly environment: Readonly<Record<string, string>>;
}

export interface ScheduleState {
  readonly isEnabled: boolean;
  /** ARN of what it invokes. */
  readonly target: string;
}

export const awsFunctions = (look: Look): Promise<FunctionFacts[]> =>
  Promise.all([look.parts.move, ...look.parts.scheduled].map((part) => functionFacts(look, part)));

async function functionFacts(look: Look, { name, schedule }: DeployedFunction): Promise<FunctionFacts> {
  return {
    name,
    answer: await functionState(look, name),
    ...(schedule === undefined ? {} : { schedule: await scheduleState(look, schedule) }),
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

const scheduleState = ({ clients, sight }: Look, name: string): Promise<Answer<ScheduleState>> =>
  sight.ask("scheduler:GetSchedule", name, async () => {
    const { State, Target } = await clients.scheduler.send(
      new GetScheduleCommand({ Name: name, GroupName: name }),
    );
    return { isEnabled: State === "ENABLED", target: Target?.Arn ?? "" };
  });
