/** Athena's parser of Hive DDL rejects a statement. */
export class ParseException extends Error {}

interface Token {
  readonly kind: "word" | "name" | "text" | "sign" | "end";
  readonly value: string;
  readonly line: number;
  readonly column: number;
}

/** A name between backticks, a text between quotes, a word, or a sign. */
const TOKEN = /`([^`]+)`|'((?:[^'\\]|\\.)*)'|([A-Za-z_0-9]+)|(\S)/g;

/** Reads a Hive DDL statement from its first token to its last. */
export class HiveReader {
  private readonly tokens: readonly Token[];
  private next = 0;

  constructor(sql: string) {
    this.tokens = tokensOf(sql);
  }

  /** Consumes these words if they are next. */
  skips(words: string): boolean {
    const list = words.split(" ");
    const isNext = list.every((word, index) => {
      const token = this.tokens[this.next + index];
      return (token?.kind === "word" || token?.kind === "sign") && token.value.toUpperCase() === word;
    });
    if (isNext) this.next += list.length;
    return isNext;
  }

  /** @throws ParseException if other words are next */
  expect(words: string, place: string): void {
    if (!this.skips(words)) throw this.unexpected(place);
  }

  /**
   * Reads a name. In Hive, names that are not keywords need no backticks. Hive does not support double
   * quotes.
   */
  name(place: string): string {
    const token = this.take();
    if (token.kind === "name" || token.kind === "word") return token.value;
    throw this.unexpectedAt(this.next - 1, place);
  }

  text(place: string): string {
    const token = this.take();
    if (token.kind === "text") return token.value.replaceAll(/\\(.)/g, "$1");
    throw this.unexpectedAt(this.next - 1, place);
  }

  /** Reads a list in parentheses. */
  list<T>(place: string, item: () => T): T[] {
    this.expect("(", place);
    const items = [item()];
    while (this.skips(",")) items.push(item());
    this.expect(")", place);
    return items;
  }

  isAtEnd(): boolean {
    return this.tokens[this.next]?.kind === "end";
  }

  unexpected(place: string): ParseException {
    return this.unexpectedAt(this.next, place);
  }

  private take(): Token {
    const token = this.tokens[this.next] ?? END;
    this.next++;
    return token;
  }

  private unexpectedAt(index: number, place: string): ParseException {
    const { line, column } = this.tokens[index] ?? END;
    const near = [0, 1, 2].map((offset) => `'${shown(this.tokens[index + offset] ?? END)}'`).join(" ");
    return new ParseException(
      `FAILED: ParseException line ${line}:${column} cannot recognize input near ${near} in ${place}`,
    );
  }
}

const END: Token = { kind: "end", value: "<EOF>", line: 1, column: 0 };

const shown = ({ kind, value }: Token): string =>
  kind === "name" ? `\`${value}\`` : kind === "text" ? `'${value}'` : value;

function tokensOf(sql: string): Token[] {
  const tokens = [...sql.matchAll(TOKEN)].map(({ 1: name, 2: text, 3: word, 4: sign, index }): Token => {
    const before = sql.slice(0, index).split("\n");
    const place = { line: before.length, column: before.at(-1)?.length ?? 0 };
    if (name !== undefined) return { kind: "name", value: name, ...place };
    if (text !== undefined) return { kind: "text", value: text, ...place };
    return word !== undefined
      ? { kind: "word", value: word, ...place }
      : { kind: "sign", value: sign ?? "", ...place };
  });
  return [...tokens, END];
}
