// What the chat owes to the page, the phone and the reader: Back closes a chat that covers the
// page, nothing scrolls behind it, and the next page finds it as it was left.

/** @import { Parts } from "./types" */

/** Sizes of text, in em. */
const SIZES = [0.875, 1, 1.15, 1.3, 1.5, 1.75, 2];

export class Surroundings {
  #parts;
  #covers = false;
  #overflow = "";
  /** Whether the history has an entry that Back takes away with the chat. */
  #hasEntry = false;
  #size = 1;

  /** @param {Parts} parts @param {AbortSignal} signal */
  constructor(parts, signal) {
    this.#parts = parts;
    const { composer, place } = parts;
    if (place.draft && !composer.input.value) composer.input.value = place.draft;
    const keep = () => this.keep();
    addEventListener("pagehide", keep, { signal });
    document.addEventListener("visibilitychange", keep, { signal });
    addEventListener("popstate", () => this.#return(), { signal });
    for (const name of ["resize", "scroll"]) {
      window.visualViewport?.addEventListener(name, () => this.fit(), { signal });
    }
    signal.addEventListener("abort", () => {
      keep();
      this.cover(false);
    });
    const { keptAs: key } = parts.talk;
    this.#scale(Number(key && localStorage.getItem(`${key} size`)) || 1);
  }

  /** Keeps the input above a phone's keyboard; a page that is zoomed in is left alone. */
  fit() {
    const { host, root } = this.#parts;
    const { height = 0, offsetTop = 0, scale = 2 } = window.visualViewport ?? {};
    if (!host.open || scale > 1.01) return;
    const bottom = document.documentElement.clientHeight - height - offsetTop;
    const values = { height, top: offsetTop, bottom: Math.max(bottom, 0) };
    for (const [name, value] of Object.entries(values)) root.style.setProperty(`--${name}`, `${value}px`);
  }

  /** Scrolls to where the page before was left, once, and if nothing came since. */
  restore() {
    const { place, log, talk } = this.#parts;
    if (place.top !== undefined && place.count === talk.messages.length) log.scrollTop = place.top;
    place.top = undefined;
  }

  /** Keeps for the next page how the chat is. */
  keep() {
    const { host, talk, log, composer, isVisible, unread } = this.#parts;
    const place = {
      open: host.open,
      draft: composer.input.value,
      unread: unread(),
      top: isVisible() ? log.scrollTop : undefined,
      count: talk.messages.length,
    };
    try {
      if (talk.keptAs) sessionStorage.setItem(`${talk.keptAs} place`, JSON.stringify(place));
    } catch {
      return; // full, or not allowed: the next page begins anew
    }
  }

  /** Takes the page's scrolling and the Back button, or gives them back. @param {boolean} covers */
  cover(covers) {
    if (covers === this.#covers) return;
    this.#covers = covers;
    const { style } = document.documentElement;
    if (covers) this.#overflow = style.overflow;
    style.overflow = covers ? "hidden" : this.#overflow;
    if ("CloseWatcher" in window) return; // here Back closes a modal dialog by itself
    const { state } = history; // a script of the page finds its own at the same address
    const hadEntry = this.#hasEntry;
    this.#hasEntry = covers;
    if (covers) history.pushState(state, "");
    else if (hadEntry) history.back();
  }

  /** Back was pressed: the entry is gone, and so is the chat. */
  #return() {
    if (!this.#hasEntry) return;
    this.#hasEntry = false;
    this.#parts.host.open = false;
  }

  /** Changes the size of the text. @param {number} step */
  resize(step) {
    const place = SIZES.findIndex((size) => size >= this.#size) + step;
    this.#scale(SIZES[Math.min(Math.max(place, 0), SIZES.length - 1)] ?? 1);
    const { keptAs: key } = this.#parts.talk;
    try {
      if (key) localStorage.setItem(`${key} size`, String(this.#size));
    } catch {
      return; // full: it stays for this page
    }
  }

  /** @param {number} size */
  #scale(size) {
    this.#size = size;
    this.#parts.root.style.setProperty("--size", `${size}em`);
    this.#parts.composer.measure();
  }

  /** Makes the panel wide, or as it was; returns whether it is wide. */
  widen() {
    return this.#parts.root.classList.toggle("wide");
  }
}
