import { type Column, canEndBefore, type Field, fieldsByName, type LogFormat } from "../formats/log-format";
import type { TokenKind } from "../formats/tokens";
import { storedColumns } from "./no-rows";
import { FILE_FIELD, type LineField, type RowSource, type SourceColumn } from "./parquet/row-groups";

/** What stands before the text of an unparsed line, which is the last field of a row: no such text is then a dash. */
export const UNPARSED_MARK = "u";

/** The fields of a row; the last one is an unparsed line. A date and a time of day are one, a timestamp. */
export const rowColumns = (format: LogFormat): readonly Column[] =>
  fieldsByName(format).flatMap(({ token, columns }) => (token === "tabbedDate" ? [] : columns));

/** The rows of a format, each of their columns with the field that has its values. */
export function rowSource(format: LogFormat): RowSource {
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
    lineFields: format.fields.map((field, index) => lineField(field, canEndBefore(format, index))),
    rowFields: inRows.length + 1,
    columns,
  };
}

/** Forms of fields in the program, in the order of their numbers. */
const FORMS = [
  "word",
  "first word",
  "instant",
  "instant without zone",
  "number",
  "digits",
  "host and port",
  "quoted",
  "quoted status",
  "quoted list",
  "request",
  "bracketed time",
  "between tabs",
  "date",
  "time of day",
  "letters",
  "no number",
  "tenant",
] as const;

interface UsualForm extends Partial<Omit<LineField, "form" | "canEndBefore">> {
  readonly form: (typeof FORMS)[number] | "none";
}

const quoted: UsualForm = { form: "quoted" };
const integer: UsualForm = { form: "number", most: 15 };
const short: UsualForm = { form: "number", most: 9 };
const decimal: UsualForm = { form: "number", most: 15, fraction: 17 };
const orDash = (form: UsualForm): UsualForm => ({ ...form, isOptional: true });

/** The usual form of each kind of field, which the program reads; lines of other forms are read by the line reader. */
const USUAL_FORMS: Readonly<Record<TokenKind, UsualForm>> = {
  word: { form: "word" },
  firstWord: { form: "first word" },
  instant: { form: "instant" },
  optionalInstant: orDash({ form: "instant" }),
  zonelessInstant: { form: "instant without zone" },
  optionalZonelessInstant: orDash({ form: "instant without zone" }),
  integer,
  shortInteger: short,
  decimal,
  port: orDash({ form: "digits", least: 1, most: 5 }),
  status: orDash({ form: "digits", least: 1, most: 3 }),
  hostPort: { form: "host and port" },
  optionalHostPort: orDash({ form: "host and port" }),
  quoted,
  request: { form: "request" },
  escapedQuoted: quoted,
  escapedRequest: { form: "request" },
  unescapedQuoted: quoted,
  unescapedRequest: quoted,
  bracketedTime: { form: "bracketed time" },
  quotedList: { form: "quoted list" },
  quotedOrBare: quoted,
  bareOrQuoted: { form: "word" },
  statusList: { form: "quoted status" },
  tabbed: { form: "between tabs" },
  // Fields of JSON lines, which are never scanned.
  tabbedArn: { form: "none" },
  tabbedMilliseconds: { form: "none" },
  tabbedDate: { form: "date" },
  tabbedTime: { form: "time of day" },
  tabbedStatus: { form: "digits", least: 3, most: 3 },
  tabbedLetters: orDash({ form: "letters" }),
  tabbedNoNumber: { form: "no number" },
  tabbedTenant: orDash({ form: "tenant" }),
  tabbedInteger: integer,
  tabbedShort: short,
  tabbedDecimal: decimal,
};

function lineField({ token }: Field, canEnd: boolean): LineField {
  const { form, isOptional = false, least = 0, most = 0, fraction = 0 } = USUAL_FORMS[token];
  const number = form === "none" ? FORMS.length : FORMS.indexOf(form);
  return { form: number, isOptional, canEndBefore: canEnd, least, most, fraction };
}
