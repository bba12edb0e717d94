// Thumbs under a reply.

import { h, icon, moveFocus } from "./dom.js";
import { makeId } from "./transport.js";

/** @import { ExtraSetting, State } from "./types" */

const THUMB = "M7 11v9H4v-9zl4-8a2 2 0 0 1 2 2v4h6l-1.5 11H7";
/** What may be wrong, as the owners read it, whatever the chat's language. */
const REASONS = {
  notMyQuestion: "Not my question",
  hard: "Too hard to read",
  wrong: "Wrong",
  old: "Out of date",
  missing: "Something is missing",
};

/**
 * Returns thumbs up and down, and what opens under them: down asks for a reason, which nobody has
 * to give. Pressed again, a thumb is taken back.
 * @param {string} answerId @param {ExtraSetting} setting @param {(line: string) => void} note
 */
export function makeRating(answerId, setting, note) {
  const { words, talk, tell } = setting;
  const given = () => talk.ratings[answerId];
  const more = h("div", { class: "reasons" });
  /** @type {Set<string>} */
  const chosen = new Set();
  const buttons = [words.yes, words.no].map((label, place) => {
    const value = place ? "down" : "up";
    const click = () => choose(given() === value ? "none" : value);
    return h("button", { type: "button", class: "tool", value, title: label, "aria-label": label, click }, icon("thumb", THUMB));
  });
  const sync = () => {
    const now = given();
    for (const each of buttons) each.setAttribute("aria-pressed", String(each.value === now));
    if (now !== "down") more.replaceChildren();
  };
  /** @param {string} value @param {string} reason */
  const send = async (value, reason) => {
    try {
      const feedback = { answer_id: answerId, rating: value, reason };
      const reply = await talk.request("POST", "messages", { id: makeId(), feedback });
      talk.update((/** @type {State} */ { ratings }) => (ratings[answerId] = value));
      note(String(reply.turns?.[0]?.text ?? ""));
      tell("feedback", { rating: value });
    } catch {
      note(words.notRated);
    }
    sync();
  };
  /** @param {string} value */
  const choose = (value) => {
    chosen.clear();
    more.replaceChildren();
    if (value === "down") ask();
    void send(value, "");
  };
  const ask = () => {
    const input = h("input", { maxlength: 500, autocomplete: "off" });
    const say = () => [...chosen, input.value.trim()].filter(Boolean).join(". ");
    const chips = Object.entries(REASONS).map(([name, reason]) => {
      const label = h("span", {}, words[/** @type {keyof typeof REASONS} */ (name)]);
      const chip = h("button", { type: "button", "aria-pressed": "false", click: () => pick() }, label);
      const pick = () => {
        const isNew = !chosen.delete(reason);
        if (isNew) chosen.add(reason);
        chip.setAttribute("aria-pressed", String(isNew));
        void send("down", say());
      };
      return h("li", {}, chip);
    });
    const submit = (/** @type {Event} */ event) => {
      event.preventDefault();
      moveFocus(buttons[1]);
      more.replaceChildren();
      void send("down", say());
    };
    const label = h("label", {}, words.reason, input);
    more.append(
      h("p", { class: "lead" }, words.why),
      h("ul", { class: "chips", role: "list", "aria-label": words.why }, ...chips),
      h("form", { submit }, label, h("button", {}, words.sendReason)),
    );
  };
  const group = h("div", { class: "rating", role: "group", "aria-label": words.helpful, sync }, ...buttons);
  sync();
  return { group, more };
}
