// What the widget is made of: words, nodes, icons, links that are safe to follow, and its look.

/** What people read that does not come from the server; the attribute `words` replaces any. */
export const WORDS = {
  heading: "Bonafide",
  subheading: "Answers quoted from named documents",
  launch: "Ask a question",
  unread: "New messages: {n}",
  close: "Close the chat",
  menu: "More options",
  messages: "Conversation",
  you: "You",
  input: "Your question",
  send: "Send",
  left: "{n} characters left",
  over: "{n} characters too many",
  typing: "Looking in the documents…",
  general: "In general, the documents say",
  source: "Source",
  choices: "Choose one",
  suggestions: "You can also ask",
  emergency: "Get help now",
  call: "Call {number}",
  unreadable: "This message cannot be shown.",
  kept: "Messages stay in this browser for a day, or until you delete them.",
  notKept: "Messages are not kept when you leave this page.",
  failed: "Not sent. {why}",
  retry: "Try again",
  offline: "You are offline. What you write is sent when you are connected again.",
  unreachable: "The chat cannot be reached at the moment.",
  refused: "This website is not allowed to use this chat.",
  too_long: "The message is too long.",
  rate_limited: "Too many messages. Please wait a minute.",
  broken: "Something went wrong.",
  renewed: "The earlier conversation had ended. This is a new one.",
};

/**
 * Returns a new element. Functions become listeners; false and undefined set nothing; text stays
 * text: nothing here reads HTML.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string | number | boolean | undefined | ((event: any) => void)>} [settings]
 * @param {...(Node | string | boolean | undefined)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, settings = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(settings)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== false && value !== undefined) element.setAttribute(name, String(value));
  }
  for (const child of children) if (child && child !== true) element.append(child);
  return element;
}

/** @type {Record<string, string>} Strokes on a field of 24 by 24. */
const PATHS = {
  chat: "M4 5h16v11H10l-5 4v-4H4z",
  close: "M6 6l12 12M18 6L6 18",
  menu: "M12 5v.01M12 12v.01M12 19v.01",
  send: "M5 12h14M13 6l6 6-6 6",
  alert: "M12 3l10 18H2zM12 10v5M12 18v.01",
  phone: "M5 3h4l2 5-2.5 1.5a11 11 0 0 0 6 6L16 13l5 2v4a2 2 0 0 1-2 2A16 16 0 0 1 3 5a2 2 0 0 1 2-2z",
};

/**
 * Returns a drawing that assistive technology passes over.
 * @param {string} name @param {string | undefined} path
 */
export function icon(name, path = PATHS[name]) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", `icon ${name}`);
  const line = document.createElementNS(space, "path");
  line.setAttribute("d", path ?? "");
  svg.append(line);
  return svg;
}

/**
 * Returns `words` with the values in its {places}.
 * @param {string} words
 * @param {Record<string, string | number>} values
 */
export function fill(words, values) {
  return words.replace(/\{(\w+)\}/g, (place, name) => String(values[name] ?? place));
}

/**
 * Returns an address that may be followed, else an empty string.
 * @param {unknown} address
 * @param {RegExp} allowed Of the whole address, as the browser writes it.
 */
export function safeAddress(address, allowed = /^https?:\/\//) {
  try {
    const { href } = new URL(text(address));
    return allowed.test(href) ? href : "";
  } catch {
    return ""; // no address at all, or a relative one: nothing a document could have come from
  }
}

/**
 * Returns what is text; an empty string for everything else.
 * @param {unknown} value
 */
export function text(value) {
  return typeof value === "string" ? value : "";
}

/**
 * Returns the objects of a list; an empty list for everything else.
 * @param {unknown} value
 * @returns {Record<string, unknown>[]}
 */
export function objects(value) {
  return Array.isArray(value) ? value.filter((each) => each && typeof each === "object") : [];
}

/** Lengths are in em of the reader's own text size; what starts with --bonafide is a page's. */
const CSS = `
.root {
  all: initial; display: block; color: var(--ink); color-scheme: light;
  font: medium/1.5 var(--bonafide-font, system-ui, sans-serif);
  --accent: var(--bonafide-accent, #0a5a6b); --on-accent: var(--bonafide-on-accent, #fff);
  --head: var(--accent); --on-head: var(--on-accent);
  --ink: #1a2a33; --soft: #4e606b; --paper: #fff; --field: #f2f6f7; --line: #d3dde2; --edge: #73868f;
  --tint: #e4f0f2; --mark: #fff0b8; --alarm: #a8071a; --on-alarm: #fff; --alarm-paper: #fff2f1;
  --round: var(--bonafide-radius, .75em); --gap: var(--bonafide-offset, 1.25em);
}
.dark {
  --accent: var(--bonafide-accent-dark, #84d3e0); --on-accent: var(--bonafide-on-accent-dark, #04252c);
  --head: #1d323d; --on-head: #f1f6f8; color-scheme: dark;
  --ink: #e9eff2; --soft: #aebdc5; --paper: #131e26; --field: #1d2b34; --line: #344651; --edge: #7f939e;
  --tint: #1e3d48; --mark: #4b3f12; --alarm: #ffb1ab; --on-alarm: #40060a; --alarm-paper: #3b1416;
}
* { box-sizing: border-box; margin: 0; }
[hidden] { display: none !important; }
ul { list-style: none; padding: 0; display: grid; gap: .5em; }
a, summary { color: var(--accent); }
button, input, textarea {
  font: inherit; color: inherit; min-height: 2.75em; padding: .5em 1em; overflow-wrap: anywhere;
  background: var(--paper); border: 1px solid var(--edge); border-radius: var(--round);
}
button { color: var(--accent); text-align: start; cursor: pointer; }
button:hover { background: var(--tint); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.icon { width: 1.375em; height: 1.375em; flex: none; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
.icon.out { width: .8em; height: .8em; margin-inline-start: .35em; }
[dir=rtl] .send { transform: scaleX(-1); }
button.solid { background: var(--accent); color: var(--on-accent); border-color: transparent; }
button.tool { background: none; color: inherit; border-color: transparent; }
.tool, .ask button { display: grid; place-items: center; width: 2.75em; padding: 0; }

.launcher, .panel { position: fixed; inset-block: auto var(--gap); inset-inline: auto var(--gap); z-index: var(--bonafide-z, 99999); max-width: calc(100vw - 2 * var(--gap)); }
.start > * { inset-inline: var(--gap) auto; }
.launcher { display: flex; align-items: center; gap: .6em; padding: .9em 1.4em; font-weight: 600; border-radius: 2em; box-shadow: 0 .2em 1em #0004; }
.badge { background: var(--paper); color: var(--ink); border-radius: 1em; padding: 0 .5em; }
button.urgent { background: var(--alarm); color: var(--on-alarm); }
.panel {
  width: var(--bonafide-width, 26em); height: var(--bonafide-height, 44em); max-height: calc(100vh - 2 * var(--gap)); padding: 0;
  flex-direction: column; overflow: auto; color: inherit; background: var(--paper);
  border: 1px solid var(--line); border-radius: var(--round); box-shadow: 0 .5em 2.5em #0003;
}
.panel[open], div.panel { display: flex; }
div.panel { position: static; width: auto; max-width: none; box-shadow: none; }
.head { display: flex; align-items: center; position: relative; padding: .75em; padding-inline-start: 1.25em; background: var(--head); color: var(--on-head); }
.head > :focus-visible { outline-color: currentColor; }
.name { flex: 1; min-width: 0; overflow-wrap: anywhere; line-height: 1.35; }
h2 { font-size: 1.125em; }
.name span { font-size: .875em; }
.log { flex: 1 0 6em; min-height: 6em; overflow-y: auto; overscroll-behavior: contain; position: relative; padding: 1.25em; overflow-wrap: anywhere; }
.log:focus-visible, .head > * { outline-offset: -3px; }
.list { gap: 1.75em; padding-block: 1.25em; }
.message, .said, .sources, .source { display: grid; gap: .75em; grid-template-columns: minmax(0, 1fr); }
.said, .source { gap: .5em; }
.meta, .note, .lead, .disclaimer, .source p, .typing, .count, .state { color: var(--soft); font-size: .875em; }
.meta { margin-block-end: -.4em; }
.meta b { color: var(--ink); }
.lead { font-weight: 600; margin-block-end: -.25em; }
.user { justify-items: end; }
.user .said { background: var(--tint); padding: .6em 1em; border-radius: var(--round); max-width: 88%; white-space: pre-wrap; }
.state { color: var(--alarm); }
h3, blockquote { border-inline-start: .25em solid var(--accent); padding-inline-start: 1em; font-size: 1.0625em; }
h3 + blockquote { margin-block-start: -.706em; padding-block-start: .35em; }
blockquote { white-space: pre-line; }
.disclaimer { border-block-start: 1px solid var(--line); padding-block-start: .75em; }
.suggestions { justify-items: start; counter-reset: choice; }
.clarify button::before { counter-increment: choice; content: counter(choice) ". "; font-weight: 600; }

.emergency { border: 3px solid var(--alarm); border-radius: var(--round); background: var(--alarm-paper); display: grid; gap: 1em; padding: 1em; }
.alarm, .calls :is(a, p) { display: flex; align-items: center; gap: .7em; }
.alarm { color: var(--alarm); font-size: 1.1875em; font-weight: 700; }
.calls :is(a, p) { padding: .6em 1em; border: 2px solid var(--alarm); border-radius: var(--round); color: var(--alarm); text-decoration: none; }
.calls a { background: var(--alarm); color: var(--on-alarm); outline-color: var(--ink); }
.calls b { font-size: 1.1875em; display: block; }

.typing { display: flex; align-items: center; gap: .25em; }
.typing i { width: .45em; height: .45em; border-radius: 50%; background: var(--accent); animation: pulse 1.2s infinite; }
.typing i:nth-child(2) { animation-delay: .2s; }
.typing i:nth-child(3) { animation-delay: .4s; margin-inline-end: .5em; }
@keyframes pulse { 50% { opacity: .25; } }
.bar, .ask { padding: .75em; border-block-start: 1px solid var(--line); }
.bar { background: var(--field); }
.bar button { margin: .6em .5em 0 0; }
.ask { display: flex; flex-wrap: wrap; align-items: end; gap: .5em; }
textarea { flex: 1; min-width: 0; max-height: 8em; resize: none; }
::placeholder { color: var(--soft); opacity: 1; }
.count { flex: 1 0 100%; }
:empty.count { display: none; }
.over { color: var(--alarm); font-weight: 600; }

@media (max-width: 30em), (max-height: 28em) {
  dialog.panel, .start > dialog { inset: var(--top, 0) 0 auto; width: 100%; max-width: none; height: var(--height, 100%); max-height: none; border: 0; border-radius: 0; }
}
@media (max-height: 28em), (max-width: 22em) { .name span { display: none; } }
@media (max-height: 28em) { .head, .ask { padding-block: .2em; } }
@media (prefers-reduced-motion: reduce) { i { animation: none !important; } }
`;

/** Returns a style sheet; content security policies let such sheets through. */
export function makeSheet(css = CSS) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  return sheet;
}
