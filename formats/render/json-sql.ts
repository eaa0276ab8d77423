import { jsonStepsOf } from "../json-path";
import { type Column, type Field, fieldsByName, type LogFormat } from "../log-format";
import { TIME_FORMS } from "../time-form";
import { MILLISECONDS } from "../tokens";
import { renderTextAt } from "./json-path-sql";
import { namedToken, renderNamedLineForm, renderNamedStart } from "./line-pattern";
import { sqlIdentifier, sqlPath, sqlString } from "./sql-text";

/** Column of a raw table with the lines that begin like a JSON object, or have tabs after their first word if the format has such. */
export const JSON_COLUMN = "json";
/** The fields of a line by name; NULL if the line is no JSON object. */
const OBJECT = sqlIdentifier("object");

/** A text table some of whose lines may be JSON, or have tabs. */
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
  const textOfColumn = (name: string, text: string): string => {
    const found = byPosition.has(name) ? [sqlIdentifier(name), text] : [text];
    return `COALESCE(${found.join(", ")}, '') AS ${sqlIdentifier(name)}`;
  };
  const texts = fieldsByName(format).flatMap((field) => {
    const text = textOf(field, lines.json);
    const { columns } = field;
    if (columns.length === 1) return [textOfColumn(columns[0].name, text)];
    const pattern = sqlString(`^(?:${namedToken(field).captures})$`);
    return [
      `COALESCE(${text}, '') AS ${textColumnOf(field)}`,
      ...columns.map(({ name }, index) =>
        textOfColumn(name, `regexp_extract(${text}, ${pattern}, ${index + 1})`),
      ),
    ];
  });
  return `(
SELECT
${[sqlPath, ...lines.kept.map(sqlIdentifier), ...texts].map((column) => `  ${column}`).join(",\n")}
FROM (
SELECT *, ${sqlPath}, ${objectOf(format, lines.json)} AS ${OBJECT}
${lines.from}
))`;
}

/** SQL of a line that is not read by position; NULL for others. @param line SQL of any line */
export const renderNamedLine = (format: LogFormat, line: string): string =>
  `CASE WHEN regexp_like(${line}, ${sqlString(`^${renderNamedStart(format)}`)}) THEN ${line} END`;

/** SQL of a map of JSON values by name. @param line SQL of the line */
function objectOf({ fields, tabs }: LogFormat, line: string): string {
  const object = `TRY(CAST(json_parse(${line}) AS map(varchar, json)))`;
  if (!tabs) return object;
  const names = fields.map(({ name }) => sqlString(name)).join(", ");
  const texts = `transform(slice(split(${line}, chr(9)), 1, ${fields.length}), item0 -> CAST(${WITHOUT_QUOTES} AS json))`;
  return `CASE WHEN starts_with(${line}, '{') THEN ${object}
  ELSE map_from_entries(zip(ARRAY[${names}], ${texts})) END`;
}

/** SQL of a field's text between tabs, without the quotes around it. */
const WITHOUT_QUOTES = `IF(length(item0) > 1 AND starts_with(item0, '"') AND substr(item0, -1) = '"', substr(item0, 2, length(item0) - 2), item0)`;

/** JSON may contain the separators of fields and lines. @param line SQL of the line */
function textOf({ name, otherName, inMilliseconds }: Field, line: string): string {
  const texts = [
    textAt(name, line),
    ...(otherName === undefined ? [] : [textAt(otherName, line)]),
    ...(inMilliseconds === undefined
      ? []
      : [renderPart(textAt(inMilliseconds.name, line), PARTS[inMilliseconds.part])]),
  ];
  const [first, ...others] = texts;
  const text = others.length === 0 ? first : `COALESCE(NULLIF(${first}, ''), ${others.join(", ")})`;
  return `regexp_replace(${text}, '\\p{Cc}', ' ')`;
}

const PARTS = { date: "%Y-%m-%d", "time of day": "%H:%i:%s" } as const;

/** SQL of a part of a time in milliseconds; NULL for another text. */
const renderPart = (milliseconds: string, form: string): string =>
  `date_format(${TIME_FORMS.milliseconds.trino(`NULLIF(regexp_extract(${milliseconds}, ${sqlString(`^${MILLISECONDS}$`)}), '')`)}, ${sqlString(form)})`;

/** SQL of the text at a path. */
function textAt(path: string, line: string): string {
  const [first, ...rest] = jsonStepsOf(path);
  return first?.kind === "key" ? renderTextAt(`element_at(${OBJECT}, ${sqlString(first.key)})`, rest) : line;
}

/** SQL that is true if the texts of a line by name are those of a row, as the line reader decides: never NULL. */
export function renderIsJsonRow(format: LogFormat): string {
  const { header } = format;
  const textsOf = (fields: readonly Field[]) => fields.map(textColumnOf).join(", ");
  const line = `concat_ws(chr(9), ${textsOf(fieldsByName(format))})`;
  const isOfForm = `regexp_like(${line}, ${sqlString(`^(?:${renderNamedLineForm(format)})$`)})`;
  if (!header?.sharedFields.length) return isOfForm;
  const own = format.fields.filter(({ name }) => !header.sharedFields.includes(name));
  return `${isOfForm} AND concat_ws('', ${textsOf(own)}) <> ''`;
}

/** SQL of the column with the text of a field; a field of several columns has one more for it. */
const textColumnOf = ({ columns }: Field): string => sqlIdentifier(columns.map(({ name }) => name).join("_"));
