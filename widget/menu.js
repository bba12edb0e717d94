// The menu under its button: it closes on Escape, on a press elsewhere, and when the focus goes on.

import { h } from "./dom.js";

/** @import { Surroundings } from "./surroundings.js" */
/** @import { ExtraSetting } from "./types" */

/** @type {WeakMap<Element, AbortController>} What ends the listeners of an open menu. */
const closers = new WeakMap();

/**
 * Opens or closes a menu.
 * @param {HTMLElement} button @param {HTMLElement} box @param {boolean} isOpen
 */
export function toggleMenu(button, box, isOpen) {
  closers.get(box)?.abort();
  box.hidden = !isOpen;
  button.setAttribute("aria-expanded", String(isOpen));
  if (!isOpen) return;
  const closer = new AbortController();
  closers.set(box, closer);
  const { signal } = closer;
  const close = () => toggleMenu(button, box, false);
  /** @param {Event} event */
  const press = (event) => event.composedPath().some((node) => node === button || node === box) || close();
  /** @param {FocusEvent} event */
  const leave = ({ relatedTarget: next }) =>
    !(next instanceof Node) || next === button || box.contains(next) || close();
  document.addEventListener("pointerdown", press, { capture: true, signal });
  addEventListener("blur", close, { signal }); // a frame of the page was pressed, or another window
  for (const each of [button, box]) each.addEventListener("focusout", leave, { signal });
}

/**
 * Returns the part of the menu that changes the look; it stays open meanwhile.
 * @param {Surroundings} surroundings @param {ExtraSetting} setting
 */
export function makeLooks(surroundings, { words }) {
  const wide = h("button", { class: "widen", "aria-pressed": "false" }, words.widen);
  wide.addEventListener("click", () => wide.setAttribute("aria-pressed", `${surroundings.widen()}`));
  const sizes = [-1, 1].map((step) => {
    const label = step < 0 ? words.smaller : words.larger;
    const click = () => surroundings.resize(step);
    const sign = h("span", { "aria-hidden": "true" }, step < 0 ? "A−" : "A+");
    return h("button", { click }, sign, h("span", { class: "hidden" }, label));
  });
  const group = h("div", { class: "sizes", role: "group", "aria-label": words.size }, words.size, ...sizes);
  return [wide, group];
}
