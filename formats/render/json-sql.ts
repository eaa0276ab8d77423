import { jsonStepsOf } from "../json-path";
import { type Column, type Field, fieldsByName, type LogFormat } from "../log-format";
import { renderTextAt } from "./json-path-sql";
import { renderNamedLineForm } from "./line-pattern";
import { sqlIdentifier, sqlPath, sqlString } from "./sql-text";

/** Column of a raw table with the lines that begin like a JSON object. */
export const JSON_COLUMN = "json";
/** The object of a line, key by key; NULL if the line is no JSON object. */
const OBJECT = sqlIdentifier("object");

/** A text table some of whose lines may be JSON. */
export interface LinesWithJson {
  /** SQL of a text: a line, or NULL. */
  readonly json: string;
  /** SQL from `FROM` on, up to its last condition. */
  readonly from: string;
  /** Names of the columns to select as they are. */
  readonly kept: readonly string[];
  /** Columns that have the text of a line that is read by position, and are NULL for a JSON line. */
  readonly byPosition: readonly Column[];
}

/**
 * SQL of a relation with a text for each column of a format; it is empty for what a line does not have.
 *
 * An object is parsed once, because a path for each field would read it as many times.
 */
export function renderTextsOfJson(format: LogFormat, lines: LinesWithJson): string {
  const byPosition = new Set(lines.byPosition.map(({ name }) => name));
  const texts = fieldsByName(format).map((field) => {
    const name = columnOf(field);
    const text = textOf(field, lines.json);
    const found = byPosition.has(name) ? [sqlIdentifier(name), text] : [text];
    return `COALESCE(${found.join(", ")}, '') AS ${sqlIdentifier(name)}`;
  });
  return `(
SELECT
${[sqlPath, ...lines.kept.map(sqlIdentifier), ...texts].map((column) => `  ${column}`).join(",\n")}
FROM (
SELECT *, ${sqlPath}, TRY(CAST(json_parse(${lines.json}) AS map(varchar, json))) AS ${OBJECT}
${lines.from}
))`;
}

/** JSON may contain the separators of fields and lines. @param line SQL of the line */
function textOf({ name }: Field, line: string): string {
  const [first, ...rest] = jsonStepsOf(name);
  const text =
    first?.kind === "key" ? renderTextAt(`element_at(${OBJECT}, ${sqlString(first.key)})`, rest) : line;
  return `regexp_replace(${text}, '\\p{Cc}', ' ')`;
}

/** SQL that is true if the texts of a JSON line are those of a row, as the line reader decides: never NULL. */
export function renderIsJsonRow(format: LogFormat): string {
  const { header, separator } = format;
  const columnsOf = (fields: readonly Field[]) => fields.map((field) => sqlIdentifier(columnOf(field)));
  const line = `concat_ws(chr(${separator.charCodeAt(0)}), ${columnsOf(fieldsByName(format)).join(", ")})`;
  const isOfForm = `regexp_like(${line}, ${sqlString(`^(?:${renderNamedLineForm(format)})$`)})`;
  if (!header) return isOfForm;
  const own = format.fields.filter(({ name }) => !header.sharedFields.includes(name));
  return `${isOfForm} AND concat_ws('', ${columnsOf(own).join(", ")}) <> ''`;
}

const columnOf = ({ columns: [{ name }] }: Field): string => name;
