// Runs Terraform, or the program that TERRAFORM names, e.g. tofu. Throws with the end of its output if it fails.
const { spawnSync } = require("node:child_process");

const program = process.env.TERRAFORM ?? "terraform";

module.exports.terraform = (cwd, ...args) => {
  // The schema of the provider is long.
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: "utf8", maxBuffer: 2 ** 30 });
  if (status !== 0)
    throw new Error(
      `${program} ${args.join(" ")}: exit code ${status}\n${stdout.slice(-4000)}${stderr.slice(-6000)}`,
    );
  return stdout;
};
