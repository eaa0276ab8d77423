import type { TerraformStack } from "cdktf";
import type { BackendSettings } from "../settings/backend";

/** Relative, so that the output holds no path of the machine that made it. */
const STATE_FILE = "terraform.tfstate";

/**
 * Gives a stack its one place for state. CDKTF has no class for some backends and lacks options of others, so the block is
 * written as Terraform reads it.
 */
export function addBackend(stack: TerraformStack, settings: BackendSettings): void {
  if (settings.type === "cloud") {
    const { type: _, ...cloud } = settings;
    stack.addOverride("terraform.backend", undefined);
    stack.addOverride("terraform.cloud", cloud);
    return;
  }
  const [type, options] = blockOf(settings);
  // CDKTF itself would add a local backend.
  stack.addOverride("terraform.backend", { local: undefined, [type]: options });
}

function blockOf(settings: Exclude<BackendSettings, { type: "cloud" }>): [type: string, options: object] {
  switch (settings.type) {
    case "partial":
      return [settings.of, {}];
    case "local": {
      const { type, ...options } = settings;
      return [type, { path: STATE_FILE, ...options }];
    }
    case "s3": {
      const { type, ...options } = settings;
      return [type, { encrypt: true, use_lockfile: options.dynamodb_table === undefined, ...options }];
    }
    default: {
      const { type, ...options } = settings;
      return [type, options];
    }
  }
}
