import { LocalBackend, S3Backend, type TerraformStack } from "cdktf";
import type { BackendSettings } from "../settings";

/** Relative, so that the output holds no path of the machine that made it. */
const STATE_FILE = "terraform.tfstate";

/** Gives a stack its one backend. */
export function addBackend(stack: TerraformStack, settings: BackendSettings): void {
  switch (settings.type) {
    case "local":
      new LocalBackend(stack, { path: settings.path ?? STATE_FILE });
      return;
    case "s3": {
      const { bucket, key, region, use_lockfile = true } = settings;
      new S3Backend(stack, { bucket, key, region, encrypt: true });
      // This version of CDKTF does not know the option.
      stack.addOverride("terraform.backend.s3.use_lockfile", use_lockfile);
      return;
    }
    case "partial":
      stack.addOverride("terraform.backend", { local: undefined, [settings.of]: {} });
      return;
    default:
      settings satisfies never;
  }
}
