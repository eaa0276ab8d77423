import type { LogFormat } from "../formats/log-format";
import { scannedColumns } from "../formats/scan-line";
import { storedColumns } from "./no-rows";
import { FILE_FIELD, type SourceColumn } from "./parquet/row-groups";
import { UNPARSED_MARK } from "./row-writer";

/** The columns of a typed file, each with the field of the rows that has its values. */
export function typedColumns(format: LogFormat): readonly SourceColumn[] {
  const scanned = scannedColumns(format);
  const fields = new Map(
    scanned.flatMap((column, index) => (column === "filler" ? [] : [[column.name, index] as const])),
  );
  // A date that is a part of the time has no field of its own.
  const fieldOf = (name: string) => fields.get(name) ?? fields.get("time") ?? 0;
  return storedColumns(format).map(({ name, type }) => {
    if (name === "log_file") return { name, type, field: FILE_FIELD, prefix: 0 };
    if (name === "unparsed") return { name, type, field: scanned.length, prefix: UNPARSED_MARK.length };
    return { name, type, field: fieldOf(name), prefix: 0 };
  });
}
