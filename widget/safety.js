// Whom to call: the line that is always there.

import { h } from "./dom.js";
import { NUMBERS, REGION } from "./numbers.js";
import { fill } from "./words.js";

/** @import { BonafideChat } from "./bonafide-chat.js" */
/** @import { Conversation } from "./conversation.js" */
/** @import { Setting } from "./types" */

/**
 * Returns the line in a box, and a function that looks whether all that was written has reached the
 * bot: while it has not, the line is set off and spoken, once, and alarm.js looks what it was.
 * @param {BonafideChat} host @param {Conversation} talk @param {Setting} setting
 */
export function makeSafety(host, talk, setting) {
  const { words, announce } = setting;
  const line = h("p");
  const box = h("div", { class: "safety" }, line);
  /** @type {ReturnType<typeof import("./extras.js").makeWatch> | undefined} */
  let late;

  const draw = () => {
    const number = numberFor(countryOf(host) || REGION || regionOf(navigator.language));
    const call = fill(words.danger, { number: number || words.local });
    if (!line.textContent?.endsWith(call)) {
      const link = number ? h("a", { href: `tel:${number}` }, call) : call;
      line.replaceChildren(h("span", {}, words.safety), " ", link);
    }
    return number;
  };
  const watch = () => {
    draw();
    const { messages, trouble } = talk;
    const unsent = messages.filter(({ from, state }) => from === "user" && state);
    const isDown = trouble !== "" || unsent.some(({ state }) => state === "failed");
    if (!host.open && !host.isInline) return;
    const { classList } = box;
    if (isDown && !classList.contains("down")) announce(line.textContent ?? "");
    // While it is tried again, what was shown holds.
    if (isDown || !unsent.length) classList.toggle("down", isDown);
    setting.extras().then((extras) => {
      late ??= extras.makeWatch(box, setting);
      late(unsent, isDown, draw());
    }, () => {});
  };
  return { box, watch };
}

/** @param {string} country */
function numberFor(country) {
  return Object.keys(NUMBERS).find((each) => NUMBERS[each]?.match(/../g)?.includes(country.toUpperCase())) ?? "";
}

/**
 * Returns the country that a page names for an element: that of its attribute `country`, else of
 * the nearest language with one; empty if there is none.
 * @param {Element} element
 */
export function countryOf(element) {
  let country = element.getAttribute("country") ?? "";
  /** @type {any} Elements, then shadow roots or the document. */
  let node = element;
  for (; node && !country; node = node.parentNode ?? node.host) country = regionOf(node.lang);
  return country.toUpperCase();
}

/** Returns the country of a language tag (BCP 47), else an empty string. */
function regionOf(tag = "") {
  return /^[a-z]+(?:-[a-z]{4})?-([a-z]{2})\b/i.exec(tag)?.[1] ?? "";
}
