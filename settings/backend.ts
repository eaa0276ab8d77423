import * as z from "zod";

// The location of Terraform's state, with the names of https://developer.hashicorp.com/terraform/language/backend.
// A settings file must not contain secrets: each backend reads them from the environment or from
// `terraform init -backend-config`.

const text = z.string().min(1);
const flag = z.boolean();

const assumeRole = z.strictObject({
  role_arn: z.string().regex(/^arn:[a-z-]+:iam::\d{12}:role\/.+$/, "must be the ARN of an IAM role"),
  duration: text.optional(),
  external_id: text.optional(),
  session_name: text.optional(),
});

const endpoints = z.strictObject({
  s3: z.url().optional(),
  dynamodb: z.url().optional(),
  iam: z.url().optional(),
  sso: z.url().optional(),
  sts: z.url().optional(),
});

const remoteWorkspaces = z
  .strictObject({ name: text.optional(), prefix: text.optional() })
  .refine(
    ({ name, prefix }) => (name === undefined) !== (prefix === undefined),
    'must have "name" or "prefix"',
  );

const cloudWorkspaces = z
  .strictObject({ name: text.optional(), tags: z.array(text).min(1).optional(), project: text.optional() })
  .refine(({ name, tags }) => (name === undefined) !== (tags === undefined), 'must have "name" or "tags"');

/** The options of each backend, by its type, with Terraform's names. */
export const backendSettings = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("local"),
    path: text.optional().describe('State file, relative to the stack. Default: "terraform.tfstate"'),
    workspace_dir: text.optional(),
  }),
  z.strictObject({
    type: z.literal("s3"),
    bucket: z.string().min(3),
    key: text,
    region: text,
    use_lockfile: flag
      .optional()
      .describe("Lock with a file next to the state. Default: true, unless dynamodb_table is set"),
    dynamodb_table: text.optional().describe("DynamoDB table for locks, as in older versions of Terraform"),
    encrypt: flag.optional().describe("Default: true"),
    kms_key_id: text.optional(),
    profile: text.optional(),
    workspace_key_prefix: text.optional(),
    assume_role: assumeRole.optional(),
    endpoints: endpoints.optional(),
    use_path_style: flag.optional(),
    use_fips_endpoint: flag.optional(),
    use_dualstack_endpoint: flag.optional(),
    max_retries: z.int().min(0).optional(),
    allowed_account_ids: z
      .array(z.string().regex(/^\d{12}$/))
      .min(1)
      .optional(),
    // For servers with the S3 protocol outside of AWS.
    skip_credentials_validation: flag.optional(),
    skip_metadata_api_check: flag.optional(),
    skip_region_validation: flag.optional(),
    skip_requesting_account_id: flag.optional(),
    skip_s3_checksum: flag.optional(),
  }),
  z.strictObject({
    type: z.literal("gcs"),
    bucket: z.string().min(3),
    prefix: text.optional(),
    impersonate_service_account: text.optional(),
    kms_encryption_key: text.optional(),
  }),
  z.strictObject({
    type: z.literal("azurerm"),
    storage_account_name: text,
    container_name: text,
    key: text,
    resource_group_name: text.optional(),
    subscription_id: text.optional(),
    tenant_id: text.optional(),
    environment: text.optional(),
    use_azuread_auth: flag.optional(),
    use_oidc: flag.optional(),
  }),
  z.strictObject({
    type: z.literal("remote"),
    hostname: text.optional(),
    organization: text,
    workspaces: remoteWorkspaces,
  }),
  z.strictObject({
    type: z.literal("cloud"),
    hostname: text.optional(),
    organization: text,
    workspaces: cloudWorkspaces,
  }),
  z.strictObject({
    type: z.literal("http"),
    address: z.url(),
    update_method: text.optional(),
    lock_address: z.url().optional(),
    lock_method: text.optional(),
    unlock_address: z.url().optional(),
    unlock_method: text.optional(),
    username: text.optional(),
    skip_cert_verification: flag.optional(),
    retry_max: z.int().min(0).optional(),
  }),
  z.strictObject({
    type: z.literal("pg"),
    schema_name: text.optional(),
    skip_schema_creation: flag.optional(),
    skip_table_creation: flag.optional(),
    skip_index_creation: flag.optional(),
  }),
  z.strictObject({
    type: z.literal("consul"),
    path: text,
    address: text.optional(),
    scheme: z.enum(["http", "https"]).optional(),
    datacenter: text.optional(),
    gzip: flag.optional(),
    lock: flag.optional(),
  }),
  z.strictObject({
    type: z.literal("kubernetes"),
    secret_suffix: text,
    namespace: text.optional(),
    labels: z.record(text, z.string()).optional(),
    in_cluster_config: flag.optional(),
    config_path: text.optional(),
    config_context: text.optional(),
  }),
  z.strictObject({
    type: z.literal("partial"),
    of: text.describe("Backend type; its values come from terraform init -backend-config"),
  }),
]);

export type BackendSettings = z.output<typeof backendSettings>;
