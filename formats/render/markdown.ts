import { typeNameOf } from "../column-type";
import {
  type Column,
  type FieldsHeader,
  type LogFormat,
  mandatoryFieldsOf,
  rawTableOf,
  unparsedViewOf,
} from "../log-format";
import { PARTITION_KEYS } from "../partition-layout";

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
${[...format.fields, ...(format.namedFields ?? [])].flatMap((field) => field.columns.map((column) => columnRow(format, field.name, column))).join("\n")}

Made-up lines in the form that AWS writes:

\`\`\`text
${format.samples.join("\n")}
\`\`\`
`;

const notesOf = ({ notes = [] }: LogFormat): string => notes.map((note) => `\n- ${note}\n`).join("");

function linesOf(format: LogFormat): string {
  const fewest = mandatoryFieldsOf(format);
  const older =
    fewest < format.fields.length
      ? ` Lines of older files have at least ${fewest} fields: the other columns are NULL.`
      : "";
  const lines = `A line is a row if the whole line matches the pattern of these fields; all other lines are in
\`${unparsedViewOf(format)}\`.${older}
Text after the last field is ignored.`;
  return format.header ? `${lines}\n\n${headerDoc(format, format.header)}` : lines;
}

const headerDoc = ({ namedFields = [] }: LogFormat, { sharedFields, byPosition }: FieldsHeader): string =>
  `A \`#Fields:\` header may name other fields, or the same in another order, and a line may be a JSON object:
\`access-logs ingest\` reads fields by name.
${byPosition}${
  namedFields.length === 0
    ? ""
    : `

Only by name are read: ${namedFields.map(({ name }) => `\`${name}\``).join(", ")}.
Their columns are NULL in other lines, and on Athena.`
}

A header that names none of these fields but ${sharedFields.map((name) => `\`${name}\``).join(", ")}
belongs to another log, and \`ingest\` treats all lines after it as unparsed.`;

const columnRow = (format: LogFormat, field: string, column: Column): string =>
  `| \`${field}\` | \`${column.name}\` | ${typeNameOf("iceberg", format, column)} | ${column.doc} |`;
