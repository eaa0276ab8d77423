import { printable } from "../terminal/printable";
import { counted } from "../terminal/quantities";
import { wrapped } from "../terminal/wrapped";
import type { Finding } from "./finding";

const INDENT = "       ";
/** Findings shown per kind; `--json` has all. */
const SHOWN_OF_A_KIND = 3;

/** Prints the findings and a one-line summary. */
export function printFindings(findings: readonly Finding[], allIsWell: string): string {
  // Severity `wrong` comes first. Within a severity the order of the checks stays, because earlier findings
  // explain later ones.
  const sorted = [...findings].sort(
    (a, b) => Number(b.severity === "wrong") - Number(a.severity === "wrong"),
  );
  const shown = sorted.filter((finding) => rankOf(finding, sorted) < SHOWN_OF_A_KIND);
  const texts = shown.map((finding) => {
    const more = moreOf(finding, sorted);
    return `${printFinding(finding)}${more > 0 ? `${INDENT}and ${more} more of this kind: use --json to list all\n` : ""}`;
  });
  const wrong = findings.filter(({ severity }) => severity === "wrong").length;
  const notes = findings.length - wrong;
  const end =
    wrong === 0
      ? `ok     ${allIsWell}`
      : `wrong  ${counted(wrong, "problem")} found${notes > 0 ? `, ${counted(notes, "note")}` : ""}`;
  return `${texts.map((text) => `${text}\n`).join("")}${end}\n`;
}

const ofKind = ({ code }: Finding, findings: readonly Finding[]) =>
  findings.filter((other) => other.code === code);
const rankOf = (finding: Finding, findings: readonly Finding[]) => ofKind(finding, findings).indexOf(finding);
const moreOf = (finding: Finding, findings: readonly Finding[]) =>
  rankOf(finding, findings) === SHOWN_OF_A_KIND - 1 ? ofKind(finding, findings).length - SHOWN_OF_A_KIND : 0;

const printFinding = ({ severity, code, where, what, fix, run }: Finding): string =>
  [
    ...wrapped(`${severity === "wrong" ? "wrong  " : "note   "}${code}: ${where}`, INDENT),
    ...wrapped(INDENT + what, INDENT),
    ...wrapped(`${INDENT}fix: ${fix}`, `${INDENT}     `),
    // Not wrapped, so that it can be copied.
    ...(run === undefined ? [] : [`${INDENT}$ ${printable(run)}`]),
  ]
    .map((line) => `${line}\n`)
    .join("");
