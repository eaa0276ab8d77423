import { STATUS_FINDINGS } from "../inspect/aws/aws-findings";
import { CHECK_FINDINGS } from "../inspect/aws/check-findings";
import { type Rule, symbolic } from "../inspect/finding";
import { LAKE_FINDINGS } from "../inspect/lake-findings";

interface Section {
  readonly title: string;
  readonly text: string;
  readonly rules: Readonly<Record<string, Rule>>;
}

const SECTIONS: readonly Section[] = [
  {
    title: "`status` of a deployed pipeline",
    text: "Whether what arrives comes through.",
    rules: STATUS_FINDINGS,
  },
  {
    title: "`doctor` of a deployed pipeline",
    text: "Whether everything is set up as it must be. What `status` can find, too, stands above.",
    rules: Object.fromEntries(Object.entries(CHECK_FINDINGS).filter(([code]) => !(code in STATUS_FINDINGS))),
  },
  {
    title: "A lake on this machine",
    text: "`status --lake` reads the tables and the logs that are in no commit; `doctor --lake` reads every log to its end and every value of the tables.",
    rules: LAKE_FINDINGS,
  },
];

/** Everything that `status` and `doctor` can find, and what to do about it. */
export const renderFindingsPage = (): string =>
  `# Findings

What \`access-logs status\` and \`access-logs doctor\` can say, with what to do about it. Words in capitals differ from case to
case. What is wrong makes the exit code 1; a note does not. The codes are stable: scripts may rest on them. This page is made
by \`npm run docs\`.

${SECTIONS.map(({ title, text, rules }) => `## ${title}\n\n${text}\n\n${tableOf(rules)}`).join("\n")}`;

const tableOf = (rules: Readonly<Record<string, Rule>>): string =>
  [
    "| code | | what is so | what to do |",
    "| --- | --- | --- | --- |",
    ...Object.entries(rules).map(
      ([code, { severity, means, fix, run }]) =>
        `| \`${code}\` | ${severity} | ${cell(means)} | ${cell(fix)}${run === undefined ? "" : `: ${codeCell(run)}`} |`,
    ),
    "",
  ].join("\n");

/** The fix of some findings is told by what was found. */
const cell = (text: string): string => escaped(symbolic(text)).replaceAll("*", "\\*");

const codeCell = (command: string): string => `\`${escaped(symbolic(command))}\``;

const escaped = (text: string): string => text.replaceAll("|", "\\|");
