import { loggedNameOf } from "../formats/file-identity";
import type { RawFile } from "./file-records";

const PACKED = ".gz";

/**
 * Files of a partition that AWS gave the same name, but for a last `.gz`: the same log, decompressed or compressed by a person.
 *
 * @returns a function with the other forms of a file, of which most have none
 */
export function otherPackings(files: readonly RawFile[]): (file: RawFile) => readonly RawFile[] {
  // In most partitions, all files are packed.
  if (files.every(isPacked)) return () => [];
  const [plain, packed] = [new Map<string, RawFile[]>(), new Map<string, RawFile[]>()];
  for (const file of files) {
    const forms = isPacked(file) ? packed : plain;
    const same = forms.get(logOf(file));
    if (same) same.push(file);
    else forms.set(logOf(file), [file]);
  }
  return (file) => (isPacked(file) ? plain : packed).get(logOf(file)) ?? [];
}

export const isPacked = ({ name }: RawFile): boolean => name.endsWith(PACKED);

const logOf = (file: RawFile): string =>
  loggedNameOf(isPacked(file) ? file.name.slice(0, -PACKED.length) : file.name);
