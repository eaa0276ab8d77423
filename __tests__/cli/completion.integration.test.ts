import { spawnSync } from "node:child_process";
import { Argument, Command, Option } from "commander";
import { completionScript } from "../../cli/completion";

function program(): Command {
  const made = new Command("do-it").version("1").helpCommand("help [command]", "show help");
  made
    .command("ask")
    .description("it's a question")
    .command("first")
    .summary("one")
    .option("--from <time>", "when")
    .addOption(new Option("-f, --format <format>", "how").choices(["csv", "json"]));
  made.command("shell").addArgument(new Argument("<name>", "which").choices(["bash", "zsh"]));
  return made;
}

/** What bash would offer for the last word. */
function completed(...words: readonly string[]): string[] {
  const script = `${completionScript(program(), "bash")}
COMP_WORDS=(do-it "$@"); COMP_CWORD=$#; _do_it; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync("bash", ["-c", script, "bash", ...words], { encoding: "utf8" });
  expect(stderr).toBe("");
  return stdout.split("\n").filter((line) => line !== "");
}

describe("the completion of bash", () => {
  it.each<[string[], string[]]>([
    [[""], ["ask", "shell", "help", "--version", "--help"]],
    [["a"], ["ask"]],
    [["ask", "fi"], ["first"]],
    [
      ["ask", "first", "--f"],
      ["--from", "--format"],
    ],
    [
      ["ask", "first", "--format", ""],
      ["csv", "json"],
    ],
    [["ask", "first", "-f", "j"], ["json"]],
    [["shell", "z"], ["zsh"]],
    [["help", "a"], ["ask"]],
    [["nothing", "f"], []],
  ])("offers after %j: %j", (words, expected) => {
    expect(completed(...words)).toEqual(expected);
  });

  it("leaves values of other options to bash, which offers files", () => {
    expect(completed("ask", "first", "--from", "")).toEqual([]);
    expect(completionScript(program(), "bash")).toContain("complete -o default -F _do_it do-it\n");
  });
});

it("the scripts of zsh and fish have the commands with their descriptions, quoted", () => {
  expect(completionScript(program(), "zsh")).toContain(`'ask:it'\\''s a question'`);
  expect(completionScript(program(), "fish")).toContain(
    `complete -c do-it -n 'not __fish_seen_subcommand_from ask shell help' -f -a ask -d 'it'\\''s a question'\n`,
  );
  expect(completionScript(program(), "fish")).toContain(` -s f -l format -x -a 'csv json' -d 'how'\n`);
});
