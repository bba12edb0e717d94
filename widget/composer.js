// Where the user types.

import { h, icon, moveFocus } from "./dom.js";
import { fill } from "./words.js";

/** @import { Setting } from "./types" */

/** The counter shows when this few characters are left. */
const NEAR_LIMIT = 200;

export class Composer {
  #setting;
  #count = h("p", { class: "count", id: "count" });

  /** @param {Setting} setting */
  constructor(setting) {
    this.#setting = setting;
    const { words } = setting;
    this.input = h("textarea", {
      rows: 1,
      dir: "auto",
      enterkeyhint: "send",
      placeholder: words.input,
      "aria-label": words.input,
      "aria-describedby": "count",
      input: () => this.measure(),
      keydown: (event) => this.#enter(event),
    });
    const send = h("button", { class: "solid", "aria-label": words.send }, icon("send"));
    const submit = (/** @type {Event} */ event) => this.#submit(event);
    this.form = h("form", { class: "ask", submit }, this.input, send, this.#count);
  }

  /** Sends on Enter, except while a word is composed. @param {KeyboardEvent} event */
  #enter(event) {
    // Safari says 229 on the Enter that ends a composition.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    this.#submit(event);
  }

  /** @param {Event} event */
  #submit(event) {
    event.preventDefault();
    const text = this.input.value.trim();
    moveFocus(this.input);
    const { announce, talk, pick } = this.#setting;
    if (text.length > talk.maxChars) return announce(this.#count.textContent ?? "");
    if (!text) return;
    this.input.value = "";
    this.measure();
    pick(text);
  }

  /** Fits the input to its text, and counts near the limit. */
  measure() {
    const { words, announce, talk } = this.#setting;
    const { input } = this;
    const left = talk.maxChars - input.value.trim().length;
    const wasSilent = !this.#count.textContent;
    this.#count.classList.toggle("over", left < 0);
    const line = fill(left < 0 ? words.over : words.left, { n: Math.abs(left) }, words.language);
    this.#count.textContent = left > NEAR_LIMIT ? "" : line;
    if (wasSilent && left <= NEAR_LIMIT) announce(line);
    input.setAttribute("aria-invalid", String(left < 0));
    input.style.height = "auto";
    input.style.height = `${input.scrollHeight + 2}px`;
  }
}
