import type { Arguments } from "./limits";

/** Resources by type and id, as in Terraform JSON. */
export type Resources = Readonly<Record<string, Readonly<Record<string, Arguments>>>>;

const REFERENCE = /\$\{(data\.)?(\w+)\.([\w-]+)\.(\w+)\}/g;
const HASH = /\$\{sha256\([^{}]*\)\}/g;
const SHA256_DIGITS = 64;

/** The longest possible values of attributes that are known only after the apply. */
const LONGEST: Readonly<Record<string, string>> = {
  account_id: "123456789012",
  partition: "aws-us-gov",
  region: "ap-southeast-1",
};
/** Suffix that the provider adds to a bucket's prefix. */
const UNIQUE_SUFFIX = "x".repeat(26);

/**
 * Replaces references by values of the maximum length. Unknown references, e.g. a variable, stay unchanged.
 */
export const atItsLongest = (text: string, resources: Resources): string =>
  text
    .replaceAll(HASH, "x".repeat(SHA256_DIGITS))
    .replaceAll(
      REFERENCE,
      (reference, isData: string | undefined, type: string, id: string, attribute: string) => {
        if (isData) return LONGEST[attribute] ?? reference;
        const body = resources[type]?.[id];
        return (body && longestAttribute(type, body, attribute, resources)) ?? reference;
      },
    );

function longestAttribute(
  type: string,
  body: Arguments,
  attribute: string,
  resources: Resources,
): string | undefined {
  if (type === "aws_s3_bucket" && ["arn", "bucket", "id"].includes(attribute)) {
    const name = String(body.bucket ?? `${body.bucket_prefix}${UNIQUE_SUFFIX}`);
    return attribute === "arn" ? `arn:${LONGEST.partition}:s3:::${name}` : name;
  }
  const own = body[attribute];
  if (typeof own === "string") return atItsLongest(own, resources);
  const name = body.name ?? body.function_name;
  if (typeof name !== "string") return undefined;
  if (attribute === "id") return atItsLongest(name, resources);
  const service = type.split("_")[1] ?? "";
  const { partition, region, account_id: account } = LONGEST;
  const arn = `arn:${partition}:${service}:${region}:${account}:resource/${name}`;
  return attribute === "arn" ? atItsLongest(arn, resources) : undefined;
}
