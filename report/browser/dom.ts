import type { Part } from "../page/node";

const SVG = new Set(["svg", "circle", "rect", "path", "line", "text", "g"]);

/** A part of the page as DOM nodes. Values become text nodes and attributes: they are never parsed. */
export function toDom(part: Part): Node & ChildNode {
  if (typeof part === "string") return document.createTextNode(part);
  const element = SVG.has(part.tag)
    ? document.createElementNS("http://www.w3.org/2000/svg", part.tag)
    : document.createElement(part.tag);
  for (const name in part.attributes) element.setAttribute(name, part.attributes[name] ?? "");
  element.append(...part.children.map(toDom));
  return element;
}
