import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformStack, Testing } from "cdktf";
import type { Construct } from "constructs";
import type { ConfiguredSource } from "../../formats/configured-source";
import { parseSettings } from "../../settings/load";
import { AccessLogsStack } from "../../stacks/access-logs-stack";
import { makeTokensFaster } from "../../stacks/faster-tokens";

makeTokensFaster();

/** Terraform JSON as the tests read it. */
export interface TerraformJson {
  readonly resource: Readonly<Record<string, Readonly<Record<string, Record<string, unknown>>>>>;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly output?: Readonly<Record<string, unknown>>;
  readonly terraform: { readonly backend: unknown; readonly required_providers: unknown };
  readonly provider: unknown;
}

/** The synthesized output of a construct in a separate stack. */
export function synthConstruct(build: (scope: Construct) => void): TerraformJson {
  const stack = new TerraformStack(Testing.app(), "test");
  new AwsProvider(stack, "aws", { region: "eu-central-1" });
  build(stack);
  return parse(Testing.synth(stack, true));
}

/** Outputs of settings: several tests look at one stack. */
const synthesized = new Map<string, string>();

/** The synthesized output of settings. */
export function synthSettings(settings: object): TerraformJson {
  const key = JSON.stringify(settings);
  const json =
    synthesized.get(key) ??
    Testing.synth(new AccessLogsStack(Testing.app(), parseSettings("test.json", settings)), true);
  synthesized.set(key, json);
  return parse(json);
}

/** Policies and patterns are JSON inside JSON: as objects, tests can compare them, and differences are shown line by line. */
const parse = (json: string): TerraformJson =>
  JSON.parse(json, (_, value) =>
    typeof value === "string" && /^(?:\[[{"]|\{")/.test(value) ? JSON.parse(value) : value,
  );

/** Every resource of a type, by logical id. */
export const resourcesOf = (json: TerraformJson, type: string): Record<string, Record<string, unknown>> =>
  json.resource[type] ?? {};

/** The only resource of a type. */
export function onlyResource(json: TerraformJson, type: string): Record<string, unknown> {
  const [resource, ...others] = Object.values(resourcesOf(json, type));
  if (!resource || others.length > 0) throw new Error(`expected one ${type}`);
  return resource;
}

/** The sources that a stack gives to its functions. */
export function configuredSourcesIn(json: TerraformJson): readonly ConfiguredSource[] {
  const { content } = onlyResource(json, "aws_s3_object");
  return (content as { readonly sources: readonly ConfiguredSource[] }).sources;
}

/** A value of the stack, with references replaced by the values that they refer to. */
export const resolved = <Value>(json: TerraformJson, value: Value): Value =>
  JSON.parse(
    JSON.stringify(value).replaceAll(
      /\$\{(\w+)\.([\w-]+)\.(\w+)\}/g,
      (reference, type: string, id: string, attribute: string) => {
        const configured = resourcesOf(json, type)[id]?.[attribute];
        return typeof configured === "string" ? configured : reference;
      },
    ),
  );

/** Without the parts that change with only the code or the provider's version. */
export const snapshotOf = (json: TerraformJson): unknown =>
  JSON.parse(JSON.stringify(json), (key, value) => {
    if (key === "required_providers") return Object.keys(value);
    if (key === "source_code_hash") return "<sha256>";
    return typeof value === "string" ? value.replaceAll(/\b[0-9a-f]{64}\b/g, "<sha256>") : value;
  });
