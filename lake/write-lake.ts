import { messageOf } from "../handlers/core/errors";
import { UserError } from "../terminal/user-error";
import { noteCommonColumns } from "./common-columns";
import { deletePartials } from "./delete-partials";
import { type LakeLayout, prepareLake, requireNoOtherFolder } from "./layout";
import { withLakeLock } from "./lock";
import { requireOwnFiles } from "./own-files";
import { withPrivateFiles } from "./private-files";
import { isStorageFull } from "./storage-full";

/**
 * Runs `work` as the lake's only writer. New files are private.
 *
 * @throws UserError if another process is writing, if the disk is full, if the folder has other things than a lake, or if one of
 * the lake's own files is something else
 */
export const writeLake = <T>(lake: LakeLayout, work: () => Promise<T>): Promise<T> =>
  withPrivateFiles(async () => {
    await requireNoOtherFolder(lake);
    requireOwnFiles(lake);
    try {
      return await withLakeLock(lake, async (wasFinished) => {
        await prepareLake(lake);
        await deletePartials(lake, wasFinished);
        await noteCommonColumns(lake);
        return work();
      });
    } catch (error) {
      if (!isStorageFull(error)) throw error;
      throw new UserError(
        `lake ${lake.root}: the disk is full or cannot be written (${messageOf(error)}); rows that were added stay; make room, then run this again`,
        undefined,
        { cause: error },
      );
    }
  });
