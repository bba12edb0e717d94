// What is fetched once the chat is open: sources, thumbs, and the menu. It imports nothing:
// the server sends the other modules as one file, and a module of it would come a second time.

/** @import { Conversation } from "./conversation.js" */
/** @import { Kit, Setting, Turn } from "./types" */

/** Words of these parts; the attribute `words` replaces them, too. */
export const WORDS = {
  more: "More sources ({n})",
  section: "Section: {section}",
  reviewed: "checked {date}",
  passage: "Show the whole passage",
  newTab: "(opens in a new tab)",
  helpful: "Did this help?",
  restart: "New conversation",
  copy: "Copy the conversation",
  print: "Print or save",
  forget: "Delete my data",
  yes: "Yes",
  no: "No",
  reason: "What was missing or wrong? You need not say. Please leave out names and health details.",
  sendReason: "Send feedback",
  notRated: "That could not be saved. Please try again.",
  copied: "Copied.",
  notCopied: "This browser does not allow copying.",
  askRestart: "Start again and clear these messages from this browser?",
  askForget: "Delete this conversation, here and on the server?",
  notForgotten: "Not deleted, because the server could not be reached. Please try again.",
  forgotten: "Your conversation has been deleted.",
  confirmRestart: "Start again",
  confirmForget: "Delete",
  cancel: "Keep it",
};

const PATHS = {
  thumb: "M7 11v9H4v-9zl4-8a2 2 0 0 1 2 2v4h6l-1.5 11H7",
  out: "M14 4h6v6M20 4l-9 9M18 14v6H4V6h6",
  document: "M6 3h8l4 4v14H6zM9 11h6M9 15h6",
};

const CSS = `
.source { border: 1px solid var(--line); border-radius: var(--round); padding: .75em 1em; background: var(--field); }
.source .title { font-size: 1em; font-weight: 600; display: flex; gap: .6em; color: var(--accent); }
summary { display: flex; align-items: center; gap: .7em; min-height: 2.75em; cursor: pointer; }
summary::before { content: ""; flex: none; width: .5em; height: .5em; margin: .2em; border: solid; border-width: 0 2px 2px 0; transform: rotate(45deg); }
[open] > summary::before { transform: rotate(225deg); }
.source details p { padding: .75em; background: var(--paper); color: var(--ink); white-space: pre-line; }
blockquote { white-space: normal; }
blockquote > * + * { margin-block-start: .5em; }
blockquote :is(ul, ol) { padding-inline-start: 1.25em; list-style-type: disc; }
blockquote ol { display: grid; gap: .5em; list-style-type: decimal; }
.mark { background: var(--mark); border-radius: .2em; -webkit-box-decoration-break: clone; box-decoration-break: clone; }
.state button { margin-inline-start: .75em; }
@media print { .root { display: none; } }
@media (forced-colors: active) {
  [aria-pressed=true], .solid, .calls a { forced-color-adjust: none; background: Highlight !important; color: HighlightText !important; }
  .user .said { border: 1px solid; }
  .mark { forced-color-adjust: none; background: Mark; color: MarkText; }
}
.options { position: absolute; inset-block-start: 100%; inset-inline-end: .5em; z-index: 1; display: grid; padding: .4em; background: var(--paper); border: 1px solid var(--line); border-radius: var(--round); box-shadow: 0 .4em 1.2em #0003; }
.options button { border-color: transparent; color: var(--ink); }
.rating { display: flex; flex-wrap: wrap; align-items: center; gap: .5em; color: var(--soft); }
.rating button { display: flex; align-items: center; gap: .5em; }
.rating form, .rating .note { flex: 1 0 100%; display: grid; gap: .6em; justify-items: start; }
.rating .note:empty { display: none; }
input { display: block; width: 100%; margin-block-start: .5em; }
[value=down] .icon { transform: scaleY(-1); }
button[aria-pressed=true] { background: var(--accent); color: var(--on-accent); }
`;

/** Returns the sheet for what is drawn here. @param {Kit} kit */
export function makeExtraSheet({ makeSheet }) {
  return makeSheet(CSS);
}

/**
 * Fills in lists and marks of what is quoted, where it comes from, and the thumbs.
 * @param {HTMLElement} block The quotation.
 * @param {HTMLElement} about @param {HTMLElement} rating @param {Turn} turn @param {Setting} setting
 */
export function fillAnswer(block, about, rating, turn, setting) {
  const { objects, text } = setting.kit;
  const quote = text(block.textContent);
  fillQuote(block, quote, turn, setting.kit);
  const shown = [text(turn.heading), quote];
  about.append(renderSources(objects(turn.citations), shown, setting));
  fillRating(rating, text(turn.answer_id), setting);
}

/**
 * Draws lines that begin as those of a list as one, and shows what is marked. The text in it stays
 * the same, to the letter. What is marked is for the eye: a `mark` would be read out as one.
 * @param {HTMLElement} block @param {string} quote @param {Turn} turn @param {Kit} kit
 */
function fillQuote(block, quote, { marks }, { h, text }) {
  const ranges = (Array.isArray(marks) ? marks : [])
    .map((each) => ({ from: quote.indexOf(text(each)), length: text(each).length }))
    .filter(({ from }) => from >= 0)
    .sort((one, other) => one.from - other.from);
  /** @param {number} start @param {number} end */
  const cut = (start, end) => {
    const runs = [];
    for (const { from, length } of ranges) {
      const left = Math.max(from, start);
      const right = Math.min(from + length, end);
      if (left >= right) continue;
      runs.push(quote.slice(start, left), h("span", { class: "mark" }, quote.slice(left, right)));
      start = right;
    }
    return [...runs, quote.slice(start, end)];
  };
  let at = 0;
  block.replaceChildren();
  for (const line of quote.split("\n")) {
    const [sign] = /^(-|\d+\.) /.exec(line) ?? [""];
    const end = at + line.length;
    const tag = sign ? (sign === "- " ? "ul" : "ol") : "p";
    const last = block.lastElementChild;
    const isNext = sign && last?.localName === tag;
    const part = isNext ? last : h(tag, { start: parseInt(sign) || undefined });
    if (at) (isNext ? part : block).append("\n");
    if (!isNext) block.append(part);
    const runs = cut(at + sign.length, end);
    const dash = h("span", { class: "hidden", "aria-hidden": "true" }, sign);
    part.append(...(sign ? [h("li", {}, dash, ...runs)] : runs));
    at = end + 1;
  }
}

/**
 * Returns the source of the quote, and the other passages folded away.
 * @param {Record<string, unknown>[]} citations
 * @param {string[]} shown Heading and words of the quote.
 * @param {Setting} setting
 */
function renderSources(citations, shown, setting) {
  const { h, fill } = setting.kit;
  const words = { ...WORDS, ...setting.words };
  const [first, ...others] = citations.map((each, place) =>
    renderSource(each, place ? [] : shown, setting),
  );
  const rest = h("ul", { role: "list" }, ...others);
  const more = h("summary", {}, fill(words.more, { n: others.length }));
  return h(
    "div",
    { class: "sources" },
    h("p", { class: "lead" }, words.source),
    h("ul", { role: "list" }, first ?? ""),
    others.length > 0 && h("details", { class: "more" }, more, rest),
  );
}

/**
 * Returns a document, with its section and passage where they do not stand above it already.
 * @param {Record<string, unknown>} citation @param {string[]} shown @param {Setting} setting
 */
function renderSource(citation, shown, setting) {
  const { h, fill, icon, text, safeAddress } = setting.kit;
  const words = { ...WORDS, ...setting.words };
  const title = text(citation.title);
  const section = text(citation.section);
  const reviewed = text(citation.reviewed);
  const date = reviewed && fill(words.reviewed, { date: spellDate(reviewed, setting.locale) });
  const origin = [text(citation.publisher), date].filter(Boolean).join(", ");
  const address = safeAddress(citation.url);
  const link = h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, title);
  link.append(icon("out", PATHS.out), h("span", { class: "hidden" }, ` ${words.newTab}`));
  const passage = text(citation.text);
  return h(
    "li",
    { class: "source", dir: "auto" },
    h("p", { class: "title" }, icon("document", PATHS.document), address ? link : h("span", {}, title)),
    !["", title, ...shown].includes(section) && h("p", {}, fill(words.section, { section })),
    origin !== "" && h("p", {}, origin),
    !["", ...shown].includes(passage) &&
      h("details", {}, h("summary", {}, words.passage), h("p", {}, passage)),
  );
}

/** @param {string} date @param {string} locale */
function spellDate(date, locale) {
  const isDay = /^\d{4}-\d\d-\d\d$/.test(date) && !Number.isNaN(Date.parse(date));
  if (!isDay) return date;
  return new Date(date).toLocaleDateString(locale, { dateStyle: "long", timeZone: "UTC" });
}

/**
 * Fills in thumbs up and down; down asks for a reason, which nobody has to give.
 * @param {HTMLElement} holder @param {string} answerId @param {Setting} setting
 */
function fillRating(holder, answerId, setting) {
  const { h, icon } = setting.kit;
  const words = { ...WORDS, ...setting.words };
  const { rating, rate, announce } = setting;
  const note = h("p", { class: "note" });
  const buttons = [words.yes, words.no].map((label, place) => {
    const value = place ? "down" : "up";
    return h("button", { value, click: () => choose(value) }, icon("thumb", PATHS.thumb), label);
  });
  /** @param {string | undefined} value */
  const press = (value) => {
    for (const each of buttons) each.setAttribute("aria-pressed", String(each.value === value));
  };
  /** @param {string} value @param {string} reason */
  const send = async (value, reason) => {
    press(value);
    try {
      note.textContent = await rate(answerId, value, reason);
    } catch {
      press(rating(answerId));
      note.textContent = words.notRated;
    }
    announce(note.textContent);
  };
  /** @param {string} value */
  const choose = (value) => {
    holder.querySelector("form")?.remove();
    if (value === "down") {
      const input = h("input", { maxlength: 500, autocomplete: "off" });
      const label = h("label", {}, words.reason, input);
      const submit = (/** @type {Event} */ event) => {
        event.preventDefault();
        const reason = input.value.trim();
        buttons[1]?.focus();
        holder.querySelector("form")?.remove();
        if (reason) void send("down", reason);
      };
      holder.append(h("form", { submit }, label, h("button", {}, words.sendReason)));
      input.focus();
    }
    void send(value, "");
  };
  press(rating(answerId));
  holder.role = "group";
  holder.ariaLabel = words.helpful;
  holder.append(h("span", {}, words.helpful), ...buttons, note);
}

/**
 * Returns the menu's buttons.
 * @param {Conversation} talk @param {Setting} setting @param {() => Element[]} items The messages.
 * @param {(line: string, ...buttons: HTMLElement[]) => void} say Shows a line and what can be done.
 * @param {() => void} close Closes the menu.
 */
export function makeOptions(talk, setting, items, say, close) {
  const { h, read } = setting.kit;
  const words = { ...WORDS, ...setting.words };
  const transcript = () =>
    items().map((item) => {
      const addresses = [...item.querySelectorAll("a")].map(({ href }) => href);
      const lines = read(item, "time, .source > p, .note").replaceAll(words.newTab, "");
      return [lines, ...addresses].join("\n");
    });
  /** @param {string} question @param {string} yes @param {() => Promise<void>} act */
  const confirm = (question, yes, act) => {
    const no = h("button", { click: () => say("") }, words.cancel);
    say(question, h("button", { class: "solid", click: act }, yes), no);
  };
  const restart = async () => {
    say("");
    await talk.restart();
  };
  const forget = async () => {
    const outcome = await talk.forget().then(
      () => words.forgotten,
      () => words.notForgotten,
    );
    say(outcome);
  };
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(transcript().join("\n\n"));
      say(words.copied);
    } catch {
      say(words.notCopied); // not a secure page, or the reader said no
    }
  };
  /** @type {[string, () => void][]} */
  const options = [
    [words.restart, () => confirm(words.askRestart, words.confirmRestart, restart)],
    [words.copy, copy],
    [words.print, () => print(setting, transcript())],
    [words.forget, () => confirm(words.askForget, words.confirmForget, forget)],
  ];
  return options.map(([label, act]) => {
    const click = () => {
      close();
      act();
    };
    return h("button", { click }, label);
  });
}

/**
 * Prints lines from a frame of their own, so that the page around the chat stays out.
 * @param {Setting} setting @param {string[]} entries
 */
function print({ name: title, kit: { h } }, entries) {
  const frame = h("iframe", { title, "aria-hidden": "true", tabindex: -1 });
  frame.style.cssText = "position:fixed;width:0;height:0;border:0";
  document.body.append(frame);
  const page = frame.contentDocument;
  const view = frame.contentWindow;
  if (!page || !view) return frame.remove();
  page.title = title;
  page.body.style.cssText = "font: 12pt/1.5 system-ui, sans-serif; white-space: pre-wrap";
  page.body.append(h("h1", {}, title), ...entries.map((entry) => h("p", {}, entry)));
  view.addEventListener("afterprint", () => frame.remove());
  view.print();
}
