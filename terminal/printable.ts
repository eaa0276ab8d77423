/**
 * Characters that a terminal interprets or that hide what a text says: control characters, which start escape
 * sequences, characters that change the direction of text, line and paragraph separators, parts of characters.
 */
const INTERPRETED = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}]/gu;
const REPLACEMENT = "\uFFFD";

/** A text of logs, file names, statements or other programs, as one line that a terminal shows and does not obey. */
export const printable = (text: string): string => text.replaceAll(INTERPRETED, REPLACEMENT);

/** The same, except for the line ends and tabs of CSV, JSON and SQL. */
const INTERPRETED_IN_DATA = new RegExp(`(?!\\t|\\n|\\r\\n)${INTERPRETED.source}`, "gu");

/** CSV, JSON or SQL for a terminal. */
export const printableData = (text: string): string => text.replaceAll(INTERPRETED_IN_DATA, REPLACEMENT);

/** An error: its other lines are indented, so that no part of it looks like another message. */
export const printableError = (text: string): string => text.split("\n").map(printable).join("\n       ");

/** The same for a text of several lines. */
export const printableLines = (text: string): string => text.split("\n").map(printable).join("\n");
