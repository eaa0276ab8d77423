/** A part of the page. The same parts become HTML when the report is made, and DOM nodes in the page: a value of a log is
 * a text in both, and never markup. */
export type Part = string | Element;

export interface Element {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Part[];
}

type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** Makes an element; attributes that are `undefined` or `false` are left out, `true` is an empty value. */
export function h(
  tag: string,
  attributes: Attributes = {},
  ...children: readonly (Part | readonly Part[])[]
): Element {
  // A page has thousands of elements: they are made in a plain loop.
  const given: Record<string, string> = {};
  for (const name in attributes) {
    const value = attributes[name];
    if (value !== undefined && value !== false) given[name] = value === true ? "" : String(value);
  }
  return { tag, attributes: given, children: children.flat() };
}

const VOID = new Set(["meta", "link", "input", "br", "hr", "img"]);
const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);

export function toHtml(part: Part): string {
  if (typeof part === "string") return escapeHtml(part);
  const attributes = Object.entries(part.attributes).map(
    ([name, value]) => ` ${name}="${escapeHtml(value)}"`,
  );
  const start = `<${part.tag}${attributes.join("")}>`;
  return VOID.has(part.tag) ? start : `${start}${part.children.map(toHtml).join("")}</${part.tag}>`;
}

/** Characters that are invisible or change how text around them is read: control, format, bidirectional. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Cs}]/gu;

/** True if all of a text can be seen. */
export const isPrintable = (text: string): boolean => text.search(UNPRINTABLE) < 0;

/** A value of a log for people: what cannot be seen is written as an escape. */
export const visible = (value: string): string =>
  value.replace(UNPRINTABLE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
