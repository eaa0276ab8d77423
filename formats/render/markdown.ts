import type { Column, LogFormat } from "../log-format";
import { rawTableOf } from "../log-format";
import { PARTITION_KEYS } from "../partition-layout";

/** The documentation page of a format: where it comes from, its tables, and a row per column. */
export const renderFormatPage = (format: LogFormat): string => `# ${format.title}

Fields as AWS documents them: ${format.source}.

| table | what it holds |
| --- | --- |
| \`${rawTableOf(format)}\` | the text as delivered: every column a string; a line that is no log line is a row of NULLs |
| \`${format.table}\` | typed: \`time\` is a UTC timestamp, \`-\` is NULL, status codes stay text |

Both have the partition keys ${PARTITION_KEYS.map(({ name }) => `\`${name}\``).join(" and ")}; the typed one also has
\`log_file\`, the object that a row came from.

| field | column | type | meaning |
| --- | --- | --- | --- |
${format.fields.flatMap((field) => field.columns.map((column) => columnRow(field.name, column))).join("\n")}
`;

const columnRow = (field: string, { name, type, doc }: Column): string =>
  `| \`${field}\` | \`${name}\` | ${name === "time" ? "timestamp" : type} | ${doc} |`;
