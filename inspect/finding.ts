/** How much a finding matters: `wrong` makes the exit code 1, a `note` does not. */
export type Severity = "wrong" | "note";

/** One kind of finding: texts with `{names}` that each case fills in. */
export interface Rule {
  readonly severity: Severity;
  /** What is so, and what follows from it. */
  readonly means: string;
  /** What to do about it. */
  readonly fix: string;
  /** The command that does it. */
  readonly run?: string;
}

/** Something that was found, with what to do about it. */
export interface Finding {
  readonly code: string;
  readonly severity: Severity;
  /** The thing that it is about: a file, a table, a queue, a function ... */
  readonly where: string;
  readonly what: string;
  readonly fix: string;
  readonly run?: string;
}

export type Details = Readonly<Record<string, string | number>>;

/** Names in braces: what the cases differ in. */
const NAME = /\{(\w+)\}/g;

/** Makes the findings of a catalog. */
export const finder =
  <Code extends string>(rules: Readonly<Record<Code, Rule>>, common: Details = {}) =>
  (code: Code, where: string, details: Details = {}): Finding => {
    const { severity, means, fix, run } = rules[code];
    const values: Details = { ...common, where, ...details };
    const filled = (text: string) =>
      text.replaceAll(NAME, (_, name: string) => String(values[name] ?? symbol(name)));
    return {
      code,
      severity,
      where,
      what: filled(means),
      fix: filled(fix),
      ...(run === undefined ? {} : { run: filled(run) }),
    };
  };

/** A detail that is not known is a word in capitals, as in a command's help. */
const symbol = (name: string): string => name.toUpperCase();

/** A rule's text for the documentation. */
export const symbolic = (text: string): string => text.replaceAll(NAME, (_, name: string) => symbol(name));
