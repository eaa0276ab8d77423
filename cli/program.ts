import { Command, type OutputConfiguration } from "commander";
import { version } from "../package.json";
import { addAskCommand } from "./commands/ask";
import { addBackfillCommand } from "./commands/backfill";
import { addBucketPolicyCommand } from "./commands/bucket-policy";
import { addCompletionCommand } from "./commands/completion";
import { addConnectBucketCommand } from "./commands/connect-bucket";
import { addCostCommand } from "./commands/cost";
import { addDdlCommand } from "./commands/ddl";
import { addDeployerPolicyCommand } from "./commands/deployer-policy";
import { addDoctorCommand } from "./commands/doctor";
import { addIngestCommand } from "./commands/ingest";
import { addQueryCommand } from "./commands/query";
import { addRedriveCommand } from "./commands/redrive";
import { addReportCommand } from "./commands/report";
import { addSampleCommand } from "./commands/sample";
import { addShellCommand } from "./commands/shell";
import { addStatusCommand } from "./commands/status";

/** The program with all of its commands. A wrong command line is written to `output`, and thrown. */
export function accessLogs(output: OutputConfiguration = {}): Command {
  const program = new Command("access-logs")
    .description(
      "Ingest and query ALB and CloudFront access logs in a lake, and operate and query the pipeline on AWS",
    )
    .version(version)
    .configureOutput(output)
    .helpCommand("help [command]", "show the help of a command")
    .exitOverride();

  addSampleCommand(program);
  addIngestCommand(program);
  addQueryCommand(program);
  addAskCommand(program);
  addShellCommand(program);
  addReportCommand(program);
  addBackfillCommand(program);
  addConnectBucketCommand(program);
  addBucketPolicyCommand(program);
  addDeployerPolicyCommand(program);
  addCostCommand(program);
  addStatusCommand(program);
  addDoctorCommand(program);
  addRedriveCommand(program);
  addDdlCommand(program);
  addCompletionCommand(program);

  for (const command of program.commands) command.exitOverride();
  return program;
}
