import fc from "fast-check";
import { FORMATS, type FormatId } from "../../formats";
import { canEndBefore, type Field, isJsonOnly, type LogFormat } from "../../formats/log-format";
import type { Row, Value } from "../../formats/read-line";
import type { TokenKind } from "../../formats/tokens";
import { jsonLine } from "./json-line";
import { objectOf, unquoted } from "./lines";

/** A field as AWS writes it, with the values of its columns. */
interface Known {
  readonly text: string;
  readonly values: readonly Value[];
}

const known = (text: string, ...values: readonly Value[]): Known => ({ text, values });
const same = (text: string): Known => known(text, text);
const NULL = fc.constant(known("-", null));
/** A value, or a dash that is NULL. */
const orNull = (value: fc.Arbitrary<Known>) => fc.oneof({ weight: 4, arbitrary: value }, NULL);

/** Characters that clients send and that end no field: of other alphabets, of other formats, of other engines. */
const CHARACTERS = [..."aZ09-._:/?&=%#,;|{}[]()<>'`$*+~^!@é日\u00a0\u2028😀"];
/** A text longer than any buffer of a reader. */
const LONG = fc.constant("x".repeat(65_536));
const textOf = (more: string) =>
  fc.oneof(
    {
      weight: 30,
      arbitrary: fc.string({ unit: fc.constantFrom(...CHARACTERS, ...more), minLength: 1, maxLength: 30 }),
    },
    { weight: 1, arbitrary: LONG },
  );
const isValue = (text: string) => text !== "" && text !== "-";
/** Text without separators and quotes. */
const word = textOf("\\").filter(isValue);
/** The same with spaces inside. */
const words = fc
  .array(word, { minLength: 1, maxLength: 3 })
  .chain((parts) => fc.constantFrom(" ", "  ").map((spaces) => parts.join(spaces)));

const integer = (digits: number) =>
  orNull(
    fc
      .integer({ min: -(10 ** digits) + 1, max: 10 ** digits - 1 })
      .map((value) => known(String(value), value)),
  );
const decimal = orNull(
  fc
    .tuple(fc.integer({ min: -1, max: 999_999 }), fc.integer({ min: 0, max: 999_999 }))
    .map(([whole, fraction]) => `${whole}.${String(fraction).padStart(6, "0")}`)
    .map((text) => known(text, Number(text) + 0)),
);
const status = fc.integer({ min: 0, max: 999 }).map((code) => same(String(code).padStart(3, "0")));
const port = fc.integer({ min: 0, max: 65_535 });

const YEAR_1000 = Date.UTC(1000, 0);
const YEAR_3000 = Date.UTC(3000, 0);
/** Milliseconds, and the microseconds after them. */
const instant = fc.tuple(
  fc.integer({ min: YEAR_1000, max: YEAR_3000 - 1 }),
  fc.integer({ min: 0, max: 999 }).map((micros) => String(micros).padStart(3, "0")),
);
const iso = instant.map(([millis, micros]) => new Date(millis).toISOString().replace("Z", `${micros}Z`));
const timestamp = iso.map(same);
const zoneless = iso.map((text) => known(text.replace("Z", ""), text));
const seconds = iso.map((text) => text.slice(0, 19));

const hostPort = fc
  .oneof(
    fc.tuple(fc.ipV4(), fc.constant("")),
    fc.tuple(fc.ipV6(), fc.constantFrom("", "[")),
    fc.tuple(fc.constant("i-0a1b2c"), fc.constant("")),
  )
  .chain(([host, bracket]) =>
    port.map((number) => known(`${bracket}${host}${bracket ? "]" : ""}:${number}`, host, number)),
  );

/** `GET url HTTP/1.1`, with quotes of the client as the format writes them. */
const request = (quote: string) =>
  fc
    .tuple(
      fc.constantFrom("GET", "POST", "M-SEARCH"),
      fc.tuple(words, fc.constantFrom("", `${quote}b`)).map((parts) => parts.join("")),
      fc.constantFrom("HTTP/1.1", "HTTP/2.0"),
    )
    .map((parts) => known(`"${parts.join(" ")}"`, ...parts));

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const bracketed = (text: string) => {
  const [year, month, day] = text.slice(0, 10).split("-");
  return known(`[${day}/${MONTHS[Number(month) - 1]}/${year}:${text.slice(11)} +0000]`, `${text}.000000Z`);
};

const quoted = ({ text, values }: Known): Known => known(`"${text}"`, ...values);
const codes = fc.array(status, { minLength: 1, maxLength: 4 });
const tabbed = fc.oneof(word, words, textOf(' "\\').filter(isValue));

/** Values of each kind of field, in the form of AWS. */
const KNOWN: Readonly<Record<TokenKind, fc.Arbitrary<Known>>> = {
  word: orNull(word.map(same)),
  firstWord: word.filter((text) => !/^[#{]/.test(text)).map(same),
  instant: timestamp,
  optionalInstant: orNull(timestamp),
  zonelessInstant: zoneless,
  optionalZonelessInstant: orNull(zoneless),
  integer: integer(15),
  shortInteger: integer(9),
  decimal,
  port: orNull(port.map((number) => known(String(number), number))),
  status: orNull(status),
  hostPort,
  optionalHostPort: fc.oneof(hostPort, fc.constant(known("-", null, null))),
  quoted: orNull(textOf(" \\").filter(isValue).map(same)).map(quoted),
  request: fc.oneof(request("\\x22"), fc.constant(known('"- - -"', null, null, null))),
  escapedQuoted: orNull(
    fc.tuple(words, fc.constantFrom("", '\\"', '\\"b')).map((parts) => same(parts.join(""))),
  )
    .filter(({ text }) => !/\\\\"|\\$/.test(text))
    .map(quoted),
  escapedRequest: fc.oneof(
    request('\\"').filter(({ text }) => !text.includes('\\\\"')),
    fc.constant(known('"- - -"', null, null, null)),
  ),
  unescapedQuoted: orNull(
    fc.tuple(words, fc.constantFrom("", '"b')).map((parts) => quoted(same(parts.join("")))),
  ),
  unescapedRequest: fc.oneof(
    request('"').map(({ text }) => known(text, text.slice(1, -1))),
    NULL,
  ),
  bracketedTime: seconds.map(bracketed),
  quotedList: fc
    .constantFrom("-", '"h2"', '"h2","http/1.1"')
    .map((text) => (text === "-" ? known(text, null) : same(text))),
  quotedOrBare: orNull(fc.oneof(words.map(same).map(quoted), word.map(same))),
  bareOrQuoted: orNull(fc.oneof(words.map(same).map(quoted), word.map(same))),
  statusList: orNull(
    fc.oneof(
      codes.map((list) => quoted(same(list.map(({ text }) => text).join(" ")))),
      status,
    ),
  ),
  tabbed: orNull(tabbed.map(same)),
  tabbedArn: word.map((text) => same(`arn:${text}`)),
  tabbedMilliseconds: fc
    .integer({ min: 10 ** 11, max: 10 ** 13 - 1 })
    .map((time) => known(String(time), new Date(time).toISOString().replace("Z", "000Z"))),
  tabbedDate: seconds.map((text) => same(text.slice(0, 10))),
  tabbedTime: seconds.map((text) => same(text.slice(11))),
  tabbedStatus: status,
  tabbedLetters: fc.constantFrom("Hit", "Miss").map(same),
  tabbedNoNumber: orNull(tabbed.filter((text) => !/^[0-9]*$/.test(text)).map(same)),
  tabbedTenant: orNull(fc.constant(same("dt_2zS5x"))),
  tabbedInteger: integer(15),
  tabbedShort: integer(9),
  tabbedDecimal: decimal,
};

/** Numbers of fields of a format's lines. */
const lengthsOf = (format: LogFormat): readonly number[] =>
  Array.from({ length: format.fields.length + 1 }, (_, length) => length).filter((length) =>
    canEndBefore(format, length),
  );

/** A line of a format, and the row that it is. */
export interface KnownLine {
  readonly line: string;
  readonly row: Row;
}

/** Lines by the grammar of a format, of every length and in every way to write it, some with fields that AWS may add. */
export function knownLine(id: FormatId): fc.Arbitrary<KnownLine> {
  const { fields } = FORMATS[id];
  if (isJsonOnly(FORMATS[id])) return knownObject(id);
  return fc
    .tuple(
      fc.tuple(...fields.map(({ token }) => KNOWN[token])),
      fc
        .constantFrom(...lengthsOf(FORMATS[id]))
        .chain((count) => fc.tuple(fc.constant(count), fc.constantFrom(...writersOf(FORMATS[id], count)))),
    )
    .map(([texts, [count, write]]) => {
      const known = texts.slice(0, count);
      return { line: write(known.map(({ text }) => text)), row: rowOf(id, fields, known) };
    })
    .filter(({ line }) => line.length < MAX_LENGTH);
}

type WriteLine = (texts: readonly string[]) => string;

/** The ways in which AWS writes so many of the same fields. */
function writersOf(format: LogFormat, count: number): readonly WriteLine[] {
  const { fields, separator, json, tabs } = format;
  const delimited =
    (between: string, more: readonly string[] = [], change = (text: string) => text): WriteLine =>
    (texts) =>
      [...texts.map(change), ...(texts.length === fields.length ? more : [])].join(between);
  const object =
    (hasOtherNames: boolean): WriteLine =>
    (texts) => {
      const named = Object.fromEntries(fields.map(({ name }, index) => [name, texts[index]]));
      return jsonLine(Object.entries({ ...objectOf(format, named, hasOtherNames), "a new field": "x" }));
    };
  return [
    delimited(separator),
    delimited(separator, ["a-new-field"]),
    ...(json ? [object(false), object(true)] : []),
    ...(tabs && count >= tabs.fields ? [delimited("\t"), delimited("\t", ["a new field"], unquoted)] : []),
  ];
}

/** A longer line may be cut. */
const MAX_LENGTH = 150_000;

/** Objects with a value at each path. */
const knownObject = (id: FormatId): fc.Arbitrary<KnownLine> => {
  const { namedFields = [] } = FORMATS[id];
  return fc
    .tuple(...namedFields.map(({ token }) => KNOWN[token]))
    .map((texts) => {
      const paths = namedFields.map(({ name }, index) => [name, texts[index]?.text ?? ""] as const);
      const line = jsonLine(paths.filter(([path]) => path !== ""));
      return { line, row: rowOf(id, [], [...texts.slice(0, -1), same(line)]) };
    })
    .filter(({ line }) => line.length < MAX_LENGTH);
};

/** The same lines in every run. */
export const knownLines = (id: FormatId): readonly string[] =>
  fc.sample(knownLine(id), { numRuns: 40, seed: 1 }).map(({ line }) => line);

function rowOf(id: FormatId, fields: readonly Field[], texts: readonly Known[]): Row {
  const { time, namedFields = [] } = FORMATS[id];
  const row = Object.fromEntries(
    [...fields, ...namedFields].flatMap(({ columns }, index) =>
      columns.map(({ name, type }, part): [string, Value] => {
        const value = texts[index]?.values[part] ?? null;
        return [name, typeof value === "number" && type === "string" ? String(value) : value];
      }),
    ),
  );
  if (time.length === 1) return row;
  const [date, clock] = time;
  return { ...row, [clock]: `${row[date]}T${row[clock]}.000000Z` };
}
