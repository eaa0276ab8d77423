import { REJECTED_PREFIX } from "../../formats/partition-layout";
import { reasonNextTo } from "../../handlers/core/rejected-files";
import { counted } from "../../terminal/quantities";
import { wrapped } from "../../terminal/wrapped";
import type { RedrivenRejected, RejectedContents } from "./rejected";

/** Prints the rejected files: whether each was replaced, and what to do with those that were not. */
export function printRejected({ bucket, files }: RejectedContents): string {
  const left = files.filter(({ isReplaced }) => !isReplaced);
  const [first] = left;
  const place = first?.original ?? { bucket, key: first?.rejectedKey };
  return [
    `s3://${bucket}/${REJECTED_PREFIX}: ${counted(files.length, "file")}`,
    ...files.flatMap(({ rejectedKey, isReplaced, reason }) => [
      // Not wrapped, so that it can be copied.
      `  ${rejectedKey}`,
      ...wrapped(`    ${isReplaced ? "replaced: it can be taken back" : reason}`, "    "),
    ]),
    ...(first
      ? [
          ...wrapped(
            `${counted(left.length, "file")} not replaced: replace each file with an intact copy under the same key (a file that is read as delivered: where AWS delivered it), and run this again; if no copy exists, delete the file with its reason:`,
            "  ",
          ),
          `  aws s3 cp COPY "s3://${place.bucket}/${place.key}"`,
          `  aws s3 rm "s3://${bucket}/${first.rejectedKey}"`,
          `  aws s3 rm "s3://${bucket}/${reasonNextTo(first.rejectedKey)}"`,
        ]
      : []),
    "",
  ].join("\n");
}

/** Prints the outcome for the rejected files. */
export function printRejectedOutcome(
  { bucket, files, outcome }: RedrivenRejected,
  isDryRun: boolean,
): string {
  switch (outcome.kind) {
    case "empty":
      return `s3://${bucket}/${REJECTED_PREFIX}: empty\n`;
    case "declined":
      return `${declinedText(files, isDryRun)}\n`;
    case "taken-back":
      return [
        `${counted(outcome.taken.length, "file")} taken back; the next run commits them`,
        ...outcome.failed.flatMap(({ key, reason }) => wrapped(`${key}: not taken back: ${reason}`, "  ")),
        "",
      ].join("\n");
  }
}

function declinedText(files: RejectedContents["files"], isDryRun: boolean): string {
  if (isDryRun) return "unchanged: this was a dry run";
  return files.some(({ isReplaced }) => isReplaced) ? "unchanged" : "nothing to take back";
}
