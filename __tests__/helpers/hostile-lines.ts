import fc from "fast-check";
import type { FormatId } from "../../formats";
import { splitLines } from "../../formats/read-line";
import { ALB_FIELDS, albLine, CLOUDFRONT_FIELDS, cloudfrontLine } from "./lines";

export const FIELDS = { alb: ALB_FIELDS, cloudfront: CLOUDFRONT_FIELDS };
export const LINES = { alb: albLine, cloudfront: cloudfrontLine };

/** Text that could stand in a field, and text that breaks lines: quotes, separators, dashes, digits, brackets. */
const hostileText = fc.string({ unit: fc.constantFrom(...'" -:.0179aZ[]é\t\\{}%#,=/'), maxLength: 12 });

/** A line in which some fields hold hostile text, quoted or not as the field should be, cut to some length. */
export const hostileLine = (id: FormatId) =>
  fc
    .record({
      changes: fc.dictionary(fc.constantFrom(...Object.keys(FIELDS[id])), hostileText, { maxKeys: 3 }),
      isQuotedRight: fc.boolean(),
      count: fc.integer({ min: 1, max: Object.keys(FIELDS[id]).length }),
      tail: fc.oneof({ weight: 5, arbitrary: fc.constant("") }, hostileText),
    })
    .map(({ changes, isQuotedRight, count, tail }) => {
      const quoted = Object.entries(changes).map(([name, text]) => {
        const isQuoted = FIELDS[id][name]?.startsWith('"') === true && isQuotedRight;
        return [name, isQuoted ? `"${text}"` : text] as const;
      });
      return LINES[id](Object.fromEntries(quoted), count) + tail;
    })
    .filter((line) => splitLines(line).length === 1);
