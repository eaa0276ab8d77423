import type { TerraformStack } from "cdktf";
import type { BackendSettings } from "../settings/backend";

/** Relative, so that the output does not contain a local path. */
const STATE_FILE = "terraform.tfstate";

/**
 * Sets the backend of a stack. CDKTF has no class for some backends and lacks options of others, so the block
 * is written in Terraform's form.
 */
export function addBackend(stack: TerraformStack, settings: BackendSettings): void {
  if (settings.type === "cloud") {
    const { type: _, ...cloud } = settings;
    stack.addOverride("terraform.backend", undefined);
    stack.addOverride("terraform.cloud", cloud);
    return;
  }
  const [type, options] = blockOf(settings);
  // Otherwise CDKTF would add a local backend.
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
