// The conversation as a document of its own: to print, to save and to copy.

import { cite } from "./answer.js";
import { h } from "./dom.js";
import { operatorOf } from "./facts.js";
import { fillLines, ownOf, quoteOf } from "./turns.js";
import { objects, text } from "./values.js";
import { fill } from "./words.js";

/** @import { ExtraSetting, Message, Turn } from "./types" */

/** @typedef {{ tag: "h1" | "h2" | "h3" | "p" | "blockquote" | "footer", line: string, lang?: string }} Part */

const SHEET = `
body { font: 11pt/1.5 system-ui, sans-serif; max-width: 42em; margin: 2em auto; color: #000; }
h1 { font-size: 1.5em; } h2 { font-size: 1.15em; margin: 2em 0 .5em; border-top: 1px solid #999; padding-top: 1em; break-after: avoid; }
h3 { font-size: 1em; margin: 1em 0 .3em; break-after: avoid; }
p, footer { white-space: pre-line; overflow-wrap: anywhere; margin: .5em 0; }
blockquote { border-left: 3px solid #666; margin: .5em 0; padding-left: 1em; break-inside: avoid; }
footer { margin-top: 2em; border-top: 1px solid #999; padding-top: 1em; }
`;

/**
 * Returns what was said, part by part: each question is a heading.
 * @param {Message[]} messages @param {ExtraSetting} setting
 * @returns {Part[]}
 */
function listParts(messages, setting) {
  const { name, words, locale } = setting;
  const now = new Date().toLocaleString(locale, { dateStyle: "long", timeStyle: "short" });
  /** @type {Part[]} */
  const parts = [
    { tag: "h1", line: fill(words.transcript, { name }) },
    { tag: "p", line: fill(words.savedAt, { date: now, site: location.host }) },
  ];
  const operator = operatorOf(setting.talk);
  if (operator) parts.push({ tag: "p", line: fill(words.runBy, { operator }) });
  let disclaimer = "";
  for (const { from, text: asked = "", turn = {} } of messages) {
    if (from === "user") parts.push({ tag: "h2", line: asked });
    if (from === "bot") parts.push(...listTurn(turn, setting));
    if (turn.kind === "answer") disclaimer ||= text(turn.disclaimer);
  }
  if (disclaimer) parts.push({ tag: "footer", line: disclaimer, lang: "en" });
  return parts;
}

/** @param {Turn} turn @param {ExtraSetting} setting @returns {Part[]} */
function listTurn(turn, setting) {
  const { words } = setting;
  const { lang } = ownOf(turn);
  const quote = quoteOf(turn);
  const own = [text(turn.preface), turn.kind === "answer" && quote ? "" : text(turn.text)];
  const calls = objects(turn.numbers).map((each) => `${text(each.label)}: ${text(each.number)}`);
  const choices = turn.kind === "clarify" ? objects(turn.suggestions).map(({ title }) => `- ${text(title)}`) : [];
  /** @type {Part[]} */
  const parts = [
    { tag: "h3", line: turn.kind === "emergency" ? words.emergency : text(turn.heading), lang },
    { tag: "p", line: [...own, ...calls, ...choices].filter(Boolean).join("\n"), lang },
  ];
  // What the bot says itself comes before the heading of what it quotes.
  if (turn.kind !== "emergency") parts.reverse();
  if (quote) {
    parts.push({ tag: "blockquote", line: quote, lang });
    parts.push({ tag: "p", line: cite(turn, setting).join("\n") });
  }
  return parts.filter(({ line }) => line);
}

/**
 * Returns the conversation as plain text.
 * @param {Message[]} messages @param {ExtraSetting} setting
 */
export function writeText(messages, setting) {
  const { you } = setting.words;
  return listParts(messages, setting)
    .map(({ tag, line }) => (tag === "h2" ? `\n${you}: ${line}\n` : tag === "h3" ? line : `${line}\n`))
    .join("\n");
}

/** Hands the conversation over as a file. @param {Message[]} messages @param {ExtraSetting} setting */
export function saveText(messages, setting) {
  const file = new Blob([writeText(messages, setting)], { type: "text/plain;charset=utf-8" });
  const href = URL.createObjectURL(file);
  const day = new Date().toISOString().slice(0, 10);
  h("a", { href, download: `${setting.name} ${day}.txt` }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}

/**
 * Prints the conversation from a frame of its own, so that the page around the chat stays out.
 * @param {Message[]} messages @param {ExtraSetting} setting
 */
export function printTranscript(messages, setting) {
  const frame = h("iframe", { title: setting.name, "aria-hidden": "true", tabindex: -1 });
  frame.style.cssText = "position:fixed;width:0;height:0;border:0";
  document.body.append(frame);
  const page = frame.contentDocument;
  const view = frame.contentWindow;
  if (!page || !view) return frame.remove();
  const parts = listParts(messages, setting);
  page.documentElement.lang = setting.locale;
  page.title = parts[0]?.line ?? "";
  styleDocument(page);
  page.body.append(
    ...parts.map(({ tag, line, lang = undefined }) => {
      const part = h(tag, { lang, dir: "auto" });
      if (tag === "blockquote") return fillLines(part, line);
      part.append(line);
      return part;
    }),
  );
  view.addEventListener("afterprint", () => frame.remove());
  view.print();
}

/** Styles a document in a way that every policy lets through. @param {Document} page */
function styleDocument(page) {
  try {
    const Sheet = /** @type {typeof window} */ (page.defaultView).CSSStyleSheet;
    const sheet = new Sheet();
    sheet.replaceSync(SHEET);
    page.adoptedStyleSheets = [sheet];
  } catch {
    page.body.style.cssText = "font: 11pt/1.5 sans-serif; white-space: pre-line"; // Safari before 16.4
  }
}
