import { exists } from "./exists";
import type { LakeLayout } from "./layout";

/** True while an ingest runs, and after one that failed or was interrupted: its file is deleted at the end. */
export const isUnfinished = ({ writerFile }: LakeLayout): Promise<boolean> => exists(writerFile);
