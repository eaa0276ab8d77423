/** Tokens of JSON. */
const STRING = /"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const SPACE = /[ \t\r\n]*/y;

/**
 * The place where a text is not valid JSON, and the likely reason. JavaScript's own message has no line, and not always a
 * position.
 *
 * @returns `undefined` if the text is valid JSON
 */
export function jsonMistake(
  text: string,
): { readonly line: number; readonly column: number; readonly hint: string } | undefined {
  const offset = new Scanner(text).firstMistake();
  if (offset === undefined) return undefined;
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1) ?? "").length + 1, hint: hintOf(text, offset) };
}

function hintOf(text: string, offset: number): string {
  const rest = text.slice(offset);
  if (/^(?:\/\/|\/\*|#)/.test(rest)) return "JSON does not allow comments";
  if (rest.startsWith("'")) return 'JSON requires "double quotes"';
  if (/^[}\]]/.test(rest) && /,\s*$/.test(text.slice(0, offset))) return "remove the comma before it";
  if (rest === "") return "the file ends too early";
  return `unexpected ${JSON.stringify(rest.slice(0, 10))}`;
}

class Scanner {
  private at = 0;

  constructor(private readonly text: string) {}

  firstMistake(): number | undefined {
    const isValue = this.value();
    this.skip(SPACE);
    return isValue && this.at === this.text.length ? undefined : this.at;
  }

  private value(): boolean {
    this.skip(SPACE);
    if (this.takes("{")) return this.items("}", () => this.member());
    if (this.takes("[")) return this.items("]", () => this.value());
    return this.skip(STRING) || this.skip(SCALAR);
  }

  private member(): boolean {
    this.skip(SPACE);
    if (!this.skip(STRING)) return false;
    this.skip(SPACE);
    return this.takes(":") && this.value();
  }

  private items(end: string, item: () => boolean): boolean {
    this.skip(SPACE);
    if (this.takes(end)) return true;
    do {
      if (!item()) return false;
      this.skip(SPACE);
      if (this.takes(end)) return true;
    } while (this.takes(","));
    return false;
  }

  private takes(character: string): boolean {
    if (this.text[this.at] !== character) return false;
    this.at++;
    return true;
  }

  private skip(token: RegExp): boolean {
    token.lastIndex = this.at;
    const found = token.exec(this.text);
    if (found) this.at = token.lastIndex;
    return found !== null;
  }
}
