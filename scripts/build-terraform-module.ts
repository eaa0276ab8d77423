import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadSettings } from "../settings/load";
import { SETTINGS_FILE } from "../settings/settings-file";
import { makeTokensFaster } from "../stacks/faster-tokens";
import { ownMoves, renderMoved, renderMovedBack } from "../terraform-module/moved";
import { renderReadme } from "../terraform-module/readme";
import { terraformModule } from "../terraform-module/terraform-module";
import { samples } from "../terraform-module/variants";

makeTokensFaster();

/** Writes the complete Terraform module to dist/terraform-module/. */
const root = join(__dirname, "..");
const target = join(__dirname, "terraform-module");
const examples = join(root, "examples", "terraform");

rmSync(target, { recursive: true, force: true });
mkdirSync(target);
cpSync(join(__dirname, "handlers"), join(target, "handlers"), { recursive: true });
cpSync(examples, join(target, "examples"), { recursive: true });
cpSync(join(root, "LICENSE"), join(target, "LICENSE"));

const terraform = terraformModule(samples());
const write = (path: string, text: string) => writeFileSync(join(target, path), text);
write("main.tf.json", `${JSON.stringify(terraform, null, 2)}\n`);
write("moved.tf.json", `${JSON.stringify(ownMoves(terraform), null, 2)}\n`);
const { sources } = loadSettings(join(root, SETTINGS_FILE));
write("examples/from-the-app/moved.tf", renderMoved(terraform, sources));
mkdirSync(join(target, "examples/from-the-app/back"));
write("examples/from-the-app/back/moved.tf", renderMovedBack(terraform, sources));
write(
  "README.md",
  renderReadme(terraform, {
    example: readFileSync(join(examples, "minimal", "main.tf"), "utf8"),
    examples: readdirSync(examples).sort(),
  }),
);
console.log("wrote dist/terraform-module/");
