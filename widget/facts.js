// Who is behind the chat, and what is kept where: under the greeting and in the menu.

import { h } from "./dom.js";
import { safeAddress } from "./sources.js";
import { text } from "./values.js";
import { fill } from "./words.js";

/** @import { Conversation } from "./conversation.js" */
/** @import { ExtraSetting } from "./types" */

/**
 * Returns what is to know before anything is typed, as lines and links. What the page says goes
 * before what the server says.
 * @param {Conversation} talk @param {ExtraSetting["words"]} words
 */
export function factsOf(talk, words) {
  const { operator, privacy } = talk.options;
  const about = /** @type {any} */ (talk.about ?? {});
  const name = operatorOf(talk);
  const lines = [words.leaveOut, name && fill(words.runBy, { operator: name }), keptHere(talk, words)];
  const links = [
    linkTo(operator ? "" : about.operator?.url, name, words),
    linkTo(privacy || about.privacy_url, words.privacy, words),
  ];
  return { lines: lines.filter(Boolean), links: links.filter((each) => each !== undefined) };
}

/** Returns who runs the chat, as the page or else the server says; empty where neither does. @param {Conversation} talk */
export function operatorOf({ options, about }) {
  return options.operator || text(/** @type {any} */ (about)?.operator?.name);
}

/** Returns the same as nodes. @param {Conversation} talk @param {ExtraSetting["words"]} words */
export function renderFacts(talk, words) {
  const { lines, links } = factsOf(talk, words);
  const named = links.map((each) => h("p", {}, each));
  return [...lines.map((line) => h("p", {}, line)), ...named];
}

/** @param {Conversation} talk @param {ExtraSetting["words"]} words */
function keptHere({ about, keptAs, options }, words) {
  const here = keptAs ? (options.storage === "session" ? words.keptTab : words.kept) : words.notKept;
  if (!about) return here;
  const days = Number(about.retention_days);
  const there = days ? words.keptThere : words.keptForever;
  const line = fill(there, { n: days }, words.language);
  return `${here} ${line}`;
}

/** @param {unknown} address @param {string} label @param {ExtraSetting["words"]} words */
function linkTo(address, label, words) {
  const href = safeAddress(address);
  if (!href || !label) return undefined;
  const more = h("span", { class: "hidden" }, ` ${words.newTab}`);
  return h("a", { href, target: "_blank", rel: "noopener noreferrer" }, label, more);
}
