import { type Column, fieldsByName, type LogFormat } from "../formats/log-format";
import { rememberLast } from "../formats/remember-last";
import { hasBareQuotes } from "../formats/render/line-pattern";
import { jsonNames } from "./json-names";
import { lineFields, namedFields } from "./line-fields";
import { storedColumns } from "./no-rows";
import { FILE_FIELD, type RowSource, type SourceColumn } from "./parquet/row-source";

/** What stands before the text of an unparsed line, which is the last field of a row: no such text is then a dash. */
export const UNPARSED_MARK = "u";

/** The fields of a row; the last one is an unparsed line. A date and a time of day are one, a timestamp. */
export const rowColumns = rememberLast((format: LogFormat): readonly Column[] =>
  fieldsByName(format).flatMap(({ token, columns }) => (token === "tabbedDate" ? [] : columns)),
);

/** The rows of a format, each of their columns with the field that has its values. */
export const rowSource = rememberLast((format: LogFormat): RowSource => {
  const inRows = rowColumns(format);
  const fields = new Map(inRows.map(({ name }, index) => [name, index]));
  // A date that is a part of the time has no field of its own.
  const fieldOf = (name: string) => fields.get(name) ?? fields.get("time") ?? 0;
  const columns = storedColumns(format).map(({ name, type }): SourceColumn => {
    if (name === "log_file") return { name, type, field: FILE_FIELD, prefix: 0 };
    if (name === "unparsed") return { name, type, field: inRows.length, prefix: UNPARSED_MARK.length };
    return { name, type, field: fieldOf(name), prefix: 0 };
  });
  return {
    separator: format.separator.charCodeAt(0),
    hasBareQuotes: hasBareQuotes(format),
    lineFields: lineFields(format),
    namedFields: namedFields(format),
    names: jsonNames(format),
    rowFields: inRows.length + 1,
    columns,
  };
});
