import { createInterface } from "node:readline/promises";
import { printableLines } from "./printable";
import { UserError } from "./user-error";

/** Asks on the terminal; every answer other than yes means no. @throws UserError without a terminal */
export async function confirmed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new UserError("confirmation needs a terminal: check with --dry-run, then run with --yes");
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(?:es)?$/i.test(await terminal.question(`${printableLines(question)} [y/N] `));
  } finally {
    terminal.close();
  }
}
