/** What every terminal shows, and a mail or a ticket, too. */
export const SCREEN_WIDTH = 80;

/** Breaks a line between words; a word that is too long, as a path, stays whole so that it can be copied. */
export function wrapped(text: string, indent: string): string[] {
  const lines: string[] = [];
  const start = /^ */.exec(text)?.[0] ?? "";
  let line = start;
  for (const word of text
    .slice(start.length)
    .replaceAll(/\p{Cc}/gu, "\uFFFD")
    .split(" ")) {
    const isFirst = line === start || line === indent;
    if (!isFirst && line.length + 1 + word.length > SCREEN_WIDTH) {
      lines.push(line);
      line = indent + word;
    } else line += isFirst ? word : ` ${word}`;
  }
  return [...lines, line];
}
