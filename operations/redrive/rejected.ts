import { s3ObjectStore } from "../../handlers/adapters/s3-object-store";
import { messageOf } from "../../handlers/core/errors";
import { systemClock } from "../../handlers/core/ports";
import { type RejectedFile, rejectedFiles, takeBack } from "../../handlers/core/rejected-files";
import type { DeployedParts } from "../../pipeline/deployed-parts";
import { UserError } from "../../terminal/user-error";
import { type LocateOptions, locatePipeline } from "../locate-pipeline";

export interface RedriveRejectedOptions extends LocateOptions {
  /**
   * Called with the rejected files, if there are any; the replaced files are taken back only if this returns
   * true.
   */
  readonly confirm: (contents: RejectedContents) => Promise<boolean>;
  readonly onProgress: (done: number, total: number) => void;
}

/** The files that Athena could not read. */
export interface RejectedContents {
  readonly bucket: string;
  readonly files: readonly RejectedFile[];
}

/** Outcome for the rejected files. */
export type RedrivenRejected = RejectedContents & {
  readonly outcome:
    | { readonly kind: "empty" | "declined" }
    | {
        readonly kind: "taken-back";
        /** Keys below `raw/`. */
        readonly taken: readonly string[];
        readonly failed: readonly { readonly key: string; readonly reason: string }[];
      };
};

/**
 * Takes back the rejected files that were replaced; the others stay. A failure of one file does not stop the
 * others.
 *
 * @throws UserError if the pipeline's bucket is not known; error of AWS
 */
export async function redriveRejected(
  parts: DeployedParts,
  options: RedriveRejectedOptions,
): Promise<RedrivenRejected> {
  const { bucket, store } = await storeOf(parts, options);
  const contents = { bucket, files: await rejectedFiles(store, bucket) };
  if (contents.files.length === 0) return { ...contents, outcome: { kind: "empty" } };
  if (!(await options.confirm(contents))) return { ...contents, outcome: { kind: "declined" } };
  const replaced = contents.files.filter(({ isReplaced }) => isReplaced);
  const taken: string[] = [];
  const failed: { key: string; reason: string }[] = [];
  for (const file of replaced) {
    try {
      await takeBack({ store, clock: systemClock }, bucket, file);
      taken.push(file.key);
    } catch (error) {
      failed.push({ key: file.rejectedKey, reason: messageOf(error) });
    }
    options.onProgress(taken.length + failed.length, replaced.length);
  }
  return { ...contents, outcome: { kind: "taken-back", taken, failed } };
}

/** Lists the rejected files without changes. @throws as `redriveRejected` does */
export async function rejectedContents(
  parts: DeployedParts,
  options: LocateOptions,
): Promise<RejectedContents> {
  const { bucket, store } = await storeOf(parts, options);
  return { bucket, files: await rejectedFiles(store, bucket) };
}

async function storeOf(parts: DeployedParts, options: LocateOptions) {
  const { bucket, clients, inspector } = await locatePipeline(parts, options);
  inspector.close();
  if (bucket === undefined) {
    const reason = inspector.inaccessible.at(-1)?.reason ?? "its function does not name it";
    throw new UserError(`the pipeline's bucket is unknown (${reason}): set --bucket`);
  }
  return { bucket, store: s3ObjectStore(clients.s3) };
}
