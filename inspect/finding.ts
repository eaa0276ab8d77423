import { shellWord } from "../terminal/shell-word";

/** How much a finding matters: `wrong` makes the exit code 1, a `note` does not. */
export type Severity = "wrong" | "note";

/** One kind of finding: texts with `{names}` that each case fills in. */
export interface Rule {
  readonly severity: Severity;
  /** The problem, and its effect. */
  readonly means: string;
  /** How to fix it. */
  readonly fix: string;
  /** The command that fixes it; each detail becomes a word of its own, which the shell does not interpret. */
  readonly run?: string;
}

/** A problem that was found, and how to fix it. */
export interface Finding {
  readonly code: string;
  readonly severity: Severity;
  /** The affected file, table, queue, function ... */
  readonly where: string;
  readonly what: string;
  readonly fix: string;
  readonly run?: string;
}

export type Details = Readonly<Record<string, string | number | readonly string[]>>;

/** Placeholders in braces, filled in for each case. */
const NAME = /\{(\w+)\}/g;

/** Creates findings from a catalog of rules. */
export const finder =
  <Code extends string>(rules: Readonly<Record<Code, Rule>>, common: Details = {}) =>
  (code: Code, where: string, details: Details = {}): Finding => {
    const { severity, means, fix, run } = rules[code];
    const values: Details = { ...common, where, ...details };
    const filled = (text: string, asWord = (value: string) => value) =>
      text.replaceAll(NAME, (_, name: string) => {
        const value = values[name];
        return value === undefined ? symbol(name) : [value].flat().map(String).map(asWord).join(" ");
      });
    return {
      code,
      severity,
      where,
      what: filled(means),
      fix: filled(fix),
      ...(run === undefined ? {} : { run: filled(run, shellWord) }),
    };
  };

/** An unknown detail becomes a word in capitals, as in a command's help. */
const symbol = (name: string): string => name.toUpperCase();

/** A rule's text for the documentation. */
export const symbolic = (text: string): string => text.replaceAll(NAME, (_, name: string) => symbol(name));
