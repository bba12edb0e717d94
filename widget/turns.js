// One message of the conversation: as nodes, as words to announce, and as plain text.

import { h, icon } from "./dom.js";
import { callAddress, objects, text } from "./values.js";
import { NAME, fill } from "./words.js";

/** @import { ExtraSetting, Message, Turn } from "./types" */

/** A telephone. */
export const PHONE = "M5 3h4l2 5-2.5 1.5a11 11 0 0 0 6 6L16 13l5 2v4a2 2 0 0 1-2 2A16 16 0 0 1 3 5a2 2 0 0 1 2-2z";
const DAY_MS = 24 * 3_600_000;

/**
 * Returns the nodes of a message; its state, which changes, is drawn by the panel.
 * @param {Message} message
 * @param {ExtraSetting} setting
 * @param {boolean} isDisclaimed Whether an earlier answer has said that it is no advice.
 */
export function drawMessage(message, setting, isDisclaimed) {
  const { words } = setting;
  if (message.from === "note") return [h("p", { class: "note" }, noteOf(message, words))];
  if (message.from !== "user") return renderTurn(message.turn ?? {}, setting, isDisclaimed);
  const time = new Date(message.at);
  const stamp = h("time", { datetime: time.toISOString() }, clock(time, setting.locale));
  const meta = h("p", { class: "meta" }, h("b", { class: "hidden" }, words.you), " ", stamp);
  return [meta, said(text(message.text), { dir: "auto" })];
}

/** @param {Turn} turn @param {ExtraSetting} setting @param {boolean} isDisclaimed */
function renderTurn(turn, setting, isDisclaimed) {
  const { words } = setting;
  const kind = text(turn.kind);
  const own = ownOf(turn);
  if (kind === "emergency") return [renderEmergency(turn, words)];
  const citations = objects(turn.citations);
  const quote = quoteOf(turn);
  const block = fillLines(h("blockquote", own), quote);
  const isOwn = kind !== "answer" || !citations.length;
  const heading = quote && text(turn.heading);
  const foot = h("div", { class: "foot" });
  const hasFoot = citations.length > 0 || text(turn.answer_id) !== "" || kind === "abstain" || kind === "advice";
  if (hasFoot) {
    setting.extras().then(
      (extras) => extras.fillFoot(foot, block, turn, setting),
      () => foot.append(...citations.map(({ title }) => h("p", { class: "title" }, text(title)))),
    );
  }
  // Advice says itself whom to ask.
  const disclaimer = isOwn || isDisclaimed ? "" : text(turn.disclaimer);
  const offers = renderSuggestions(turn, setting);
  return [
    // From reply to reply by heading; those without one have the name of who speaks.
    (isOwn || !heading) && h("h3", { class: "hidden" }, setting.name),
    text(turn.preface) !== "" && said(text(turn.preface), own),
    isOwn && said(renamed(turn, setting) || words.unreadable, own),
    isOwn && quote !== "" && h("p", { class: "lead" }, words.general),
    heading !== "" && h(isOwn ? "h4" : "h3", own, heading),
    quote !== "" && block,
    // A choice belongs to its question.
    kind === "clarify" && offers,
    hasFoot && foot,
    disclaimer !== "" && h("p", { ...own, class: "disclaimer" }, disclaimer),
    kind !== "clarify" && offers,
  ];
}

/** Returns the words of a turn; where the bot speaks of itself, under the page's name for it. @param {Turn} turn @param {ExtraSetting} setting */
function renamed(turn, { name }) {
  const words = text(turn.text);
  return turn.kind === "chat" ? words.split(NAME).join(name) : words;
}

/** Returns the attributes of words that the server wrote. @param {Turn} turn */
export function ownOf(turn) {
  return { dir: "auto", lang: text(/** @type {{ lang?: unknown }} */ (turn).lang) || "en" };
}

/**
 * Returns the words of a turn that are quoted from its first source.
 * @param {Turn} turn
 */
export function quoteOf(turn) {
  if (!objects(turn.citations).length) return "";
  return text(turn.kind === "answer" ? turn.text : turn.quote);
}

/** @param {Turn} turn @param {ExtraSetting["words"]} words */
export function renderEmergency(turn, words) {
  const calls = objects(turn.numbers).map((each) => {
    const address = callAddress(each.href);
    const label = text(each.label);
    const call = fill(words.call, { number: text(each.number) });
    const content = [icon("phone", PHONE), h("span", {}, h("b", {}, call), label && h("span", {}, label))];
    return h("li", {}, address ? h("a", { href: address }, ...content) : h("p", {}, ...content));
  });
  const [first = "", ...others] = text(turn.text).split("\n");
  const own = ownOf(turn);
  return h(
    "section",
    { class: "emergency" },
    h("h3", { class: "alarm" }, icon("alert"), words.emergency),
    said(first, own),
    calls.length > 0 && h("ul", { class: "calls", role: "list", lang: own.lang }, ...calls),
    others.length > 0 && said(others.join("\n"), own),
  );
}

/** @param {string} lines @param {{ dir: string, lang?: string }} own */
function said(lines, own) {
  return fillLines(h("div", { ...own, class: "said" }), lines);
}

/**
 * Fills in lines, those that begin as those of a list as one; returns the block.
 * @template {HTMLElement} E
 * @param {E} block @param {string} lines
 * @param {(start: number, end: number) => (Node | string)[]} [draw] Draws a part of the lines.
 */
export function fillLines(block, lines, draw = (start, end) => [lines.slice(start, end)]) {
  let at = 0;
  block.replaceChildren();
  for (const line of lines.split("\n")) {
    const [sign] = /^(-|\d+\.) /.exec(line) ?? [""];
    const tag = sign ? (sign === "- " ? "ul" : "ol") : "p";
    const last = block.lastElementChild;
    const isNext = sign && last?.localName === tag;
    const part = isNext ? last : h(tag, { dir: sign ? undefined : "auto", start: parseInt(sign) || undefined });
    const runs = draw(at + sign.length, (at += line.length));
    part.append(...(sign ? [h("li", {}, ...runs)] : runs));
    block.append(part);
    at += 1;
  }
  return block;
}

/** @param {Turn} turn @param {ExtraSetting} setting */
function renderSuggestions(turn, { words, pick }) {
  const own = ownOf(turn);
  const buttons = suggestionsOf(turn).map(({ title, payload }) => {
    const click = () => pick(title, payload);
    return h("li", {}, h("button", { ...own, type: "button", click }, h("span", {}, title)));
  });
  if (!buttons.length) return false;
  const kind = turn.kind === "clarify" ? "clarify" : "";
  const label = kind ? words.choices : words.suggestions;
  return h("ul", { class: `suggestions ${kind}`, role: "list", "aria-label": label }, ...buttons);
}

/** @param {Turn} turn */
function suggestionsOf(turn) {
  return objects(turn.suggestions)
    .map((each) => ({ title: text(each.title), payload: text(each.payload) || text(each.title) }))
    .filter(({ title }) => title);
}

/** What of a message is spoken when it comes; what is folded away is not. */
const SPOKEN =
  "h3:not(.hidden), h4, :is(.said, blockquote) :is(p, li), .calls b, .lead, .disclaimer, .clarify button";

/**
 * Returns what a message says, in paragraphs, each in its language.
 * @param {Element} item
 */
export function readMessage(item) {
  return [...item.querySelectorAll(SPOKEN)].map((each) => {
    const { lang } = /** @type {HTMLElement} */ (each.closest("[lang]") ?? each);
    return h("p", { lang: lang || undefined }, each.textContent ?? "");
  });
}

/** @param {Message} message @param {ExtraSetting["words"]} words */
function noteOf(message, words) {
  return message.text === "renewed" ? words.renewed : text(message.text);
}

/** @param {Date} time @param {string} locale */
function clock(time, locale) {
  const isOld = Date.now() - time.getTime() > DAY_MS / 2;
  return time.toLocaleString(locale, { timeStyle: "short", ...(isOld && { dateStyle: "medium" }) });
}
