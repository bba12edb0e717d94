// What stands under a reply: its source, and what can be done with it.

import { h, icon } from "./dom.js";
import { drawMarks } from "./marks.js";
import { makeRating } from "./rating.js";
import { describeOrigin, documentAddress, formatPage, groupByDocument, renderSources } from "./sources.js";
import { makeSpeaker } from "./speech.js";
import { quoteOf, readMessage } from "./turns.js";
import { objects, text } from "./values.js";
import { fill } from "./words.js";

/** @import { ExtraSetting, Turn } from "./types" */

const COPY = "M9 9h11v11H9zM5 15H4V4h11v1";
/** How long a line of thanks is shown. */
const NOTED_MS = 8000;

/**
 * Fills in the marks of what is quoted, where it comes from, and what can be done with it.
 * @param {HTMLElement} foot @param {HTMLElement} block The quotation.
 * @param {Turn} turn @param {ExtraSetting} setting
 */
export function fillReply(foot, block, turn, setting) {
  const citations = objects(turn.citations);
  const quote = quoteOf(turn);
  const answerId = text(turn.answer_id);
  const noted = h("p", { class: "note noted" });
  let timer = 0;
  const note = (/** @type {string} */ line) => {
    noted.textContent = line;
    setting.announce(line);
    clearTimeout(timer);
    timer = setTimeout(() => noted.replaceChildren(), NOTED_MS);
  };
  const sources = citations.length && renderSources(citations, text(turn.heading), firstMark(turn), setting);
  const rating = answerId && makeRating(answerId, setting, note);
  if (quote) drawMarks(block, quote, turn.marks);
  if (sources) sources.panel.append(h("li", {}, makeCopier(turn, setting, note)));
  const speaker = makeSpeaker(() => readMessage(/** @type {Element} */ (foot.parentElement)), setting);
  const acts = h("div", { class: "acts" }, speaker, rating && rating.group);
  foot.append(h("div", { class: "row" }, sources ? sources.button : "", acts));
  foot.append(...[sources && sources.panel, rating && rating.more, noted].filter((each) => each instanceof Node));
}

/** Returns words of the quote to look for in the document. @param {Turn} turn */
function firstMark(turn) {
  const [mark] = Array.isArray(turn.marks) ? turn.marks : [];
  const [line = ""] = (text(mark) || quoteOf(turn)).split("\n");
  return line.replace(/^(-|\d+\.) /, "");
}

/** @param {Turn} turn @param {ExtraSetting} setting @param {(line: string) => void} note */
function makeCopier(turn, setting, note) {
  const { words } = setting;
  const click = async () => {
    try {
      await navigator.clipboard.writeText([text(turn.heading), quoteOf(turn), "", ...cite(turn, setting)].join("\n").trim());
      note(words.copied);
    } catch {
      note(words.notCopied); // not a secure page, or the reader said no
    }
  };
  return h("button", { type: "button", class: "copy", click }, icon("copy", COPY), words.copyAnswer);
}

/**
 * Returns where the quote of a turn comes from, in lines: title, origin with date, address.
 * @param {Turn} turn @param {ExtraSetting} setting
 */
export function cite(turn, setting) {
  const [first = {}] = objects(turn.citations);
  const place = [text(first.title), text(first.section), formatPage(first, setting)];
  const title = `${setting.words.source}: ${place.filter(Boolean).join(", ")}`;
  return [title, describeOrigin(first, setting), documentAddress(first, setting.talk.options.server)].filter(Boolean);
}

/**
 * Returns what else a reply has, for who cannot see it, in a few words.
 * @param {Turn} turn @param {ExtraSetting} setting
 */
export function countBeside(turn, { words }) {
  const sources = groupByDocument(objects(turn.citations)).length;
  const suggestions = turn.kind === "clarify" ? 0 : objects(turn.suggestions).length;
  const line = [
    sources && fill(words.countSources, { n: sources }, words.language),
    suggestions && fill(words.countSuggestions, { n: suggestions }, words.language),
  ];
  return line.some(Boolean) ? [line.filter(Boolean).join(", ")] : [];
}
