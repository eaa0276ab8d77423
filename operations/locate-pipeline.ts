import { readFileSync } from "node:fs";
import { GetFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { ListBucketsCommand } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import * as z from "zod";
import { messageOf } from "../handlers/core/errors";
import type { LakeEnvironment, MoveEnvironment, PartitionEnvironment } from "../handlers/environment";
import { type DeployedParts, functionsOf, withLanding } from "../pipeline/deployed-parts";
import { progressLine } from "../terminal/progress-line";
import { UserError } from "../terminal/user-error";
import { awsClients, type Clients } from "./clients";
import { foundValue, Inspector } from "./inspector";

/** Values of a deployed pipeline that are not in the settings. */
export interface LocateOptions {
  /**
   * Bucket of the moved files.
   *
   * @default - the one in the environment of a function
   */
  readonly bucket?: string;
  /** File with the output of `terraform output -json`. */
  readonly outputs?: string;
}

/** A deployed pipeline, and what is needed to inspect it. */
export interface LocatedPipeline {
  readonly parts: DeployedParts;
  readonly clients: Clients;
  readonly inspector: Inspector;
  /** Account of the credentials. */
  readonly account: string | undefined;
  /** Bucket of the moved files; `undefined` if it could not be found. */
  readonly bucket: string | undefined;
  /** Bucket that logs are delivered to; often the same. */
  readonly landing: string | undefined;
}

type Place = Pick<LocatedPipeline, "parts" | "clients" | "inspector">;

/**
 * Finds the account and the buckets, whose names were completed when they were created.
 *
 * @throws UserError if the file of outputs cannot be used; error of the SDK without credentials
 */
export async function locatePipeline(parts: DeployedParts, options: LocateOptions): Promise<LocatedPipeline> {
  const outputs = options.outputs === undefined ? undefined : outputsOf(options.outputs);
  const clients = awsClients(parts.region);
  const inspector = new Inspector(progressLine(process.stderr));
  const place: Place = { parts, clients, inspector };
  const identity = await inspector.ask("sts:GetCallerIdentity", "the account", () =>
    clients.sts.send(new GetCallerIdentityCommand()),
  );
  const bucket = options.bucket ?? outputs?.bucket ?? (await targetOf(place));
  const { logBucket, landingPrefix } = parts;
  const landing =
    logBucket ??
    outputs?.landing ??
    (landingPrefix === undefined ? bucket : await landingOf(place, landingPrefix));
  return {
    ...place,
    parts: landing === undefined ? parts : withLanding(parts, landing),
    account: foundValue(identity)?.Account,
    bucket,
    landing,
  };
}

/** The pipeline's bucket, from the environment of the function that moves files, or of another one. */
async function targetOf({ clients, parts, inspector }: Place): Promise<string | undefined> {
  const [{ name } = { name: "" }] = functionsOf(parts);
  const found = await inspector.ask("lambda:GetFunctionConfiguration", name, () =>
    clients.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: name })),
  );
  return foundValue(found)?.Environment?.Variables?.[parts.move ? TARGET_BUCKET : BUCKET];
}

const TARGET_BUCKET = "TARGET_BUCKET" satisfies keyof MoveEnvironment;
const BUCKET = "BUCKET" satisfies keyof PartitionEnvironment & keyof LakeEnvironment;

/**
 * The bucket with this name prefix; not the bucket of a pipeline whose name starts with this pipeline's name.
 */
async function landingOf({ clients, inspector }: Place, prefix: string): Promise<string | undefined> {
  const found = await inspector.ask("s3:ListAllMyBuckets", prefix, () =>
    clients.s3.send(new ListBucketsCommand({ Prefix: prefix })),
  );
  const names = foundValue(found)?.Buckets?.flatMap(({ Name }) => Name ?? []) ?? [];
  return names.find((name) => GENERATED.test(name.slice(prefix.length)));
}

/** Suffix that Terraform adds to a name prefix. */
const GENERATED = /^\d+$/;

/** The buckets among a stack's outputs, as `terraform output -json` prints them. */
function outputsOf(file: string): { readonly bucket: string; readonly landing: string } {
  const how = `create it with "terraform output -json > ${file}"`;
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UserError(`${file}: ${messageOf(error)}; ${how}`);
  }
  const outputs = OUTPUTS.safeParse(parsed);
  if (!outputs.success) {
    throw new UserError(
      `${file}: the outputs log_bucket and landing_bucket are missing; check that the file is from this stack, and ${how}`,
    );
  }
  const { log_bucket: bucket, landing_bucket: landing } = outputs.data;
  return { bucket: bucket.value, landing: landing.value };
}

const output = z.object({ value: z.string() });
const OUTPUTS = z.object({ log_bucket: output, landing_bucket: output });
