// One message of the conversation: as nodes, as words to announce, and as plain text.

import { fill, h, icon, objects, safeAddress, text } from "./parts.js";

/** @import { Message, Setting, Turn, Words } from "./types" */

const DAY_MS = 24 * 3_600_000;

/**
 * Returns the nodes of a message; its state, which changes, is drawn by the panel.
 * @param {Message} message
 * @param {Setting} setting
 */
export function renderMessage(message, setting) {
  const { words } = setting;
  if (message.from === "note") return [h("p", { class: "note" }, noteOf(message, words))];
  const speaker = message.from === "user" ? words.you : setting.name;
  const time = new Date(message.at);
  const stamp = h("time", { datetime: time.toISOString() }, clock(time, setting.locale));
  const meta = h("p", { class: "meta" }, h("b", {}, speaker), " ", stamp);
  if (message.from === "user") return [meta, said(text(message.text))];
  return [meta, ...renderTurn(message.turn ?? {}, setting)];
}

/** @param {Turn} turn @param {Setting} setting */
function renderTurn(turn, setting) {
  const { words } = setting;
  const kind = text(turn.kind);
  if (kind === "emergency") return [renderEmergency(turn, words)];
  const citations = objects(turn.citations);
  const quote = quoteOf(turn);
  const block = h("blockquote", { dir: "auto" }, quote);
  const isOwn = kind !== "answer" || !citations.length;
  const parts = [];
  if (text(turn.preface)) parts.push(said(text(turn.preface)));
  if (isOwn) parts.push(said(text(turn.text) || words.unreadable));
  if (quote) {
    if (isOwn) parts.push(h("p", { class: "lead" }, words.general));
    if (text(turn.heading)) parts.push(h("h3", { dir: "auto" }, text(turn.heading)));
    parts.push(block);
  }
  const about = h("div", { class: "about" });
  if (citations.length) parts.push(about);
  if (text(turn.disclaimer)) {
    parts.push(h("p", { class: "disclaimer", dir: "auto" }, text(turn.disclaimer)));
  }
  const rating = h("div", { class: "rating" });
  if (quote && text(turn.answer_id)) parts.push(rating);
  if (citations.length) {
    setting.extras().then(
      (extras) => extras.fillAnswer(block, about, rating, turn, setting),
      () => about.append(...citations.map(({ title }) => h("p", { class: "title" }, text(title)))),
    );
  }
  parts.push(...renderSuggestions(turn, setting));
  return parts;
}

/**
 * Returns the words of a turn that are quoted from its first source.
 * @param {Turn} turn
 */
function quoteOf(turn) {
  if (!objects(turn.citations).length) return "";
  return text(turn.kind === "answer" ? turn.text : turn.quote);
}

/** @param {Turn} turn @param {Words} words */
function renderEmergency(turn, words) {
  const calls = objects(turn.numbers).map((each) => {
    const address = safeAddress(each.href, /^tel:[+\d][\d().-]*$/);
    const label = text(each.label);
    const call = fill(words.call, { number: text(each.number) });
    const content = [icon("phone"), h("span", {}, h("b", {}, call), label && h("span", {}, label))];
    return h("li", {}, address ? h("a", { href: address }, ...content) : h("p", {}, ...content));
  });
  const [first = "", ...others] = text(turn.text).split("\n");
  return h(
    "div",
    { class: "emergency" },
    h("p", { class: "alarm" }, icon("alert"), words.emergency),
    said(first),
    calls.length > 0 && h("ul", { class: "calls", role: "list" }, ...calls),
    said(others.join("\n")),
  );
}

/** Returns lines as paragraphs. @param {string} lines */
function said(lines) {
  return h("div", { class: "said", dir: "auto" }, ...lines.split("\n").map((line) => h("p", {}, line)));
}

/** @param {Turn} turn @param {Setting} setting */
function renderSuggestions(turn, { words, pick }) {
  const buttons = suggestionsOf(turn).map(({ title, payload }) => {
    const click = () => pick(title, payload);
    return h("li", {}, h("button", { type: "button", dir: "auto", click }, title));
  });
  if (!buttons.length) return [];
  const kind = turn.kind === "clarify" ? "clarify" : "";
  const lead = leadOf(turn, words);
  return [
    turn.kind !== "clarify" && turn.kind !== "chat" && h("p", { class: "lead" }, lead),
    h("ul", { class: `suggestions ${kind}`, role: "list", "aria-label": lead }, ...buttons),
  ];
}

/** @param {Turn} turn */
function suggestionsOf(turn) {
  return objects(turn.suggestions)
    .map((each) => ({ title: text(each.title), payload: text(each.payload) || text(each.title) }))
    .filter(({ title }) => title);
}

/** What of a message is spoken when it comes; what is folded away is not. */
const SPOKEN =
  ".meta b, .alarm, .said p, .calls b, h3, blockquote, .lead, .sources > ul .title, .disclaimer, .suggestions button";

/**
 * Returns what a message says, line by line, as it is drawn.
 * @param {Element} item @param {string} [more] What else counts, as a selector.
 */
export function read(item, more = "blockquote") {
  return [...item.querySelectorAll(`${SPOKEN}, ${more}`)].map((each) => each.textContent).join("\n");
}

/** @param {Turn} turn @param {Words} words */
function leadOf(turn, words) {
  return turn.kind === "clarify" ? words.choices : words.suggestions;
}

/** @param {Message} message @param {Words} words */
function noteOf(message, words) {
  return message.text === "renewed" ? words.renewed : text(message.text);
}

/** @param {Date} time @param {string} locale */
function clock(time, locale) {
  const isOld = Date.now() - time.getTime() > DAY_MS / 2;
  return time.toLocaleString(locale, { timeStyle: "short", ...(isOld && { dateStyle: "medium" }) });
}
