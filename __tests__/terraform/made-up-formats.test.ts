// First of all: it registers the formats.
import "../helpers/made-up-formats";

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { variables } from "../../terraform-module/variables";
import { runTerraform } from "../helpers/terraform";

describe("the variables of a Terraform module with a made-up format", () => {
  const folder = mkdtempSync(join(tmpdir(), "variables-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function plan(sources: readonly object[]): Promise<string> {
    mkdirSync(join(folder, "variables"), { recursive: true });
    writeFileSync(join(folder, "variables/main.tf.json"), JSON.stringify({ variable: variables() }));
    const module = { logs: { source: "./variables", name: "logs", sources } };
    writeFileSync(join(folder, "main.tf.json"), JSON.stringify({ module }));
    await runTerraform(folder, ["init"]);
    const { stderr } = await runTerraform(folder, ["plan"]).catch((error: { stderr: string }) => error);
    return stderr.replaceAll(/\s*\n[│\s]*/g, " ");
  }
  const accounts = ["111122223333"];

  it("accept its sources, with accounts if the bucket policy names accounts", async () => {
    const sources = [
      { name: "t", format: "tunnel", prefix: "t/", accounts },
      { name: "r", format: "relay", prefix: "r/" },
    ];
    expect(await plan(sources)).toBe("");
  });

  it("refuse accounts for a format that is delivered by access control list", async () => {
    expect(await plan([{ name: "r", format: "relay", prefix: "r/", accounts }])).toContain(
      'accounts must not be set for sources of Relay, got them for "r"',
    );
  });
});
