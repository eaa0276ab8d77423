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

/** The documentation page of a format: where it comes from, its tables, and a row per column. */
export const renderFormatPage = (format: LogFormat): string => `# ${format.title}

Fields as AWS documents them: ${format.source}.

| table | what it holds |
| --- | --- |
| \`${rawTableOf(format)}\` | the text as delivered: every column a string; a line that is no log line is a row of NULLs |
| \`${format.table}\` | typed: \`time\` is a UTC timestamp, \`-\` is NULL, status codes stay text |

${linesOf(format)}

Both tables have the partition keys ${PARTITION_KEYS.map(({ name }) => `\`${name}\``).join(" and ")}; the typed one also has
\`log_file\`, the object that a row came from.

| field | column | type | meaning |
| --- | --- | --- | --- |
${format.fields.flatMap((field) => field.columns.map((column) => columnRow(format, field.name, column))).join("\n")}

Made-up lines in the form that AWS writes:

\`\`\`text
${format.samples.join("\n")}
\`\`\`
`;

function linesOf(format: LogFormat): string {
  const fewest = mandatoryFieldsOf(format);
  const older =
    fewest < format.fields.length
      ? ` Older files end after ${fewest} fields or later: the rest is NULL.`
      : "";
  const lines = `A line is a row if the whole of it matches the pattern of these fields; any other line is in
\`${unparsedViewOf(format)}\`.${older} What follows the last
field is ignored.`;
  return format.header ? `${lines}\n\n${headerDoc(format.header)}` : lines;
}

const headerDoc = ({ sharedFields, byPosition }: FieldsHeader): string =>
  `A \`#Fields:\` header may name other fields, or these in another order, and a line may be a JSON object:
\`access-logs ingest\` reads them by name.
${byPosition}

A header that names none of these fields but ${sharedFields.map((name) => `\`${name}\``).join(", ")}
is of another log, and \`ingest\` takes no line that follows for a row.`;

const columnRow = (format: LogFormat, field: string, column: Column): string =>
  `| \`${field}\` | \`${column.name}\` | ${typeNameOf("iceberg", format, column)} | ${column.doc} |`;
