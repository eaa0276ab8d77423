import type { Command, Option } from "commander";

/** A command with what can follow it. */
interface Node {
  /** Its words after the program's name, e.g. `["ask", "alb_tls"]`. */
  readonly path: readonly string[];
  readonly commands: readonly Command[];
  readonly options: readonly Option[];
  /** Values of its argument. */
  readonly values: readonly string[];
}

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** A script that completes the program's commands and options, for a shell. */
export const completionScript = (program: Command, shell: Shell): string =>
  SCRIPTS[shell](program.name(), nodesOf(program, []));

function nodesOf(command: Command, path: readonly string[]): Node[] {
  const help = command.createHelp();
  const commands = help.visibleCommands(command);
  const options = help.visibleOptions(command);
  const values = command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices);
  return [
    { path, commands, options, values },
    ...commands.flatMap((child) => {
      const childPath = [...path, child.name()];
      // After "help" comes the name of a command.
      return command.commands.includes(child)
        ? nodesOf(child, childPath)
        : [{ path: childPath, commands: command.commands, options: [], values: [] }];
    }),
  ];
}

const SCRIPTS: Readonly<Record<Shell, (program: string, nodes: readonly Node[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

function bashScript(program: string, nodes: readonly Node[]): string {
  const name = functionOf(program);
  return `# bash completion of ${program}: source <(${program} completion bash)
${name}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} path="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$path/$word" in
      ${pathsOf(nodes).join("|")}) path=$path/$word ;;
    esac
  done
  COMPREPLY=()
  case "$path:$prev" in
${cases(nodes.flatMap(valueCases), (words) => `COMPREPLY=($(compgen -W "${words}" -- "$cur")); return`)}
${cases(nodes.flatMap(fileCases), () => "return")}
  esac
  case "$path" in
${cases(
  nodes.map(({ path, commands, options, values }) => [
    quoted(pathText(path)),
    [...commands.map((command) => command.name()), ...values, ...options.map(flagOf)].join(" "),
  ]),
  (words) => `COMPREPLY=($(compgen -W "${words}" -- "$cur"))`,
)}
  esac
}
complete -o default -F ${name} ${program}
`;
}

function zshScript(program: string, nodes: readonly Node[]): string {
  const name = functionOf(program);
  return `#compdef ${program}
# zsh completion of ${program}: source <(${program} completion zsh)
${name}() {
  local at="" word
  local -a found
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$at/$word" in
      ${pathsOf(nodes).join("|")}) at=$at/$word ;;
    esac
  done
  case "$at:\${words[CURRENT-1]}" in
${cases(nodes.flatMap(valueCases), (words) => `compadd -- ${words}; return`)}
${cases(nodes.flatMap(fileCases), () => "_files; return")}
  esac
  case "$at" in
${cases(
  nodes.map(({ path, commands, options, values }) => [
    quoted(pathText(path)),
    [
      ...values,
      ...commands.map((command) => `${command.name()}:${summaryOf(command)}`),
      ...options.map((option) => `${flagOf(option)}:${option.description}`),
    ]
      .map(shellString)
      .join(" "),
  ]),
  (words) => `found=(${words})`,
)}
  esac
  _describe ${shellString(program)} found || _files
}
compdef ${name} ${program}
`;
}

function fishScript(program: string, nodes: readonly Node[]): string {
  const lines = nodes.flatMap(({ path, commands, options, values }) => {
    const names = commands.map((command) => command.name());
    const here = path.map((word) => `__fish_seen_subcommand_from ${word}`);
    const condition = (...parts: readonly string[]) =>
      parts.length === 0 ? "" : ` -n ${shellString(parts.join("; and "))}`;
    const isNext = names.length === 0 ? [] : [`not __fish_seen_subcommand_from ${names.join(" ")}`];
    return [
      ...commands.map(
        (command) =>
          `complete -c ${program}${condition(...here, ...isNext)} -f -a ${command.name()} -d ${shellString(summaryOf(command))}`,
      ),
      ...values.map((value) => `complete -c ${program}${condition(...here)} -f -a ${value}`),
      ...options.map((option) => {
        const names = `${option.short ? ` -s ${option.short.slice(1)}` : ""}${option.long ? ` -l ${option.long.slice(2)}` : ""}`;
        const value = option.argChoices
          ? ` -x -a ${shellString(option.argChoices.join(" "))}`
          : takesValue(option)
            ? " -r"
            : "";
        return `complete -c ${program}${condition(...here, ...isNext)}${names}${value} -d ${shellString(option.description)}`;
      }),
    ];
  });
  return `# fish completion of ${program}: ${program} completion fish | source\n${lines.join("\n")}\n`;
}

const functionOf = (program: string): string => `_${program.replaceAll("-", "_")}`;
const pathText = (path: readonly string[]): string => path.map((word) => `/${word}`).join("");
const pathsOf = (nodes: readonly Node[]): string[] =>
  nodes.filter(({ path }) => path.length > 0).map(({ path }) => pathText(path));

const flagOf = (option: Option): string => option.long ?? option.short ?? "";
const flagsOf = ({ short, long }: Option): string[] => [short, long].filter((flag) => flag !== undefined);
const takesValue = ({ required, optional }: Option): boolean => required || optional;
const summaryOf = (command: Command): string => command.summary() || command.description();

/** Patterns of a place after an option, with the words that can be its value. */
const valueCases = ({ path, options }: Node): (readonly [string, string])[] =>
  options.flatMap((option) =>
    option.argChoices
      ? flagsOf(option).map(
          (flag) => [`${pathText(path)}:${flag}`, option.argChoices?.join(" ") ?? ""] as const,
        )
      : [],
  );

/** Patterns of a place after an option whose value can be a file. */
const fileCases = ({ path, options }: Node): (readonly [string, string])[] =>
  options
    .filter((option) => takesValue(option) && !option.argChoices)
    .flatMap((option) => flagsOf(option).map((flag) => [`${pathText(path)}:${flag}`, ""] as const));

/** Branches of a shell's `case`: places with the same words share one. */
function cases(patterns: readonly (readonly [string, string])[], action: (words: string) => string): string {
  const byWords = new Map<string, string[]>();
  for (const [pattern, words] of patterns) byWords.set(words, [...(byWords.get(words) ?? []), pattern]);
  return [...byWords].map(([words, all]) => `    ${all.join("|")}) ${action(words)} ;;`).join("\n");
}

const quoted = (text: string): string => `"${text}"`;
const shellString = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
