// Lines over the input: what was done or is asked, and why there is no connection.

import { h } from "./dom.js";

/** @import { Setting } from "./types" */

/** How long a line is shown that asks for nothing; who points at it reads on. */
const SHOWN_MS = 6000;

export class Notices {
  /** What was done or is asked. */
  bar = h("div", { class: "bar", role: "group", hidden: true });
  /** Why there is no connection, for as long as there is none. */
  line = h("div", { class: "bar", role: "group", hidden: true });
  #setting;
  #leave;
  #fading = 0;
  #trouble = "";

  /** @param {Setting} setting @param {(bar: Element) => void} leave Saves a focus that is in a bar. */
  constructor(setting, leave) {
    this.#setting = setting;
    this.#leave = leave;
  }

  /**
   * Shows a line, with what can be done about it. The focus stays where it is: only what the user
   * does moves it.
   * @param {string} line @param {HTMLElement[]} buttons
   */
  say(line, ...buttons) {
    clearTimeout(this.#fading);
    this.#fill(this.bar, line, buttons);
    if (line) this.#setting.announce(line);
    if (line && !buttons.length) this.#fade();
  }

  /**
   * Shows why there is no connection. Returns where the time of the next attempt may be shown.
   * @param {string} trouble A code, or nothing. @param {() => void} retry
   */
  warn(trouble, retry) {
    if (trouble !== this.#trouble) {
      this.#trouble = trouble;
      const { words } = this.#setting;
      const canRetry = trouble !== "offline" && trouble !== "rate_limited";
      const buttons = canRetry ? [h("button", { click: retry }, words[trouble === "consent" ? "agree" : "retry"])] : [];
      this.#fill(this.line, trouble && whyOf(trouble, words), buttons);
      // Once a countdown stands there, too.
      if (trouble) setTimeout(() => this.#setting.announce(this.line.firstChild?.textContent ?? ""));
    }
    return this.line.querySelector("span");
  }

  disconnect() {
    clearTimeout(this.#fading);
  }

  /** @param {HTMLElement} bar @param {string} line @param {HTMLElement[]} buttons */
  #fill(bar, line, buttons) {
    this.#leave(bar);
    bar.hidden = !line;
    bar.replaceChildren(h("p", {}, line, h("span")), buttons.length ? h("div", {}, ...buttons) : "");
    bar.setAttribute("aria-label", line);
  }

  #fade() {
    this.#fading = setTimeout(() => {
      if (this.bar.matches(":hover, :focus-within")) this.#fade();
      else this.say("");
    }, SHOWN_MS);
  }
}

/**
 * Returns the words for a code of the server or of transport.js.
 * @param {string} code @param {object} words
 */
export function whyOf(code, words) {
  const known = /** @type {Record<string, string>} */ (words);
  return known[code] ?? known.broken ?? "";
}
