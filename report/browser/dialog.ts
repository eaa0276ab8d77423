import { h } from "../page/node";
import { toDom } from "./dom";

/** Shows text that can be copied: a page from a file may not write to the clipboard everywhere. */
export function showText(title: string, text: string): void {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-label", title);
  const parts = [
    h("h3", {}, title),
    h("pre", { tabindex: 0 }, text),
    h("button", { type: "button", "data-action": "copy" }, "Copy"),
    h("button", { type: "button", "data-action": "close" }, "Close"),
  ];
  dialog.append(...parts.map(toDom));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

/** Copies the text of the dialog that a button is in. */
export function copyText(button: HTMLElement): void {
  const text = button.closest("dialog")?.querySelector("pre");
  if (!text) return;
  getSelection()?.selectAllChildren(text);
  // The only way that works from a file in every browser.
  const isCopied = document.execCommand("copy");
  button.textContent = isCopied ? "Copied" : "Press Ctrl-C to copy";
}
