import type { Part } from "../page/node";

const SVG = new Set(["svg", "circle", "rect", "path", "line", "text", "g"]);

/** A part of the page as DOM nodes. Values become text nodes and attributes: they are never parsed. */
export function toDom(part: Part): Node {
  if (typeof part === "string") return document.createTextNode(part);
  const element = SVG.has(part.tag)
    ? document.createElementNS("http://www.w3.org/2000/svg", part.tag)
    : document.createElement(part.tag);
  for (const name in part.attributes) element.setAttribute(name, part.attributes[name] ?? "");
  element.append(...part.children.map(toDom));
  return element;
}

/** What a node was made of, as text. */
const drawn = new WeakMap<Node, string>();

/** Draws the children of an element again; those whose parts are as before stay, with their layout. */
export function redraw(parent: HTMLElement, parts: readonly Part[]): void {
  for (const [index, part] of parts.entries()) {
    const old = parent.childNodes[index];
    const text = JSON.stringify(part);
    if (old && drawn.get(old) === text) continue;
    const made = toDom(part);
    drawn.set(made, text);
    if (old) old.replaceWith(made);
    else parent.append(made);
  }
  while (parent.childNodes.length > parts.length) parent.lastChild?.remove();
}
