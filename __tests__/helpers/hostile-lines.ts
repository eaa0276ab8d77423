import fc from "fast-check";
import { FORMATS, type FormatId } from "../../formats";
import { jsonStepsOf } from "../../formats/json-path";
import { fieldsByName, isJsonOnly } from "../../formats/log-format";
import type { TokenKind } from "../../formats/tokens";
import { FIELDS, type FieldTexts, LINES, objectOf } from "./lines";

/** Text that may be in a field, and text that breaks lines: quotes, separators, dashes, digits, brackets. */
const hostileText = fc.string({ unit: fc.constantFrom(...'" -:.0179aZ[]é\t\\{}%#,=/'), maxLength: 12 });

/** A request line of words and runs of spaces. */
const hostileRequest = fc
  .array(fc.constantFrom("GET", "-", "http://h:80/a", "HTTP/1.1", " ", " ", "  "), { maxLength: 8 })
  .map((words) => `"${words.join("")}"`);

/** Days and times of day, some of which do not exist. */
const date = fc.constantFrom(
  ...["2026-11-23", "2024-02-29", "2000-02-29", "1900-02-29", "2026-02-29", "2026-04-31", "2026-06-30"],
  ...[
    "2026-00-10",
    "2026-13-01",
    "2026-12-00",
    "0000-01-01",
    "0999-12-31",
    "1000-01-01",
    "2999-12-31",
    "3000-01-01",
  ],
);
const time = fc.constantFrom(
  "00:00:00",
  "23:59:59",
  "23:59:60",
  "24:00:00",
  "12:60:00",
  "19:19:09",
  "7:05:00",
);
const instant = fc
  .tuple(date, time, fc.constantFrom("Z", ".1Z", ".123456Z", ".1234567Z", ".Z", ""))
  .map(([day, clock, end]) => `${day}T${clock}${end}`);

/** The hostile text that each kind of field is most likely to be misread with. */
const SPECIAL: Readonly<Partial<Record<TokenKind, fc.Arbitrary<string>>>> = {
  request: hostileRequest,
  instant,
  optionalInstant: instant,
  tabbedDate: date,
  tabbedTime: time,
};

/** Some fields with such a text. */
const specialFields = (id: FormatId): fc.Arbitrary<FieldTexts> =>
  fc
    .record(
      Object.fromEntries(
        FORMATS[id].fields.flatMap(({ name, token }) => {
          const special = SPECIAL[token];
          return special ? [[name, special]] : [];
        }),
      ),
      { requiredKeys: [] },
    )
    .map((texts) => texts as FieldTexts);

/** Values of JSON; a log has only texts. */
const jsonValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: hostileText },
  fc.constantFrom("-", "", "200", " 5", "0.25", "a\u0001\u0085b", "\u2028"),
  fc.integer(),
  fc.constantFrom(true, false, null, [], ["a"], {}, { a: 1 }),
);

/** Objects and lists of such values, with the keys of some paths. */
const nestedValue = (keys: readonly string[]): fc.Arbitrary<unknown> =>
  fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      jsonValue,
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...keys), tie("value"), { maxKeys: 3 }),
    ),
  })).value;

/** A complete object, some of whose members have hostile values. */
function hostileMembers(id: FormatId): fc.Arbitrary<string> {
  const keys = fieldsByName(FORMATS[id])
    .flatMap(({ name, otherName = name }) => [name, otherName])
    .map((name) => jsonStepsOf(name).flatMap((step) => (step.kind === "key" ? [step.key] : [])))
    .filter(({ length }) => length > 0);
  const complete = isJsonOnly(FORMATS[id])
    ? JSON.parse(FORMATS[id].samples[0])
    : objectOf(FORMATS[id], FIELDS[id]);
  const first = fc.constantFrom(...keys.flatMap(([key]) => key ?? []));
  return fc
    .dictionary(first, nestedValue(keys.flat()), { maxKeys: 3 })
    .map((members) => JSON.stringify({ ...complete, ...members }));
}

/** An object with some of a format's fields, and others: complete, cut, or with something after it. */
const hostileObject = (id: FormatId): fc.Arbitrary<string> => {
  const names = fieldsByName(FORMATS[id]).map(({ name }) => name);
  return fc
    .record({
      members: fc.dictionary(fc.constantFrom(...names, "C-IP", "x", ""), jsonValue, { maxKeys: 6 }),
      moment: fc.oneof(
        { weight: 3, arbitrary: fc.constant({ date: "2026-11-23", time: "07:05:00" }) },
        fc.record({ date, time }, { requiredKeys: [] }),
      ),
      change: fc.constantFrom(
        ...Array<(text: string) => string>(6).fill((text) => text),
        (text: string) => text.slice(0, -1),
        (text: string) => `${text} `,
        (text: string) => `${text}}`,
        (text: string) => ` ${text}`,
        (text: string) => `[${text}]`,
      ),
    })
    .map(({ members, moment, change }) => change(JSON.stringify({ ...members, ...moment })));
};

/** A line with hostile text in some fields; if the format has such lines, also as JSON or with tabs. */
export const hostileLine = (id: FormatId): fc.Arbitrary<string> =>
  fc.oneof(
    hostileFields(id),
    ...(FORMATS[id].json ? [hostileObject(id)] : []),
    ...(FORMATS[id].json ? [hostileMembers(id)] : []),
    ...(FORMATS[id].tabs ? [hostileTabs(id)] : []),
  );

/** A complete line with tabs, some of whose fields have hostile text. */
const hostileTabs = (id: FormatId): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.dictionary(fc.constantFrom(...Object.keys(FIELDS[id])), hostileText, { maxKeys: 3 }),
      fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, specialFields(id)),
    )
    .map(([changes, special]) => Object.values({ ...FIELDS[id], ...changes, ...special }).join("\t"))
    .filter((line) => !/[\r\n]/.test(line));

/** Fields that are quoted as they should be or not, cut to some length. */
const hostileFields = (id: FormatId) =>
  fc
    .record({
      changes: fc.dictionary(fc.constantFrom(...Object.keys(FIELDS[id])), hostileText, { maxKeys: 3 }),
      special: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, specialFields(id)),
      isQuotedRight: fc.boolean(),
      count: fc.integer({ min: 1, max: Object.keys(FIELDS[id]).length }),
      tail: fc.oneof({ weight: 5, arbitrary: fc.constant("") }, hostileText),
    })
    .map(({ changes, special, isQuotedRight, count, tail }) => {
      const quoted = Object.entries(changes).map(([name, text]) => {
        const isQuoted = FIELDS[id][name]?.startsWith('"') === true && isQuotedRight;
        return [name, isQuoted ? `"${text}"` : text] as const;
      });
      return LINES[id]({ ...Object.fromEntries(quoted), ...special }, count) + tail;
    })
    .filter((line) => !/[\r\n]/.test(line));
