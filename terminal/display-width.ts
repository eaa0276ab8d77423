import stringWidth from "string-width";

const ASCII = /^[\x20-\x7e]*$/;
const ELLIPSIS = "…";

/** Columns that a text takes in a terminal: Chinese characters take two. */
export const displayWidth = (text: string): number => (ASCII.test(text) ? text.length : stringWidth(text));

/** The text, or its beginning and an ellipsis if it is wider. */
export function cut(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  return `${beginning(text, width - 1)}${ELLIPSIS}`;
}

/** The text in lines of a width; words are broken, so that nothing is lost. */
export function folded(text: string, width: number): string[] {
  const lines: string[] = [];
  let rest = text;
  while (displayWidth(rest) > width) {
    const line = beginning(rest, width);
    lines.push(line);
    rest = rest.slice(line.length);
  }
  return [...lines, rest];
}

/** The text with spaces up to a width. */
export const padded = (text: string, width: number, align: "left" | "right"): string => {
  const spaces = " ".repeat(Math.max(0, width - displayWidth(text)));
  return align === "left" ? `${text}${spaces}` : `${spaces}${text}`;
};

/** As many characters from the start as fit into a width, but at least one. */
function beginning(text: string, width: number): string {
  if (ASCII.test(text)) return text.slice(0, Math.max(1, width));
  let end = 0;
  let used = 0;
  for (const { segment } of GRAPHEMES.segment(text)) {
    used += stringWidth(segment);
    if (used > width && end > 0) break;
    end += segment.length;
  }
  return text.slice(0, end);
}

const GRAPHEMES = new Intl.Segmenter("en", { granularity: "grapheme" });
