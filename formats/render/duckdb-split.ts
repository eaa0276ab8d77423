import type { Field, LogFormat } from "../log-format";
import { tokenOf } from "../tokens";
import { sqlIdentifier } from "./sql-text";

/** How DuckDB takes a line of the usual form apart. All SQL is in terms of `form`, the line, and the lists below. */
export interface LineSplit {
  /** Lists to compute first, each in terms of `form` or an earlier list. */
  readonly lists: readonly { readonly name: string; readonly sql: string }[];
  /** SQL of each column's text, in order. */
  readonly texts: readonly string[];
}

export const splitLine = (format: LogFormat): LineSplit =>
  format.separator === "\t" ? splitAtTabs(format) : splitAtQuotes(format);

const splitAtTabs = (format: LogFormat): LineSplit => ({
  lists: [{ name: "q", sql: "string_split(form, chr(9))" }],
  texts: format.fields.map((_, index) => `q[${index + 1}]`),
});

/** What stands between two quotes: a quoted field's text, or the words before and after such. */
interface Piece {
  /** Where it is in the line split at its quotes, from 1. */
  readonly index: number;
  readonly fields: readonly Field[];
  readonly quoted: boolean;
}

/** Splits at quotes, then at the spaces of the pieces that hold several words: each once per line. */
function splitAtQuotes(format: LogFormat): LineSplit {
  const pieces = piecesOf(format);
  return {
    lists: [
      { name: "q", sql: `string_split(form, '"')` },
      ...pieces
        .filter(holdsWords)
        .map(({ index }) => ({ name: `w${index}`, sql: `string_split(q[${index}], ' ')` })),
    ],
    texts: pieces.flatMap(textsOf),
  };
}

const holdsWords = ({ quoted, fields }: Piece): boolean =>
  quoted ? fields.some(({ token }) => tokenOf(token).parts === "request") : fields.length > 1;

function piecesOf(format: LogFormat): readonly Piece[] {
  const pieces: Piece[] = [];
  let words: Field[] = [];
  const push = (fields: readonly Field[], quoted: boolean) =>
    pieces.push({ index: pieces.length + 1, fields, quoted });
  for (const field of format.fields) {
    if (tokenOf(field.token).quoted) {
      push(words, false);
      push([field], true);
      words = [];
    } else {
      words.push(field);
    }
  }
  push(words, false);
  return pieces;
}

function textsOf(piece: Piece): readonly string[] {
  const { index, fields, quoted } = piece;
  const text = `q[${index}]`;
  const words = `w${index}`;
  if (quoted) return holdsWords(piece) ? requestTexts(words) : [text];
  if (!holdsWords(piece)) return fields.map(() => `trim(${text})`);
  // Every piece but the first begins with a space, so its first word is the second item of the split.
  const first = index === 1 ? 1 : 2;
  return fields.flatMap(({ token }, word) => {
    const item = `${words}[${first + word}]`;
    return tokenOf(token).parts === "hostPort" ? hostPortTexts(item) : [item];
  });
}

/** Method, URL and protocol; a URL with spaces, or a missing protocol, is rare. */
const requestTexts = (words: string): readonly string[] => [
  `${words}[1]`,
  `CASE WHEN len(${words}) = 3 THEN ${words}[2] ELSE array_to_string(${words}[2:greatest(2, len(${words}) - 1)], ' ') END`,
  `CASE WHEN len(${words}) >= 3 THEN ${words}[len(${words})] END`,
];

/** Address and port, split at the last colon; without one there is neither. */
function hostPortTexts(text: string): readonly string[] {
  const port = `split_part(${text}, ':', -1)`;
  return [`trim(${text}[:-2 - length(${port})], '[]')`, `CASE WHEN contains(${text}, ':') THEN ${port} END`];
}

/**
 * The usual form of a line, made of the columns that the line pattern captured.
 *
 * @param match name of a struct with the columns' texts
 */
export function renderUsualForm(format: LogFormat, match: string): string {
  const fields = format.fields.map(({ token, columns }) => {
    const separator = tokenOf(token).parts === "hostPort" ? ":" : " ";
    const text = columns.map(({ name }) => `${match}.${sqlIdentifier(name)}`).join(`, '${separator}', `);
    return tokenOf(token).quoted ? `'"', ${text}, '"'` : text;
  });
  return `concat(${fields.join(`, '${format.separator}', `)})`;
}
