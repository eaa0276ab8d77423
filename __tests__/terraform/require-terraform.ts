import { spawnSync } from "node:child_process";

/** @throws Error if Terraform is not installed */
export default function requireTerraform(): void {
  if (spawnSync("terraform", ["version"]).status !== 0) {
    throw new Error("these tests run Terraform, which is not on the PATH: install it, then try again");
  }
}
