import { canEndBefore, type Field, fieldsByName, type LogFormat } from "../formats/log-format";
import { namedToken } from "../formats/render/line-pattern";
import type { TokenKind } from "../formats/tokens";
import type { LineField } from "./parquet/row-source";

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
  "status codes",
  "quoted list",
  "request",
  "bracketed time",
  "between tabs",
  "date",
  "time of day",
  "letters",
  "no number",
  "tenant",
  "bare request",
  "bare status",
  "milliseconds",
  "arn",
  "quoted or bare",
] as const;

interface UsualForm extends Partial<Omit<LineField, "form" | "canLack">> {
  readonly form: (typeof FORMS)[number];
}

const text: UsualForm = { form: "between tabs" };
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
  unescapedQuoted: orDash(quoted),
  unescapedRequest: orDash(quoted),
  bracketedTime: { form: "bracketed time" },
  quotedList: { form: "quoted list" },
  quotedOrBare: { form: "quoted or bare" },
  bareOrQuoted: { form: "quoted or bare" },
  statusList: { form: "status codes" },
  tabbed: text,
  tabbedArn: { form: "arn" },
  tabbedMilliseconds: { form: "milliseconds", least: 12, most: 13 },
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

/** The usual form of a text that is alone, where it is another one. */
const ALONE_FORMS: Readonly<Partial<Record<TokenKind, UsualForm>>> = {
  word: text,
  firstWord: text,
  quoted: text,
  escapedQuoted: text,
  unescapedQuoted: text,
  unescapedRequest: text,
  quotedList: text,
  quotedOrBare: text,
  bareOrQuoted: text,
  request: { form: "bare request" },
  escapedRequest: { form: "bare request" },
  statusList: { form: "bare status" },
};

/** The fields of lines by position. */
export const lineFields = (format: LogFormat): readonly LineField[] =>
  format.fields.map(({ token }, index) => lineField(USUAL_FORMS[token], canEndBefore(format, index)));

/** The fields of lines whose fields are found by name. */
export const namedFields = (format: LogFormat): readonly LineField[] =>
  fieldsByName(format).map((field) => {
    const token = field.orUnknown ? "tabbed" : field.token;
    return lineField(ALONE_FORMS[token] ?? USUAL_FORMS[token], canBeEmpty(field));
  });

const canBeEmpty = (field: Field): boolean => new RegExp(`^(?:${namedToken(field).form})$`).test("");

const lineField = (
  { form, isOptional = false, least = 0, most = 0, fraction = 0 }: UsualForm,
  canLack: boolean,
): LineField => ({ form: FORMS.indexOf(form), isOptional, canLack, least, most, fraction });
