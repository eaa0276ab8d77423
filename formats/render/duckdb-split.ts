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
      ...pieces.flatMap(hostPortLists),
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
  if (quoted) return holdsWords(piece) ? requestTexts(`w${index}`) : [text];
  if (!holdsWords(piece)) return fields.map(() => `trim(${text})`);
  return fields.flatMap((field, position) => {
    const word = wordOf(piece, position);
    return isHostPort(field) ? hostPortTexts(word, hostPortList(piece, position)) : [word];
  });
}

/** Every piece but the first begins with a space, so its first word is the second item of the split. */
const wordOf = ({ index }: Piece, position: number): string =>
  `w${index}[${position + (index === 1 ? 1 : 2)}]`;

const isHostPort = ({ token }: Field): boolean => tokenOf(token).parts === "hostPort";
const hostPortList = ({ index }: Piece, position: number): string => `h${index}_${position}`;

const hostPortLists = (piece: Piece) =>
  piece.fields.flatMap((field, position) =>
    isHostPort(field)
      ? [{ name: hostPortList(piece, position), sql: `string_split(${wordOf(piece, position)}, ':')` }]
      : [],
  );

/** Method, URL and protocol; a URL with spaces, or a missing protocol, is rare. */
const requestTexts = (words: string): readonly string[] => [
  `${words}[1]`,
  `CASE WHEN len(${words}) = 3 THEN ${words}[2] ELSE array_to_string(${words}[2:greatest(2, len(${words}) - 1)], ' ') END`,
  `CASE WHEN len(${words}) >= 3 THEN ${words}[len(${words})] END`,
];

/** Address and port, split at the last colon; IPv6 has more of them, and a lone `-` has none. */
const hostPortTexts = (text: string, parts: string): readonly string[] => [
  `CASE WHEN len(${parts}) = 2 THEN ${parts}[1] ELSE trim(array_to_string(${parts}[:-2], ':'), '[]') END`,
  `CASE WHEN ${text} <> '-' THEN ${parts}[len(${parts})] END`,
];

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
