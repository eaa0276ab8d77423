import { synthSettings } from "./synth";

/** A backend in the settings, and its block in the stack. */
export interface BackendCase {
  readonly settings: { readonly type: string } & Readonly<Record<string, unknown>>;
  readonly block: Readonly<Record<string, unknown>>;
}

const same = (type: string, options: Readonly<Record<string, unknown>>): BackendCase => ({
  settings: { type, ...options },
  block: { [type]: options },
});

/** At least one backend of every type, with common options. */
export const BACKENDS: readonly BackendCase[] = [
  { settings: { type: "local" }, block: { local: { path: "terraform.tfstate" } } },
  same("local", { path: "x.tfstate", workspace_dir: "states" }),
  {
    settings: { type: "s3", bucket: "state", key: "k", region: "eu-central-1" },
    block: { s3: { bucket: "state", key: "k", region: "eu-central-1", encrypt: true, use_lockfile: true } },
  },
  {
    settings: {
      type: "s3",
      bucket: "state",
      key: "k",
      region: "eu-central-1",
      dynamodb_table: "locks",
      assume_role: { role_arn: "arn:aws:iam::111122223333:role/state", external_id: "x" },
      endpoints: { s3: "https://s3.example.com" },
    },
    block: {
      s3: {
        bucket: "state",
        key: "k",
        region: "eu-central-1",
        encrypt: true,
        use_lockfile: false,
        dynamodb_table: "locks",
        assume_role: { role_arn: "arn:aws:iam::111122223333:role/state", external_id: "x" },
        endpoints: { s3: "https://s3.example.com" },
      },
    },
  },
  same("gcs", { bucket: "state", prefix: "access-logs" }),
  same("azurerm", { storage_account_name: "state", container_name: "tf", key: "k", use_azuread_auth: true }),
  same("remote", { organization: "acme", workspaces: { name: "access-logs" } }),
  same("remote", { hostname: "tfe.example.com", organization: "acme", workspaces: { prefix: "logs-" } }),
  same("http", { address: "https://state.example.com/x", lock_address: "https://state.example.com/x/lock" }),
  same("pg", { schema_name: "access_logs" }),
  same("consul", { path: "access-logs", address: "consul.example.com", scheme: "https" }),
  same("kubernetes", { secret_suffix: "access-logs", namespace: "terraform", labels: { team: "platform" } }),
  { settings: { type: "partial", of: "gcs" }, block: { gcs: {} } },
];

const SETTINGS = {
  name: "access-logs",
  region: "eu-central-1",
  sources: [{ name: "alb", format: "alb", prefix: "alb/" }],
};

/** The block `terraform` of a stack with this backend. */
export const terraformBlock = (backend: object) => synthSettings({ ...SETTINGS, backend }).terraform;
