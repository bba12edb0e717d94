// What is fetched once the chat is open: sources, thumbs, and the menu.

import { makeAlarm } from "./alarm.js";
import { countBeside, fillReply } from "./answer.js";
import { addContact } from "./contact.js";
import { h, moveFocus } from "./dom.js";
import { eraseAll } from "./erase.js";
import { factsOf, renderFacts } from "./facts.js";
import { Fittings } from "./fittings.js";
import { greetAs } from "./greeting.js";
import "./numbers-all.js";
import { addStyle } from "./style.js";
import { addHints } from "./suggest.js";
import { printTranscript, saveText, writeText } from "./transcript.js";
import { drawMessage, readMessage } from "./turns.js";
import { fill } from "./words.js";

/** @import { BonafideChat } from "./bonafide-chat.js" */
/** @import { Composer } from "./composer.js" */
/** @import { Conversation } from "./conversation.js" */
/** @import { ExtraSetting, Message, Parts, Setting, Turn } from "./types" */

/** Words of these parts; the attribute `words` replaces them, too. */
export const WORDS = {
  renewed: "The earlier conversation had ended. This is a new one.",
  you: "You",
  general: "What the documents say about this",
  choices: "Choose one",
  suggestions: "You can also ask",
  call: "Call {number}",
  unreadable: "This message cannot be shown.",
  unsent: "Your message has not been sent. If this is an emergency, do not wait. Call {number} now.",
  source: "Source",
  sources: "Sources",
  countSources: { one: "{n} source", other: "{n} sources" },
  countSuggestions: { one: "{n} suggestion", other: "{n} suggestions" },
  countPassages: { one: "{n} passage", other: "{n} passages" },
  countDocuments: { one: "{n} document", other: "{n} documents" },
  extent: "{passages} in {documents}",
  page: "page {n}",
  checked: "checked against its sources on {date}",
  reviewed: "reviewed by {name}",
  notReviewed: "not reviewed by a clinician yet",
  passage: "Another passage",
  read: "Read it in the document",
  published: "See it at {site}",
  newTab: "(opens in a new tab)",
  copyAnswer: "Copy with source",
  readAloud: "Read aloud",
  stopReading: "Stop reading",
  helpful: "Did this help?",
  restart: "New conversation",
  copy: "Copy the conversation",
  save: "Save as text",
  print: "Print or save as PDF",
  aloud: "Read answers aloud",
  transcript: "Conversation with {name}",
  savedAt: "Saved on {date} from {site}",
  forget: "Delete my data",
  yes: "This helped",
  no: "This did not help",
  why: "What was wrong? You need not say.",
  notMyQuestion: "Not my question",
  hard: "Too hard to read",
  wrong: "Wrong",
  old: "Out of date",
  missing: "Something is missing",
  reason: "In your own words, without names or health details",
  sendReason: "Send",
  notRated: "That could not be saved. Please try again.",
  copied: "Copied.",
  notCopied: "This browser does not allow copying.",
  askRestart: "Start a new conversation? These messages go from this browser. “Delete my data” deletes them on the server, too.",
  askForget: "Delete all that you wrote, here and on the server?",
  notForgotten: "Not all is deleted, because the server could not be reached. Conversations that it still has: {n}. Please try again.",
  tellAbout: "About this chat",
  leaveOut: "Please leave out names and other personal details.",
  runBy: "This chat is run by {operator}.",
  privacy: "Privacy notice",
  kept: "Messages stay in this browser for a day, or until you delete them.",
  keptTab: "Messages stay in this tab until you close it, for a day at most.",
  notKept: "Messages are not kept when you leave this page.",
  keptThere: {
    one: "The server keeps what you write for a day at most, or until you delete it.",
    other: "The server keeps what you write for {n} days at most, or until you delete it.",
  },
  keptForever: "The server keeps what you write until you delete it.",
  done: "Close",
  forgotten: "Your conversation has been deleted.",
  deleting: "Deleting…",
  confirmRestart: "Start again",
  confirmForget: "Delete",
  cancel: "Keep it",
  askPerson: "Ask a person",
  askName: "Ask {name}",
  contactPage: "Contact page",
  openNow: "Open now.",
  openUntil: "Open now, until {time}.",
  closedNow: "Closed now. Open again {day}, {time}.",
  today: "today",
  zone: " ({zone})",
  hints: "Questions that the documents answer",
  hintCount: { one: "{n} question fits. Arrow down chooses it.", other: "{n} questions fit. Arrow down chooses one." },
  again: "Trying again {when}.",
  edit: "Edit",
  remove: "Remove",
  jump: "New answer ↓",
  size: "Text size",
  smaller: "Smaller text",
  larger: "Larger text",
  widen: "Wider window",
};

/** Turns after which somebody else has to be asked; an emergency has its own numbers. */
const NEEDS_PERSON = new Set(/** @type {unknown[]} */ (["abstain", "advice"]));

const CSS = `
.icon.out { width: .8em; height: .8em; margin-inline-start: .35em; }
.typing { display: flex; align-items: center; gap: .25em; }
.typing i { width: .45em; height: .45em; border-radius: 50%; background: var(--accent); animation: pulse 1.2s infinite; }
.typing i:nth-child(2) { animation-delay: .2s; }
.typing i:nth-child(3) { animation-delay: .4s; margin-inline-end: .5em; }
@keyframes pulse { 50% { opacity: .25; } }
.count { flex: 1 0 100%; }
:empty.count { display: none; }
.over { color: var(--alarm); font-weight: 600; }
@media (prefers-reduced-motion: reduce) { i { animation: none !important; } }
.message, .said, blockquote, .foot, .source { display: grid; gap: .5em; grid-template-columns: minmax(0, 1fr); }
.said, blockquote, .disclaimer { max-width: 33em; }
.meta, .lead, .disclaimer, .source p, .state { color: var(--soft); font-size: .875em; }
.meta { font-size: .8125em; margin-block-end: -.4em; }
.lead { font-weight: 600; }
.user { justify-items: end; }
.user .said { background: var(--tint); padding: .6em 1em; border-radius: var(--round); max-width: 88%; white-space: pre-wrap; }
.emergency { border: 3px solid var(--alarm); border-radius: var(--round); background: var(--alarm-paper); display: grid; gap: 1em; padding: 1em; }
.alarm, .calls :is(a, p) { display: flex; align-items: center; gap: .7em; }
.alarm { color: var(--alarm); font-size: 1.1875em; }
.calls :is(a, p) { padding: .6em 1em; border: 2px solid var(--alarm); border-radius: var(--round); color: var(--alarm); text-decoration: none; }
.calls a { background: var(--alarm); color: var(--on-alarm); outline-color: var(--ink); }
.calls b { font-size: 1.1875em; display: block; }
.state { display: flex; flex-wrap: wrap; justify-content: end; align-items: center; gap: .25em .5em; text-align: end; }
.failed span { color: var(--alarm); flex: 1 0 100%; }
h3, h4 { font-size: 1.125em; line-height: 1.35; }
blockquote { border-inline-start: .2em solid var(--accent); padding-inline-start: 1em; font-size: 1.0625em; }
.foot { min-height: 2.75em; }
.suggestions { justify-items: start; counter-reset: choice; }
.clarify button::before { counter-increment: choice; content: counter(choice) "."; font-weight: 600; margin-inline-end: .4em; }
.panel { max-height: calc(var(--height, 100dvh) - var(--block) - var(--gap)); inset-block-end: calc(var(--block) + max(var(--bottom, 0px), env(safe-area-inset-bottom, 0px))); font-size: var(--size, 1em); }
div.panel { max-height: none; }
@media (max-width: 30em), (max-height: 28em) {
  dialog.panel { max-height: none; inset-block-end: auto; padding: env(safe-area-inset-top, 0) env(safe-area-inset-right, 0) env(safe-area-inset-bottom, 0) env(safe-area-inset-left, 0); overscroll-behavior: contain; }
}
:is(.said, blockquote) :is(ul, ol) { gap: .35em; padding-inline-start: 1.25em; list-style: disc; }
:is(.said, blockquote) ol { display: grid; list-style: decimal; }
.down > p a { background: var(--alarm); color: var(--on-alarm); padding-inline: .75em; border-radius: var(--round); }
@media (max-height: 28em) {
  .emergency { gap: .5em; padding: .5em; }
  .calls { order: -1; }
  .calls :is(a, p) { padding-block: .25em; }
}
.mark { background: var(--mark); border-radius: .2em; -webkit-box-decoration-break: clone; box-decoration-break: clone; }
.first { font-weight: 600; }
.suggestions, .chips { display: flex; flex-wrap: wrap; gap: 0 .4em; }
.clarify { flex-direction: column; align-items: start; }
.message:not(.last) > .suggestions:not(.clarify, :focus-within) { display: none; }
:is(.suggestions, .chips) button { display: flex; align-items: center; padding: .2em 0; border: 0; background: none; outline: none; }
:is(.suggestions, .chips) span { padding: .3em .9em; border: 1px solid var(--edge); border-radius: 1.2em; font-size: .9375em; line-height: 1.35; }
:is(.suggestions, .chips) :hover > span { background: var(--tint); }
:focus-visible > span { outline: 3px solid var(--accent); }
.row { display: flex; flex-wrap: wrap; align-items: center; gap: 0 .5em; margin-inline-end: -.7em; }
.acts, .rating { display: flex; margin-inline-start: auto; color: var(--soft); }
.acts .tool { border-radius: 50%; }
.acts .tool:hover { background: var(--tint); color: var(--accent); }
.acts .icon { width: 1.25em; height: 1.25em; }
.acts [aria-pressed=true] { color: var(--accent); }
.acts [aria-pressed=true] path { fill: currentColor; fill-opacity: .3; }
[value=down] .icon { transform: scale(-1); }
.acts .speak { display: none; }
:host([read-aloud]) .acts .speak { display: grid; }
button.copy { display: flex; align-items: center; gap: .5em; font-size: .9375em; }
.copy .icon { width: 1.1em; height: 1.1em; }
button.origin { flex: 1 1 10em; display: flex; align-items: center; gap: .5em; min-height: 3.15em; padding: .2em 0; border: 0; background: none; font-size: .875em; line-height: 1.35; }
.origin::after, summary::before { content: ""; flex: none; width: .4em; height: .4em; margin: 0 .25em; border: solid; border-width: 0 2px 2px 0; transform: rotate(45deg); }
.origin[aria-expanded=true]::after, [open] > summary::before { transform: rotate(225deg); }
.origin:hover > span { text-decoration: underline; }
.sources { gap: 1em; padding: .9em 1em; background: var(--field); border-radius: var(--round); font-size: .9375em; }
.source + .source { border-block-start: 1px solid var(--line); padding-block-start: .9em; }
.source { gap: .35em; }
.source p { font-size: .9375em; }
.sources a { display: inline-block; padding-block: .3em; }
.source .title { font-size: 1em; font-weight: 600; color: var(--ink); }
summary { display: flex; align-items: center; gap: .5em; min-height: 2.95em; cursor: pointer; }
.source details p { color: var(--ink); font-size: 1em; white-space: pre-line; }
.reasons:empty, .noted:empty { display: none; }
.reasons, .reasons form { display: grid; gap: .5em; justify-items: start; }
.chips [aria-pressed=true] span { background: var(--accent); color: var(--on-accent); border-color: transparent; }
.reasons form { width: 100%; grid-template-columns: 1fr auto; align-items: end; }
.reasons label { font-size: .875em; color: var(--soft); }
input { display: block; width: 100%; margin-block-start: .4em; font-size: 1rem; }
.options { position: absolute; inset-block-start: 100%; inset-inline-end: .5em; z-index: 2; display: grid; max-height: calc(min(100dvh, 40em) - 5em); overflow: auto; padding: .4em; background: var(--paper); border: 1px solid var(--line); border-radius: var(--round); box-shadow: 0 .4em 1.2em #0003; }
.options button { border-color: transparent; color: var(--ink); }
.options [aria-pressed=true]::after { content: " ✓"; }
.state button { min-height: 3.15em; }
@media print {
  .root.root { --ink: #000; --soft: #333; --paper: #fff; --field: #fff; --tint: #fff; --accent: #000; --alarm: #000; --alarm-paper: #fff; --on-alarm: #000; color-scheme: light; }
  .inline :is(.panel, .log) { display: block; height: auto; max-height: none; overflow: visible; }
  .inline :is(.ask, .bar, .acts, .tool, .suggestions:not(.clarify), .reasons, .noted, .typing, .sources .icon) { display: none; }
  .inline .copy, .origin::after, summary::before { display: none; }
  .inline .sources a::after { content: " " attr(href); }
  .calls.calls a { background: none; color: #000; }
  .sources.sources[hidden] { display: grid !important; }
  .message > * { break-inside: avoid; }
}
@media (forced-colors: active) {
  .chips [aria-pressed=true] span, .acts [aria-pressed=true], .hints [aria-selected=true], .solid, .calls a { forced-color-adjust: none; background: Highlight !important; color: HighlightText !important; }
  .user .said { border: 1px solid; }
  .mark { forced-color-adjust: none; background: Mark; color: MarkText; }
}
.contact { color: var(--ink); display: grid; gap: .35em; padding: .75em 1em; background: var(--field); border-radius: var(--round); font-size: .9375em; }
.contact ul { display: flex; flex-wrap: wrap; gap: 0 1.25em; }
.contact a { display: flex; align-items: center; gap: .4em; min-height: 2.75em; }
.contact .icon { width: 1.1em; height: 1.1em; }
.contact .lead { margin: 0; color: var(--ink); }
.message:not(.last) .contact { display: none; }
.options .contact { margin: .25em .6em .6em; max-width: 20em; }
.head img, ::slotted([slot=logo]) { max-height: 2.5em; max-width: 8em; margin-inline-end: .75em; }
.danger { border-color: var(--alarm); color: var(--alarm); }
.facts { display: grid; gap: .4em; margin: 0; }
.hints { flex: 1 0 100%; gap: 0; max-height: 16em; overflow-y: auto; border: 1px solid var(--edge); border-radius: var(--round); background: var(--paper); }
.hints li { display: flex; align-items: center; min-height: 2.75em; padding: .4em 1em; cursor: pointer; line-height: 1.35; }
.hints li + li { border-block-start: 1px solid var(--line); }
.hints li:hover { background: var(--tint); }
.hints [aria-selected=true] { background: var(--accent); color: var(--on-accent); }
.sizes { display: flex; align-items: center; gap: .25em; padding-inline-start: 1em; color: var(--ink); }
.sizes button { border-color: var(--edge); min-width: 3em; text-align: center; }
.sizes :first-child { margin-inline-start: auto; }
.inline .widen { display: none; }
.jump { position: sticky; inset-block-end: 0; display: block; margin-inline: auto; z-index: 1; }
.wide > .panel { width: 46em; height: 100vh; }
@media (max-width: 48em), (max-height: 28em) { .widen { display: none; } }
@media (prefers-contrast: more) {
  .root { --soft: var(--ink); --line: var(--edge); --edge: var(--ink); }
  .user .said { border: 1px solid; }
}
`;

/**
 * Returns the nodes of a message.
 * @param {Message} message @param {Setting} setting @param {boolean} isDisclaimed
 */
export function renderMessage(message, setting, isDisclaimed) {
  return drawMessage(message, withWords(setting), isDisclaimed);
}

/** Returns what a message says, in paragraphs. @param {Element} item */
export function read(item) {
  return readMessage(item);
}

/** Adds the style of what is drawn here. @param {ShadowRoot} root */
export function addExtraStyle(root) {
  addStyle(root, CSS)?.catch(() => {}); // the element itself gives up where no style is allowed
}

/**
 * Returns a setting with the words of these parts, too.
 * @param {Setting} setting @returns {ExtraSetting}
 */
function withWords(setting) {
  return { ...setting, words: { ...WORDS, ...setting.words } };
}

/**
 * Adds what can wait until the chat is open: headings while a question is typed, the page's logo.
 * @param {BonafideChat} host @param {Composer} composer @param {Setting} setting
 */
export function completePanel(host, composer, setting) {
  if (host.getAttribute("suggest") !== "off") addHints(composer, withWords(setting));
  const source = host.getAttribute("logo");
  if (source) host.shadowRoot?.querySelector("[name=logo]")?.replaceChildren(...makeLogo(source, setting.talk.options.server));
}

/**
 * Returns a picture of the page's own server or of the bot's: no third learns who reads.
 * @param {string} source @param {string} server
 */
function makeLogo(source, server) {
  const { href } = h("a", { href: source });
  const places = [location.origin, server].map((each) => `${each}/`);
  if (places.some((place) => href.startsWith(place))) return [h("img", { src: href, alt: "" })];
  console.error(`bonafide-chat: the logo is neither of this site nor of the bot's: ${href}`);
  return [];
}

/**
 * Returns what keeps watch over what is not sent.
 * @param {HTMLElement} box @param {Setting} setting
 */
export function makeWatch(box, setting) {
  return makeAlarm(box, withWords(setting));
}

/**
 * Fills in what stands under a reply, and the marks of what is quoted over it.
 * @param {HTMLElement} foot @param {HTMLElement} block The quotation.
 * @param {Turn} turn @param {Setting} setting
 */
export function fillFoot(foot, block, turn, setting) {
  const full = withWords(setting);
  fillReply(foot, block, turn, full);
  if (NEEDS_PERSON.has(turn.kind)) addContact(foot, full);
}

/** Returns what else a reply has, in a few words. @param {Turn} turn @param {Setting} setting */
export function countOthers(turn, setting) {
  return countBeside(turn, withWords(setting));
}

/** Fits out a panel. @param {Parts} parts @param {Setting} setting @param {AbortSignal} signal */
export function fitOut(parts, setting, signal) {
  return new Fittings(parts, withWords(setting), signal);
}

/** Greets. @param {Conversation} talk @param {() => void} spare Where the server's words are not known. */
export function greet(talk, spare) {
  return greetAs(talk, spare);
}

/**
 * Says under the greeting what is to know before anything is typed.
 * @param {HTMLElement} place @param {Conversation} talk @param {Setting} setting
 */
export function fillFacts(place, talk, setting) {
  place.replaceChildren(...renderFacts(talk, withWords(setting).words));
}

/**
 * Returns the menu's buttons, and the way to a person under them.
 * @param {Conversation} talk @param {Setting} setting
 * @param {(line: string, ...buttons: HTMLElement[]) => void} say Shows a line and what can be done.
 * @param {() => void} close Closes the menu.
 */
export function makeOptions(talk, setting, say, close) {
  const full = withWords(setting);
  const { words } = full;
  /**
   * @param {string} question @param {string} yes @param {() => Promise<void>} act
   * @param {string} look Class of the button that does it.
   */
  const confirm = (question, yes, act, look = "solid") => {
    const no = h("button", { click: () => say("") }, words.cancel);
    say(question, h("button", { class: look, click: act }, yes), no);
    moveFocus(no); // of the two, what loses nothing
  };
  const restart = async () => {
    say("");
    talk.restart();
    setting.greet();
  };
  const forget = async () => {
    say(words.deleting);
    const n = await eraseAll(talk);
    // First what the reader waits for, then the greeting of a new conversation.
    say(n ? fill(words.notForgotten, { n }) : words.forgotten);
    setting.greet();
  };
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(writeText(talk.messages, full));
      say(words.copied);
    } catch {
      say(words.notCopied); // not a secure page, or the reader said no
    }
  };
  const tellFacts = () => {
    const { lines, links } = factsOf(talk, words);
    const done = h("button", { click: () => say("") }, words.done);
    say(lines.join(" "), ...links, done);
    moveFocus(done);
  };
  /** @type {[string, () => void][]} */
  const options = [
    [words.restart, () => confirm(words.askRestart, words.confirmRestart, restart)],
    [words.copy, copy],
    [words.save, () => saveText(talk.messages, full)],
    [words.print, () => printTranscript(talk.messages, full)],
    [words.tellAbout, tellFacts],
    [words.forget, () => confirm(words.askForget, words.confirmForget, forget, "danger")],
  ];
  const buttons = options.map(([label, act]) => {
    const click = () => {
      close();
      act();
    };
    return h("button", { click }, label);
  });
  const person = h("div");
  addContact(person, full);
  if (globalThis.speechSynthesis) buttons.splice(-1, 0, makeAloud(words.aloud, close));
  return [...buttons, person];
}

/** Returns a switch: whether answers have a button that reads them aloud. */
function makeAloud(/** @type {string} */ label, /** @type {() => void} */ close) {
  const click = () => {
    const root = button.getRootNode();
    if (!(root instanceof ShadowRoot)) return;
    close();
    button.setAttribute("aria-pressed", String(root.host.toggleAttribute("read-aloud")));
  };
  const button = h("button", { "aria-pressed": "false", click }, label);
  return button;
}
