import { join } from "node:path";
import { FORMAT_IDS, FORMATS, type FormatId } from "../formats";
import { PARTITION_KEYS } from "../formats/partition-layout";
import { type LakeLayout, TYPED_PREFIX } from "./layout";
import { entriesOf } from "./typed-files";

/** The days of a format's rows in a lake, in the form of `dt`. */
export interface LoggedDays {
  readonly format: FormatId;
  readonly first: string;
  readonly last: string;
}

const DAY_FOLDER = `${PARTITION_KEYS[0].name}=`;

/** The days by the names of the folders: nothing is read. Formats without rows are left out. */
export async function loggedDays({ root }: LakeLayout): Promise<LoggedDays[]> {
  const all = FORMAT_IDS.map(async (format): Promise<LoggedDays[]> => {
    const entries = await entriesOf(join(root, TYPED_PREFIX, FORMATS[format].table));
    const days = entries
      .filter(({ name }) => name.startsWith(DAY_FOLDER))
      .map(({ name }) => name.slice(DAY_FOLDER.length))
      .sort();
    const [first, last] = [days[0], days.at(-1)];
    return first === undefined || last === undefined ? [] : [{ format, first, last }];
  });
  return (await Promise.all(all)).flat();
}
