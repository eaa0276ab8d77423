// Uses the built Terraform module with real Terraform: its examples, and as a replacement of the app.
// Environment: the variables for Terraform to find the provider offline; TERRAFORM names another program, e.g. tofu.
const { spawnSync } = require("node:child_process");
const { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join } = require("node:path");
const { terraform } = require("./terraform");

const root = join(__dirname, "..");
const built = join(root, "dist", "terraform-module");
const read = (...path) => readFileSync(join(built, ...path), "utf8");

function inFolder(name, use) {
  const folder = mkdtempSync(join(tmpdir(), "module-"));
  try {
    cpSync(built, join(folder, "terraform-module"), { recursive: true });
    use(folder);
    console.log(`${name}: done`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// An apply validates, too.
function applyTwice(folder) {
  terraform(folder, "init", "-no-color");
  terraform(folder, "apply", "-auto-approve", "-no-color");
  terraform(folder, "plan", "-detailed-exitcode", "-no-color");
}

for (const example of ["minimal", "for-each", "existing-bucket", "cloudfront-json", "from-the-app"]) {
  inFolder(`Example ${example}`, (folder) =>
    applyTwice(join(folder, "terraform-module", "examples", example)),
  );
}

// The app's settings, and the same settings as variables.
const SOURCES = JSON.parse(readFileSync(join(root, "access-logs.json"), "utf8")).sources;
const KEY = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const BOUNDARY = "arn:aws:iam::123456789012:policy/boundary";
const DEPLOYED = [
  [{}, {}],
  [
    {
      kmsKey: KEY,
      lakeFormation: true,
      permissionsBoundary: BOUNDARY,
      rawRetentionDays: 400,
      keepOriginals: true,
    },
    {
      kms_key: { arn: KEY },
      lake_formation: true,
      permissions_boundary: BOUNDARY,
      raw_retention_days: 400,
      keep_originals: true,
    },
  ],
  [
    {
      existingLogBucket: "company-logs",
      partitions: "projection",
      projectionFrom: "2024-01-01",
      scanLimitGiB: 0.5,
    },
    {
      existing_log_bucket: { name: "company-logs" },
      partitions: "projection",
      projection_from: "2024-01-01",
      scan_limit_gib: 0.5,
    },
  ],
  [
    {
      sources: SOURCES.map((source) => ({ ...source, partition: true })),
      columnar: false,
      logRetentionDays: 90,
    },
    {
      sources: SOURCES.map((source) => ({ ...source, partition: true })),
      columnar: false,
      log_retention_days: 90,
    },
  ],
];

/** A value as text; the order of keys in its JSON does not matter. */
const text = (value) => JSON.stringify(ordered(value));
function ordered(value) {
  if (typeof value === "string" && /^[[{]/.test(value)) {
    try {
      return ordered(JSON.parse(value));
    } catch {
      return value;
    }
  }
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, item]) => [key, ordered(item)]),
  );
}

/** Plans, and expects that every resource moves and nothing else changes. */
function expectMoved(stack) {
  terraform(stack, "init", "-no-color");
  terraform(stack, "plan", "-out=plan", "-no-color");
  const plan = JSON.parse(terraform(stack, "show", "-json", "plan"));
  const changes = plan.resource_changes.filter(({ mode }) => mode === "managed");
  for (const { address, previous_address, change } of changes) {
    const changed = Object.keys(change.after ?? {}).filter(
      (key) => key !== "filename" && text(change.before?.[key]) !== text(change.after[key]),
    );
    if (
      previous_address === undefined ||
      changed.length > 0 ||
      !["no-op", "update"].includes(change.actions.join())
    )
      throw new Error(
        `${address}: ${change.actions}: ${changed.map((key) => `${key}: ${text(change.before?.[key])} -> ${text(change.after[key])}`)}`,
      );
  }
  if (changes.length < 30) throw new Error(`expected all resources to be moved, got ${changes.length}`);
}

for (const [settings, variables] of DEPLOYED) {
  inFolder(`The module in the place of the app with ${JSON.stringify(settings)}`, (folder) => {
    const base = { name: "access-logs", region: "eu-central-1", sources: SOURCES };
    const file = join(folder, "access-logs.json");
    writeFileSync(file, JSON.stringify({ ...base, ...settings }));
    const env = { ...process.env, CDKTF_OUTDIR: join(folder, "out"), ACCESS_LOGS_SETTINGS: file };
    spawnSync(process.execPath, [join(root, "dist", "main.js")], { cwd: folder, env, stdio: "inherit" });
    const stack = join(folder, "out", "stacks", "access-logs");
    terraform(stack, "init", "-no-color");
    terraform(stack, "apply", "-auto-approve", "-no-color");
    const app = readFileSync(join(stack, "cdk.tf.json"));
    rmSync(join(stack, "cdk.tf.json"));
    cpSync(built, join(stack, "terraform-module"), { recursive: true });
    writeFileSync(join(stack, "moved.tf"), read("examples", "from-the-app", "moved.tf"));
    const { name, sources } = base;
    const configuration = {
      terraform: { backend: { local: { path: "terraform.tfstate" } } },
      provider: { aws: { region: base.region } },
      module: { access_logs: { source: "./terraform-module", name, sources, ...variables } },
    };
    writeFileSync(join(stack, "main.tf.json"), JSON.stringify(configuration));
    expectMoved(stack);
    if (Object.keys(settings).length > 0) return;
    terraform(stack, "apply", "-no-color", "plan");
    rmSync(join(stack, "main.tf.json"));
    writeFileSync(join(stack, "cdk.tf.json"), app);
    writeFileSync(join(stack, "moved.tf"), read("examples", "from-the-app", "back", "moved.tf"));
    expectMoved(stack);
  });
}
