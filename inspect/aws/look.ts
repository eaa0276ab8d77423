import { readFileSync } from "node:fs";
import { GetFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { ListBucketsCommand } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import * as z from "zod";
import type { LookOptions } from "../../cli/deployment-options";
import type { HourRange } from "../../handlers/core/add-partitions";
import { messageOf } from "../../handlers/core/errors";
import type { MoveEnvironment } from "../../handlers/environment";
import type { Clients } from "../../operations/clients";
import type { DeployedParts } from "../../pipeline/deployed-parts";
import { UserError } from "../../terminal/user-error";
import { type Sight, seen } from "./sight";

/** Where to look for a pipeline, and with whose eyes. */
export interface Look {
  readonly clients: Clients;
  readonly parts: DeployedParts;
  readonly sight: Sight;
  readonly now: Date;
  readonly range: HourRange;
  readonly account: string | undefined;
  /** Bucket of the moved files; `undefined` if nobody could say. */
  readonly bucket: string | undefined;
  /** Bucket that logs are delivered to; often the same. */
  readonly landing: string | undefined;
}

export interface LookPlace extends Pick<Look, "clients" | "parts" | "now" | "range" | "sight"> {
  readonly options: Pick<LookOptions, "bucket" | "outputs">;
}

/** Finds out who looks, and the buckets, whose names AWS completed when they were made. */
export async function openLook({ options, ...place }: LookPlace): Promise<Look> {
  const { clients, parts, sight } = place;
  const outputs = options.outputs === undefined ? undefined : outputsOf(options.outputs);
  const identity = await sight.ask("sts:GetCallerIdentity", "the account", () =>
    clients.sts.send(new GetCallerIdentityCommand()),
  );
  const bucket = options.bucket ?? outputs?.bucket ?? (await targetOf(place));
  const { logBucket, landingPrefix } = parts;
  const landing =
    logBucket ??
    outputs?.landing ??
    (landingPrefix === undefined ? bucket : await landingOf(place, landingPrefix));
  return { ...place, account: seen(identity)?.Account, bucket, landing };
}

/** The function that moves files says where it moves them to. */
async function targetOf({ clients, parts, sight }: Omit<LookPlace, "options">): Promise<string | undefined> {
  const { name } = parts.move;
  const found = await sight.ask("lambda:GetFunctionConfiguration", name, () =>
    clients.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: name })),
  );
  return seen(found)?.Environment?.Variables?.[TARGET_BUCKET];
}

const TARGET_BUCKET = "TARGET_BUCKET" satisfies keyof MoveEnvironment;

/** The bucket whose name begins so; not that of a pipeline whose name begins with this one's. */
async function landingOf(
  { clients, sight }: Omit<LookPlace, "options">,
  prefix: string,
): Promise<string | undefined> {
  const found = await sight.ask("s3:ListAllMyBuckets", prefix, () =>
    clients.s3.send(new ListBucketsCommand({ Prefix: prefix })),
  );
  const names = seen(found)?.Buckets?.flatMap(({ Name }) => Name ?? []) ?? [];
  return names.find((name) => GENERATED.test(name.slice(prefix.length)));
}

/** What Terraform completes a name with. */
const GENERATED = /^\d+$/;

/** The buckets among a stack's outputs, as `terraform output -json` prints them. */
function outputsOf(file: string): { readonly bucket: string; readonly landing: string } {
  const how = `make it with "terraform output -json > ${file}"`;
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UserError(`${file}: ${messageOf(error)}; ${how}`);
  }
  const outputs = OUTPUTS.safeParse(parsed);
  if (!outputs.success) {
    throw new UserError(
      `${file}: it has no outputs log_bucket and landing_bucket; is it of this stack? If so, ${how}`,
    );
  }
  const { log_bucket: bucket, landing_bucket: landing } = outputs.data;
  return { bucket: bucket.value, landing: landing.value };
}

const output = z.object({ value: z.string() });
const OUTPUTS = z.object({ log_bucket: output, landing_bucket: output });
