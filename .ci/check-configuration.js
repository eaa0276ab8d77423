// Checks a configuration with real Terraform and without an AWS account:
//   node .ci/check-configuration.js FOLDER [PATH]
// PATH is the configuration's path in FOLDER, if it refers to other files there. The provider and its schema are real, but
// `terraform test` invents the answers of AWS: init, validate, then a plan and an apply with mocks.
// Environment: the variables for Terraform to find the provider offline; TERRAFORM names another program, e.g. tofu.
const { cpSync, mkdtempSync, rmSync, writeFileSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join } = require("node:path");
const { terraform } = require("./terraform");

const [source, path = "."] = process.argv.slice(2);
if (source === undefined) {
  console.error("usage: node .ci/check-configuration.js FOLDER [PATH]");
  process.exit(2);
}

const ACCOUNT = "123456789012";
const REGION = "eu-central-1";

/** Values of data sources that determine which resources exist. */
const DATA = {
  aws_caller_identity: { account_id: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:user/ci`, user_id: "ci" },
  aws_partition: { partition: "aws", dns_suffix: "amazonaws.com" },
  aws_region: { region: REGION, name: REGION },
  aws_canonical_user_id: { id: "0".repeat(64) },
  aws_cloudfront_log_delivery_canonical_user_id: { id: "1".repeat(64) },
  aws_s3_bucket: {
    arn: "arn:aws:s3:::company-logs",
    bucket_domain_name: "company-logs.s3.amazonaws.com",
    bucket_region: REGION,
  },
};

/** Values that AWS computes, and whose form the provider or the module checks. */
const COMPUTED = {
  aws_s3_bucket: { bucket: "company-logs", id: "company-logs" },
  aws_kms_key: { arn: `arn:aws:kms:${REGION}:${ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab` },
  aws_sqs_queue: { url: `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/queue` },
};

/** Mocks invent eight letters for values that AWS computes; the provider does not accept them as an ARN or JSON. */
function mocks(schema) {
  const { resource_schemas: resources } = schema.provider_schemas["registry.terraform.io/hashicorp/aws"];
  const defaultsOf = ([type, { block }]) => ({
    ...(block.attributes?.arn?.computed ? { arn: arnOf(type) } : {}),
    ...COMPUTED[type],
  });
  const mocked = Object.entries(resources)
    .map((resource) => [resource[0], { defaults: defaultsOf(resource) }])
    .filter(([, { defaults }]) => Object.keys(defaults).length > 0);
  return {
    mock_resource: Object.fromEntries(mocked),
    mock_data: Object.fromEntries(Object.entries(DATA).map(([type, defaults]) => [type, { defaults }])),
  };
}

/** An ARN in the form that the provider requires for services that it knows. */
function arnOf(type) {
  if (type.startsWith("aws_s3")) return "arn:aws:s3:::company-logs";
  if (type.startsWith("aws_iam")) return `arn:aws:iam::${ACCOUNT}:role/${type}`;
  const [, service] = type.split("_");
  return `arn:aws:${service}:${REGION}:${ACCOUNT}:${type}`;
}

const copy = mkdtempSync(join(tmpdir(), "configuration-"));
const folder = join(copy, path);
try {
  cpSync(source, copy, { recursive: true });
  // The state stays in this folder, with any configured backend.
  writeFileSync(
    join(folder, "ci_override.tf.json"),
    JSON.stringify({ terraform: { backend: { local: {} } } }),
  );
  terraform(folder, "init", "-no-color", "-input=false");
  terraform(folder, "validate", "-no-color");
  const schema = JSON.parse(terraform(folder, "providers", "schema", "-json"));
  writeFileSync(
    join(folder, "mocks.tftest.json"),
    JSON.stringify({ mock_provider: { aws: mocks(schema) }, run: { apply: { command: "apply" } } }),
  );
  terraform(folder, "test", "-no-color");
  console.log(`${join(source, path)}: valid; planned and applied with mocks`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(copy, { recursive: true, force: true });
}
