import { Argument, type Command } from "commander";
import { write } from "../../terminal/write";
import { examples } from "../command-line";
import { SHELLS, type Shell } from "../completion";

/** Adds `access-logs completion`. */
export const addCompletionCommand = (program: Command): Command =>
  program
    .command("completion")
    .description("print a script that completes commands and options in a shell")
    .addArgument(new Argument("<shell>", "the shell").choices(SHELLS))
    .addHelpText(
      "after",
      examples(
        "source <(access-logs completion bash)",
        "source <(access-logs completion zsh)",
        "access-logs completion fish | source",
      ),
    )
    .action(async (shell: Shell) => {
      const { completionScript } = await import("../completion.js");
      await write(completionScript(program, shell));
    });
