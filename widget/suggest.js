// Headings of the library while a question is typed: found in the browser, no request for a key.
//
// The field stays a text box of several lines, which may not be called a combobox (ARIA in HTML);
// for the rest it is the editable combobox with a list of the ARIA Authoring Practices: the focus
// stays in the field, aria-activedescendant says which line is meant, Down, Up, Enter, Escape.

import { h } from "./dom.js";
import { objects, text } from "./values.js";
import { fill } from "./words.js";

/** @import { ExtraSetting } from "./types" */

const MAX_HINTS = 5;
/** Fewer letters mean nothing yet; more are a question of their own. */
const MIN_CHARS = 3;
const MAX_CHARS = 80;
/** Less than this is left to the messages, in em, when a list is shown. */
const ROOM_EM = 9;
const LINE_EM = 3;
/** A person who types on hears no counts. */
const PAUSE_MS = 700;
const SMALL_WORDS = new Set(
  "a an the is are was be do does did can could i me my you your it its of for to in on at with and or how what when where why which who should would will have has get there this that if about please".split(
    " ",
  ),
);

/** @param {string} words @returns {string[]} */
function split(words) {
  return words.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/**
 * Returns the titles that have a word for the beginning of each typed word, best first.
 * @param {string[]} titles @param {string} typed
 */
function findTitles(titles, typed) {
  const all = split(typed);
  const wanted = all.filter((word) => !SMALL_WORDS.has(word));
  if (!wanted.join("").length || typed.trim().length < MIN_CHARS || typed.length > MAX_CHARS) return [];
  /** @type {{ title: string, score: number }[]} */
  const found = [];
  for (const title of titles) {
    const words = split(title);
    if (!wanted.every((start) => words.some((word) => word.startsWith(start)))) continue;
    const whole = wanted.filter((word) => words.includes(word)).length;
    const small = all.filter((word) => words.includes(word)).length - whole;
    const isStart = title.toLowerCase().startsWith(typed.trim().toLowerCase());
    found.push({ title, score: whole + small / 10 + (isStart ? 2 : 0) - words.length / 100 });
  }
  return found.sort((a, b) => b.score - a.score).map(({ title }) => title);
}

/**
 * Offers headings while a question is typed.
 * @param {{ form: HTMLFormElement, input: HTMLTextAreaElement }} composer
 * @param {ExtraSetting} setting
 */
export function addHints({ form, input }, { words, talk, pick, announce }) {
  const list = h("ul", { class: "hints", id: "hints", role: "listbox", lang: "en", hidden: true });
  list.setAttribute("aria-label", words.hints);
  /** @type {Promise<string[]> | null} */
  let titles = null;
  let active = -1;
  let spoken = 0;
  let timer = 0;
  const options = () => /** @type {HTMLElement[]} */ ([...list.children]);
  const load = () =>
    (titles ??= fetchTitles(talk.options.server).catch(() => {
      titles = null; // an extra: asked for again when the field has the focus again
      return [];
    }));
  /** @param {number} place */
  const mark = (place) => {
    active = place;
    for (const [each, option] of options().entries()) {
      option.setAttribute("aria-selected", String(each === place));
    }
    const option = options()[place];
    option?.scrollIntoView({ block: "nearest" });
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
  };
  const hide = () => {
    clearTimeout(timer);
    list.hidden = true;
    list.replaceChildren();
    spoken = 0;
    mark(-1);
  };
  /** @param {string} title */
  const choose = (title) => {
    hide();
    input.value = "";
    input.dispatchEvent(new Event("input"));
    pick(title);
  };
  const show = async () => {
    const typed = input.value;
    const all = await load();
    // Typed on, sent or left meanwhile.
    if (input.value !== typed || !input.matches(":focus")) return;
    const found = typed.includes("\n") ? [] : findTitles(all, typed).slice(0, roomFor(form));
    if (!found.length) return hide();
    const isSame = found.join("\n") === options().map((each) => each.textContent).join("\n");
    if (isSame) return;
    const lines = found.map((title, place) => {
      const click = () => choose(title);
      return h("li", { role: "option", id: `hint-${place}`, "aria-selected": "false", click }, title);
    });
    list.replaceChildren(...lines);
    list.hidden = false;
    mark(-1);
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (spoken !== found.length) announce(fill(words.hintCount, { n: found.length }, words.language));
      spoken = found.length;
    }, PAUSE_MS);
  };
  /** @param {KeyboardEvent} event */
  const key = (event) => {
    if (list.hidden || event.isComposing || event.keyCode === 229) return;
    const count = list.children.length;
    if (event.key === "ArrowDown") mark(active + 1 < count ? active + 1 : -1);
    else if (event.key === "ArrowUp") mark(active < 0 ? count - 1 : active - 1);
    else if (event.key === "Enter" && active >= 0) choose(options()[active]?.textContent ?? "");
    else if (event.key === "Escape") hide();
    else return void (event.key === "Enter" && hide()); // what was typed is sent
    event.preventDefault();
    event.stopPropagation();
  };
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", "hints");
  input.setAttribute("aria-haspopup", "listbox");
  input.addEventListener("focus", load);
  input.addEventListener("input", show);
  input.addEventListener("blur", hide);
  form.addEventListener("submit", hide);
  form.addEventListener("keydown", key, { capture: true });
  // The focus, and with it a phone's keyboard, stays where it is.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("mousedown", (event) => event.preventDefault());
  form.prepend(list);
  if (input.matches(":focus")) void load();
}

/** Returns how many lines leave the messages their room. @param {HTMLElement} form */
function roomFor(form) {
  const log = form.parentElement?.querySelector(".log");
  const em = parseFloat(getComputedStyle(form).fontSize);
  const shown = form.querySelector(".hints")?.clientHeight ?? 0;
  const free = (log?.clientHeight ?? 0) + shown - ROOM_EM * em;
  return Math.max(0, Math.min(MAX_HINTS, Math.floor(free / (LINE_EM * em))));
}

/** @param {string} server @returns {Promise<string[]>} */
async function fetchTitles(server) {
  const response = await fetch(`${server}/library/headings.json`, { credentials: "omit" });
  if (!response.ok) throw new Error(`${response.status}`);
  const { sections } = await response.json();
  return [...new Set(objects(sections).map(({ title }) => text(title)))].filter(Boolean);
}
