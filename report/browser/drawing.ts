import type { MakePart } from "../page/view";
import { toDom } from "./dom";
import { focusNow } from "./focus";

/** A part of the page: a child of an element, by its index, and what makes it. */
export interface Place {
  readonly parent: HTMLElement;
  readonly index: number;
  readonly make: MakePart;
}

/** @param selector of the element whose children the parts are */
export function placesIn(selector: string, parts: readonly MakePart[]): Place[] {
  const parent = document.querySelector<HTMLElement>(selector);
  return parent ? parts.map((make, index) => ({ parent, index, make })) : [];
}

/** The page answers while the parts that are not on the screen are drawn: it is busy for so long at a time. */
const TURN_MS = 12;

/** What a node was made of, as text. */
const drawn = new WeakMap<Node, string>();

/** Draws parts of the page again; a part that is as before stays, with its layout. */
export class Drawing {
  private waiting: readonly Place[] = [];

  /** @param onDrawn called with each new node */
  constructor(private readonly onDrawn: (node: HTMLElement) => void) {}

  /** Draws some parts now. */
  draw(places: readonly Place[]): void {
    for (const place of places) this.drawPart(place);
    const nodes = new Set(places.map(nodeAt));
    this.waitFor(this.waiting.filter((place) => !nodes.has(nodeAt(place))));
  }

  /** Draws the parts on the screen now, and the others in the turns after the next frame: the nearest first. */
  drawSeenFirst(places: readonly Place[]): void {
    // Reading places makes the browser lay out the page: once, before anything changes.
    const distances = new Map(places.map((place) => [place, distanceOf(nodeAt(place))]));
    const ordered = [...places].sort((a, b) => (distances.get(a) ?? 0) - (distances.get(b) ?? 0));
    const hidden = ordered.findIndex((place) => (distances.get(place) ?? 0) > 0);
    const seen = hidden < 0 ? ordered.length : hidden;
    for (const place of ordered.slice(0, seen)) this.drawPart(place);
    const isDrawing = this.waiting.length > 0;
    this.waitFor(ordered.slice(seen));
    if (!isDrawing) requestAnimationFrame(this.nextTurn);
  }

  private readonly nextTurn = (): void => {
    setTimeout(() => {
      const end = performance.now() + TURN_MS;
      let turn = 0;
      for (const place of this.waiting) {
        this.drawPart(place);
        turn += 1;
        if (performance.now() >= end) break;
      }
      this.waitFor(this.waiting.slice(turn));
      if (this.waiting.length > 0) this.nextTurn();
    });
  };

  private waitFor(places: readonly Place[]): void {
    this.waiting = places;
    document.getElementById("main")?.setAttribute("aria-busy", String(places.length > 0));
  }

  private drawPart(place: Place): void {
    const part = place.make();
    const text = JSON.stringify(part);
    const old = nodeAt(place);
    if (old && drawn.get(old) === text) return;
    const focus = focusNow();
    const node = toDom(part);
    drawn.set(node, text);
    if (old) old.replaceWith(node);
    else place.parent.append(node);
    if (node instanceof HTMLElement) this.onDrawn(node);
    focus();
  }
}

/** What is on the page at a place. */
export const nodeAt = ({ parent, index }: Place): ChildNode | undefined => parent.childNodes[index];

/** Pixels from the screen; 0 on it. */
function distanceOf(node: Node | undefined): number {
  if (!(node instanceof HTMLElement)) return 0;
  const { top, bottom } = node.getBoundingClientRect();
  return Math.max(0, -bottom, top - innerHeight);
}
