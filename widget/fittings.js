// What the panel gets once it is open: the menu, what can be done about a message that waits, the
// countdown to the next attempt, the way to an answer out of sight.

import { HOPELESS, deliveryOf } from "./delivery.js";
import { h, moveFocus } from "./dom.js";
import { makeLooks, toggleMenu } from "./menu.js";
import { Surroundings } from "./surroundings.js";
import { fill } from "./words.js";

/** @import { ExtraSetting, Message, Parts } from "./types" */

/** What is this near to the lower edge of the conversation is out of sight. */
const EDGE_PX = 80;
/** The second press of a double one comes within this. */
const DOUBLE_MS = 600;
/** By these, tools that record sessions know what to leave out. */
const MASKS = ["data-dd-privacy", "data-hj-suppress", "data-sentry-mask", "data-clarity-mask"];

export class Fittings {
  #parts;
  #setting;
  #surroundings;
  #jump;
  #counting = 0;
  #askedAt = 0;
  /** @type {Element | null} Where the focus was when something was asked. */
  #asker = null;
  /** The answer that came while the reader was elsewhere. */
  #waiting = "";

  /** @param {Parts} parts @param {ExtraSetting} setting @param {AbortSignal} signal */
  constructor(parts, setting, signal) {
    this.#parts = parts;
    this.#setting = setting;
    this.#surroundings = new Surroundings(parts, signal);
    const click = () => {
      parts.reveal(parts.talk.messages.find(({ id }) => id === this.#waiting));
      this.#look();
    };
    this.#jump = h("button", { class: "jump solid", hidden: true, click }, setting.words.jump);
    parts.log.append(this.#jump);
    parts.log.addEventListener("scroll", () => this.#look());
    // The second press of a double one on what was asked selects nothing of what came there since.
    parts.log.addEventListener("mousedown", (event) => {
      if (event.detail > 1 && Date.now() - this.#askedAt < DOUBLE_MS) event.preventDefault();
    });
    // Scripts that record what visitors do leave it out.
    for (const name of MASKS) parts.log.parentElement?.setAttribute(name, "mask");
    parts.log.parentElement?.classList.add("fs-mask");
    signal.addEventListener("abort", () => clearTimeout(this.#counting));
  }

  /** @param {boolean} covers Whether the open chat covers the page. */
  show(covers) {
    this.#surroundings.fit();
    this.#surroundings.cover(covers);
    this.#surroundings.keep();
    if (this.#parts.isVisible()) this.#surroundings.restore();
  }

  /** Opens or closes the menu. @param {(close: () => void) => Node[]} fill */
  toggleMenu(fill) {
    const { menu, options } = this.#parts;
    const close = () => {
      toggleMenu(menu, options, false);
      moveFocus(menu);
    };
    if (!options.firstChild) options.append(...fill(close), ...makeLooks(this.#surroundings, this.#setting));
    toggleMenu(menu, options, Boolean(options.hidden));
  }

  noteAsked() {
    this.#asker = document.activeElement;
    this.#askedAt = Date.now();
  }

  /**
   * Scrolls the page to an answer, where the panel is higher than the window; for who asked and is
   * still there.
   * @param {Element} item @param {Element} top What is to be at the upper edge.
   */
  bringIntoView(item, top) {
    const { y } = item.getBoundingClientRect();
    const isSeen = y >= 0 && y < innerHeight - EDGE_PX;
    if (!isSeen && this.#asker && this.#asker === document.activeElement) top.scrollIntoView();
  }

  /** Does not scroll a reader away, but leads to the message. @param {string} id */
  offer(id) {
    this.#waiting ||= id;
    this.#look();
  }

  /** Shows the way to what came for as long as it is out of sight. */
  #look() {
    const { log, leave, find } = this.#parts;
    const item = find(this.#waiting);
    const isSeen = !item || item.offsetTop < log.scrollTop + log.clientHeight - EDGE_PX;
    if (isSeen) this.#waiting = "";
    if (isSeen) leave(this.#jump);
    this.#jump.hidden = isSeen;
  }

  /**
   * Says under a message of the user what became of it, and what can be done.
   * @param {HTMLElement} item @param {Message} message
   */
  mark(item, message) {
    const { host, leave, talk } = this.#parts;
    const line = deliveryOf(message, talk.trouble, this.#setting.words);
    const before = item.querySelector(".state");
    if ((before?.firstChild?.textContent ?? "") === line) return;
    if (before) leave(before);
    before?.remove();
    if (!line) return;
    const state = h("div", { class: `state ${message.state}` }, h("span", {}, line));
    item.append(state);
    this.#addActs(state, item, message);
    if (message.state !== "failed") return;
    host.tell("error", { code: message.error });
    this.#setting.announce(line);
  }

  /** @param {HTMLElement} line @param {HTMLElement} item @param {Message} message */
  #addActs(line, item, { id, text, state, error = "" }) {
    const { words } = this.#setting;
    const { talk, composer, leave } = this.#parts;
    const remove = () => {
      leave(item);
      talk.update((all) => {
        all.messages = all.messages.filter((each) => each.id !== id || !each.state);
      });
      talk.endPauses();
    };
    const edit = () => {
      remove();
      composer.input.value = [text, composer.input.value].filter(Boolean).join("\n");
      composer.measure();
      moveFocus(composer.input);
    };
    const retry = state === "failed" && !HOPELESS.includes(error);
    line.append(
      ...(retry ? [h("button", { click: () => talk.resume() }, words.retry)] : []),
      h("button", { click: edit }, words.edit),
      h("button", { click: remove }, words.remove),
    );
  }

  /**
   * Says when it is tried again; for the eye, as nobody wants to hear it each second.
   * @param {Element} place @param {number} retryAt In milliseconds since 1970.
   */
  countDown(place, retryAt) {
    clearTimeout(this.#counting);
    const { words, locale } = this.#setting;
    const seconds = Math.ceil((retryAt - Date.now()) / 1000);
    const isSoon = seconds < 90;
    const format = new Intl.RelativeTimeFormat(locale);
    const when = format.format(isSoon ? seconds : Math.ceil(seconds / 60), isSoon ? "second" : "minute");
    const line = fill(words.again, { when });
    place.textContent = seconds > 0 ? ` ${line}` : "";
    if (seconds > 0) this.#counting = setTimeout(() => this.countDown(place, retryAt), 1000);
  }
}
