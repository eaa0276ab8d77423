import { REJECTED_PREFIX } from "../../formats/partition-layout";
import { s3ObjectStore } from "../../handlers/adapters/s3-object-store";
import { type RejectedFile, rejectedFiles } from "../../handlers/core/rejected-files";
import { foundValue } from "../../operations/inspector";
import { counted } from "../../terminal/quantities";
import type { Details, Finding } from "../finding";
import type { Inspection } from "./inspection";

/** The rejected files; empty if they cannot be listed. */
export async function awsRejected({
  clients,
  bucket,
  inspector,
}: Inspection): Promise<readonly RejectedFile[]> {
  if (bucket === undefined) return [];
  const found = await inspector.ask("s3:GetObject", `s3://${bucket}/${REJECTED_PREFIX}`, () =>
    rejectedFiles(s3ObjectStore(clients.s3), bucket),
  );
  return foundValue(found) ?? [];
}

/** One finding for each table: all of its files need the same action. */
export function judgeRejected(
  rejected: readonly RejectedFile[],
  find: (code: "file-rejected", where: string, details: Details) => Finding,
): Finding[] {
  const tableOf = ({ key }: RejectedFile) => key.split("/")[1] ?? "";
  return [...new Set(rejected.map(tableOf))].flatMap((table) => {
    const ofTable = rejected.filter((file) => tableOf(file) === table);
    const [first] = ofTable;
    if (!first) return [];
    const { rejectedKey, reason } = first;
    return [
      find("file-rejected", table, { files: counted(ofTable.length, "file"), key: rejectedKey, reason }),
    ];
  });
}
