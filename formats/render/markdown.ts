import { typeNameOf } from "../column-type";
import {
  type Column,
  fieldsByName,
  headerStarts,
  isJsonOnly,
  type LogFormat,
  mandatoryFieldsOf,
  rawTableOf,
  unparsedViewOf,
} from "../log-format";
import { PARTITION_KEYS } from "../partition-layout";
import { JSON_COLUMN } from "./json-sql";
import { hasBareQuotes } from "./line-pattern";

/** The documentation page of a format: its definition, its tables, and a row per column. */
export const renderFormatPage = (format: LogFormat): string => `# ${format.title}

Fields as AWS documents them: ${format.source}.

| table | what it holds |
| --- | --- |
| \`${rawTableOf(format)}\` | raw table: every column is a string; an unparsed line is a row of NULLs |
| \`${format.table}\` | typed table: \`time\` is a UTC timestamp, \`-\` is NULL, status codes are text |

${linesOf(format)}

Both tables have the partition keys ${PARTITION_KEYS.map(({ name }) => `\`${name}\``).join(" and ")}; the typed one also has
\`log_file\`, the object of the row.
${notesOf(format)}
| field | column | type | meaning |
| --- | --- | --- | --- |
${fieldsByName(format)
  .flatMap((field) => field.columns.map((column) => columnRow(format, field.name, column)))
  .join("\n")}

Made-up lines in the form that AWS writes:

\`\`\`text
${format.samples.join("\n")}
\`\`\`
`;

const notesOf = ({ notes = [] }: LogFormat): string => notes.map((note) => `\n- ${note}\n`).join("");

function linesOf(format: LogFormat): string {
  if (isJsonOnly(format)) return jsonOnlyDoc(format);
  const fewest = mandatoryFieldsOf(format);
  const older =
    fewest < format.fields.length
      ? ` Lines of older files have at least ${fewest} fields: the other columns are NULL.`
      : "";
  const lines = `A line is a row if the whole line matches the pattern of these fields; all other lines are in
\`${unparsedViewOf(format)}\`.${older}
Text after the last field is ignored${hasBareQuotes(format) ? ", unless it has quotes: it could be the rest of a forged field" : ""}.`;
  return [
    lines,
    ...headerDoc(format),
    ...jsonDoc(format),
    ...tabsDoc(format),
    ...namedDoc(format),
    ...otherLogs(format),
  ].join("\n\n");
}

const jsonOnlyDoc = (format: LogFormat): string =>
  `A line is a row if it is a JSON object with the values of this table in their forms; all other lines are in
\`${unparsedViewOf(format)}\`. The raw table has one column, \`${JSON_COLUMN}\`, with the whole line.

The field is the path of the value. \`[]\` is each item of a list, and \`[name=...]\` each with this property, in whatever letter
case: the column then has the values of all of them, separated by commas.`;

const headerDoc = (format: LogFormat): readonly string[] =>
  format.header
    ? [
        `Header lines are in no typed table and not unparsed: they begin with ${headerStarts(format)
          .map((start) => `\`${start}\``)
          .join(" or ")}.`,
        `A \`#Fields:\` header${format.tabs ? ", before lines with tabs," : ""} may name other fields, or the same in another order: fields are then read by name. Athena does not see
the header. So the pipeline writes the lines of such a file as JSON when it moves it, and they are JSON in the text tables.
Over files that the pipeline did not move, the table of \`athena.ddl\` reads lines by position.`,
      ]
    : [];

function jsonDoc({ json, fields, delivered }: LogFormat): readonly string[] {
  if (!json) return [];
  const others = fields.flatMap(({ otherName }) => otherName ?? []);
  const orOthers = others.length > 0 ? `, or ${codeList(others)}` : "";
  return [
    `A line may be a JSON object with the names of the fields as keys${orOthers}: it is read by name, by Athena, too, and files
may have both kinds of lines. Values are texts, whole numbers, true or false; objects and lists are NULL.`,
    `CloudWatch Logs can deliver Parquet files, too, whose columns have the names of these fields, with \`_\` for other characters. They
are read as JSON: by \`access-logs ingest\`, and on AWS, where \`move-access-logs\` writes their rows as lines of JSON below \`raw/\`. A
file that cannot be read stays where it is, is counted, and raises the alarm \`unmatched-keys\`.${delivered.kind === "folders" ? " The layout `as-delivered` reads no Parquet file: those that it lists raise the same alarm." : ""}`,
  ];
}

const tabsDoc = ({ tabs }: LogFormat): readonly string[] =>
  tabs
    ? [
        `A line may have tabs between the same fields, in this order, each with quotes around it or without.
Its first word ends with a tab. A line of fewer than ${tabs.fields} fields was cut, and is unparsed.`,
      ]
    : [];

const namedDoc = ({ namedFields = [] }: LogFormat): readonly string[] =>
  namedFields.length > 0
    ? [
        `Only by name are read: ${codeList(namedFields.map(({ name }) => name))}.
Their columns are NULL in lines that are read by position.`,
      ]
    : [];

const otherLogs = ({ header }: LogFormat): readonly string[] =>
  header?.sharedFields.length
    ? [
        `A header or an object that names no other field of these than ${codeList(header.sharedFields)}
belongs to another log: the object, and all lines after the header, are unparsed.`,
      ]
    : [];

const codeList = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(", ");

const columnRow = (format: LogFormat, field: string, column: Column): string =>
  `| ${field === "" ? "the line" : `\`${field}\``} | \`${column.name}\` | ${typeNameOf("iceberg", format, column)} | ${column.doc} |`;
