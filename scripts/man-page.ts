import type { Command, Help, Option } from "commander";
import { accessLogs } from "../cli/program";
import { version } from "../package.json";

/** The manual page of the program, in the macros of man(7), from the texts of `--help`. */
export function renderManPage(program: Command = accessLogs()): string {
  const help = program.createHelp();
  return [
    `.TH ${program.name().toUpperCase()} 1 "" "cdktf-access-logs ${version}" "User Commands"`,
    // Names of options are not divided, and words not spread.
    ".nh",
    ".ad l",
    ".SH NAME",
    `${text(program.name())} \\- ${text(program.description())}`,
    ".SH SYNOPSIS",
    `.B ${text(program.name())}`,
    `.I ${text("command")}`,
    "[options]",
    ".SH COMMANDS",
    ...help.visibleCommands(program).flatMap((command) => commandLines(command, help)),
    ".SH ENVIRONMENT",
    ...definition("ACCESS_LOGS_LAKE", "Folder of the lake, for commands without --lake."),
    ...definition("ACCESS_LOGS_SETTINGS", "Settings of the stack, in place of access-logs.json."),
    ".SH EXIT STATUS",
    ...definition("0", "Success."),
    ...definition("1", "Failure."),
    ...definition("2", "Wrong usage."),
    ...definition("130", "A query was cancelled with Ctrl-C."),
    "",
  ].join("\n");
}

function commandLines(command: Command, help: Help): string[] {
  const subcommands = command.commands.map((each) =>
    definition(each.name(), help.subcommandDescription(each)),
  );
  return [
    `.SS ${text(help.commandUsage(command).replaceAll("|", " | "))}`,
    text(command.description()),
    ...help
      .visibleArguments(command)
      .flatMap((argument) => definition(argument.name(), help.argumentDescription(argument))),
    ...help.visibleOptions(command).flatMap((option) => optionLines(option, help)),
    ...subcommands.flat(),
    ...exampleLines(command),
  ];
}

const optionLines = (option: Option, help: Help): string[] =>
  definition(option.flags, help.optionDescription(option));

const definition = (term: string, meaning: string): string[] => [".TP", `.B ${text(term)}`, text(meaning)];

/** The examples at the end of a command's help, which are no part of its description. */
function exampleLines(command: Command): string[] {
  let shown = "";
  command.configureOutput({ writeOut: (part) => (shown += part) }).outputHelp();
  const [, examples] = shown.split("\nExamples:\n");
  return examples === undefined ? [] : [".PP", ".EX", ...examples.trimEnd().split("\n").map(text), ".EE"];
}

/** A hyphen can be copied; a line is never a macro. */
const text = (value: string): string =>
  value
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replace(/^([.'])/, "\\&$1");
