// The panel and its launcher: what is shown, spoken and focused, and when.

import { Composer } from "./composer.js";
import { fill, h, icon, makeSheet, objects, safeAddress, text } from "./parts.js";
import { read, renderMessage } from "./turns.js";

/** @import { BonafideChat } from "./bonafide-chat.js" */
/** @import { Conversation } from "./conversation.js" */
/** @import { Message, Setting, Words } from "./types" */

/** How long words stay in a live region: some screen readers are slow to look. */
const SPOKEN_MS = 5000;
/** After this a person who cannot see the dots hears that the answer is being looked for. */
const SLOW_MS = 1500;
export class Panel {
  root = h("section");
  #host;
  #talk;
  #setting;
  #words;
  /** @type {Map<string, HTMLElement>} */
  #items = new Map();
  #unread = 0;
  #trouble = "";
  #slow = 0;
  /** @type {Promise<typeof import("./extras.js")> | null} */
  #loading = null;
  // The same as in parts.js: there the open panel covers the page.
  #small = matchMedia("(max-width: 30em), (max-height: 28em)");
  #launcher = h("button", { click: () => (this.#host.open = true) });
  #log = h("div", { class: "log", tabindex: 0, role: "group" });
  #list = h("ul", { class: "list", role: "list" });
  #typing = h("p", { class: "typing", hidden: true });
  #menu = h("button", { class: "tool", click: () => this.#toggle() }, icon("menu"));
  #options = h("div", { class: "options", hidden: true });
  #bar = h("div", { class: "bar", role: "group", hidden: true });
  #composer;
  /** Live regions: in the panel and beside it, as nothing outside an open modal one is heard. */
  #ears = ["polite", "assertive", "polite", "assertive"].map((politeness) =>
    h("div", { class: "hidden", "aria-live": politeness }),
  );
  #panel;

  /**
   * @param {BonafideChat} host @param {Conversation} talk
   * @param {Pick<Setting, "words" | "locale" | "name">} setting
   */
  constructor(host, talk, setting) {
    this.#host = host;
    this.#talk = talk;
    this.#words = setting.words;
    this.#setting = {
      ...setting,
      rating: talk.rating.bind(talk),
      rate: talk.rate.bind(talk),
      pick: this.ask.bind(this),
      kit: { fill, h, icon, makeSheet, objects, read, safeAddress, text },
      extras: this.#extras.bind(this),
      announce: this.#announce.bind(this),
    };
    this.#panel = h(host.isInline ? "div" : "dialog", {
      class: "panel",
      cancel: (event) => this.#leave(event),
      keydown: (event) => event.key === "Escape" && !event.isComposing && this.#leave(event),
    });
    this.#composer = new Composer(this.#setting);
    this.input = this.#composer.input;
    this.#build(setting.name, setting.words);
  }

  /** @param {string} name @param {Words} words */
  #build(name, words) {
    const { isInline } = this.#host;
    const labels = /** @type {[Element, string][]} */ ([
      [this.root, name],
      [this.#log, words.messages],
      [this.#menu, words.menu],
    ]);
    if (!isInline) labels.push([this.#panel, name]);
    for (const [element, label] of labels) element.setAttribute("aria-label", label);
    const title = h("p", { class: "name" }, h("h2", {}, name), h("span", {}, words.subheading));
    const click = () => (this.#host.open = false);
    const close = h("button", { class: "tool", "aria-label": words.close, click }, icon("close"));
    const head = h("div", { class: "head" }, title, this.#menu, !isInline && close, this.#options);
    const kept = h("p", { class: "note" }, this.#talk.isKept ? words.kept : words.notKept);
    this.#typing.append(h("i"), h("i"), h("i"), words.typing);
    this.#log.append(kept, this.#list, this.#typing);
    this.#panel.append(head, this.#log, this.#bar, this.#composer.form, ...this.#ears.slice(0, 2));
    if (!isInline) this.root.append(this.#launcher, ...this.#ears.slice(2));
    this.root.append(this.#panel);
    this.#toggle(false);
  }

  /** @param {AbortSignal} signal Ends it all. */
  connect(signal) {
    this.#small.addEventListener("change", () => this.show(false), { signal });
    signal.addEventListener("abort", () => {
      this.#talk.disconnect();
      clearTimeout(this.#slow);
    });
    this.#talk.connect();
    this.render([]);
    this.#composer.measure();
    this.show(false);
  }

  get #isVisible() {
    return this.#host.open || this.#host.isInline;
  }

  /** Opens or closes, as the element says. @param {boolean} isAsked Whether focus goes along. */
  show(isAsked) {
    const { open } = this.#host;
    const panel = this.#panel;
    const active = /** @type {HTMLElement | null} */ (this.#active);
    const hadFocus = panel.contains(active);
    this.#launcher.hidden = open;
    this.#badge(0);
    if (panel instanceof HTMLDialogElement) {
      if (panel.open) panel.close();
      if (open) panel[this.#small.matches ? "showModal" : "show"]();
    }
    if (isAsked) this.#host.dispatchEvent(new Event(`bonafide-${open ? "open" : "close"}`));
    if (!this.#isVisible) return void (hadFocus && this.#launcher.focus());
    const last = this.#talk.messages.filter((each) => each.from === "bot").at(-1);
    const isFirst = !this.#loading;
    this.#reveal(last);
    if (hadFocus) active?.focus();
    else if (isAsked) this.input.focus();
    void this.#talk.start();
    // Fetched now, it is there offline, too; without it the chat works all the same.
    this.#extras().then(() => isFirst && this.#reveal(last), () => {});
  }

  /** @param {string} text What is shown. @param {string} [payload] What is sent. */
  ask(text, payload) {
    this.#host.open = true;
    // On a touch screen the keyboard would cover the answer.
    (matchMedia("(pointer: coarse)").matches ? this.#log : this.input).focus();
    this.#talk.send(text, payload);
    this.#log.scrollTop = this.#log.scrollHeight;
  }

  /** Draws what has changed. @param {Message[]} fresh What came just now. */
  render(fresh) {
    const { messages, trouble, isAwaited } = this.#talk;
    for (const [id, item] of this.#items) {
      if (messages.some((each) => each.id === id)) continue;
      item.remove();
      this.#items.delete(id);
    }
    for (const [place, message] of messages.entries()) {
      const item = this.#items.get(message.id) ?? this.#add(message);
      const there = this.#list.children[place] ?? null;
      if (there !== item) this.#list.insertBefore(item, there);
      if (message.from === "user") this.#mark(item, message);
    }
    if (this.#typing.hidden === isAwaited) this.#wait(isAwaited);
    if (trouble !== this.#trouble) this.#warn(trouble);
    for (const message of fresh) this.#tell(message);
    if (fresh.length) this.#reveal(fresh[0]);
  }

  /** @param {Message} message */
  #add(message) {
    const nodes = renderMessage(message, this.#setting);
    const item = h("li", { class: `message ${message.from}` }, ...nodes);
    this.#items.set(message.id, item);
    return item;
  }

  /** Says under a message of the user what became of it. @param {HTMLElement} item @param {Message} message */
  #mark(item, { state, error = "" }) {
    const words = this.#words;
    const why = this.#why(error);
    const isOffline = state === "waiting" && this.#talk.trouble === "offline";
    const line = state === "failed" || isOffline ? fill(words.failed, { why: isOffline ? "" : why }) : "";
    const before = item.querySelector(".state");
    if ((before?.firstChild?.textContent ?? "") === line) return;
    if (before?.contains(this.#active)) this.input.focus();
    before?.remove();
    if (!line) return;
    const retry = h("button", { click: () => this.#talk.resume() }, words.retry);
    item.append(h("div", { class: "state" }, h("span", {}, line), state === "failed" && retry));
    this.#announce(line);
  }

  /** Shows whether a reply is on its way. @param {boolean} isAwaited */
  #wait(isAwaited) {
    this.#typing.hidden = !isAwaited;
    clearTimeout(this.#slow);
    if (isAwaited) this.#slow = setTimeout(() => this.#announce(this.#words.typing), SLOW_MS);
  }

  /** Shows why there is no connection. @param {string} trouble */
  #warn(trouble) {
    this.#trouble = trouble;
    if (!trouble) return this.say("");
    const retry = h("button", { click: () => this.#talk.resume() }, this.#words.retry);
    this.say(this.#why(trouble), ...(trouble === "offline" ? [] : [retry]));
  }

  /** Announces a message of the bot, and counts it when nobody sees it. @param {Message} message */
  #tell(message) {
    const kind = message.turn?.kind;
    const isUrgent = kind === "emergency";
    const item = this.#items.get(message.id);
    const speak = () => item && this.#announce(read(item), isUrgent);
    // The sources are part of what is said, but nothing waits for them in an emergency.
    if (isUrgent) speak();
    else this.#extras().then(speak, speak);
    if (!this.#isVisible) this.#badge(this.#unread + 1, isUrgent);
    this.#host.dispatchEvent(new CustomEvent("bonafide-message", { detail: { kind } }));
  }

  /** @param {number} unread @param {boolean} [isUrgent] */
  #badge(unread, isUrgent = false) {
    const words = this.#words;
    this.#unread = unread;
    this.#launcher.className = `launcher solid ${isUrgent ? "urgent" : ""}`;
    const label = h("span", {}, isUrgent ? words.emergency : words.launch);
    const count = h("b", { class: "badge", "aria-label": fill(words.unread, { n: unread }) }, `${unread}`);
    this.#launcher.replaceChildren(icon(isUrgent ? "alert" : "chat"), label, unread ? count : "");
  }

  /** @param {string} line @param {boolean} [isUrgent] */
  #announce(line, isUrgent = false) {
    const ear = this.#ears[(this.#isVisible ? 0 : 2) + (isUrgent ? 1 : 0)];
    const words = h("p", {}, line);
    ear?.append(words);
    setTimeout(() => words.remove(), SPOKEN_MS);
  }

  /** Scrolls to the start of a message, and to the question before it. @param {Message} [message] */
  #reveal(message) {
    const item = message && this.#items.get(message.id);
    if (!item) return;
    const before = item.previousElementSibling;
    const isShort = before instanceof HTMLElement && before.offsetHeight * 3 < this.#log.clientHeight;
    this.#log.scrollTop = (isShort ? before : item).offsetTop - 12;
  }

  /** Shows a line over the input, with what can be done about it. @param {string} line @param {HTMLElement[]} buttons */
  say(line, ...buttons) {
    if (this.#bar.contains(this.#active)) this.input.focus();
    this.#bar.hidden = !line;
    this.#bar.replaceChildren(h("p", {}, line), buttons.length ? h("div", {}, ...buttons) : "");
    this.#bar.setAttribute("aria-label", line);
    if (line) this.#announce(line);
    buttons[0]?.focus();
  }

  /** Opens or closes the menu; it is fetched when it is first wanted. */
  async #toggle(isOpen = this.#options.hidden) {
    this.#options.hidden = !isOpen;
    this.#menu.setAttribute("aria-expanded", String(isOpen));
    if (!isOpen || this.#options.firstChild) return;
    const { makeOptions } = await this.#extras();
    const close = () => {
      this.#toggle(false);
      this.#menu.focus();
    };
    this.#options.append(...makeOptions(this.#talk, this.#setting, () => [...this.#list.children], this.say.bind(this), close));
  }

  /** Fetches, once, what the first message can do without. */
  #extras() {
    this.#loading ??= import("./extras.js").then(
      (extras) => {
        this.#host.shadowRoot?.adoptedStyleSheets.push(extras.makeExtraSheet(this.#setting.kit));
        return extras;
      },
      (error) => {
        this.#loading = null;
        throw error;
      },
    );
    return this.#loading;
  }

  /** Returns the words for a code of the server or of transport.js. @param {string} code */
  #why(code) {
    return /** @type {Record<string, string>} */ (this.#words)[code] ?? this.#words.broken;
  }

  /** Escape: closes the menu, drops a question, closes the panel. @param {Event} event */
  #leave(event) {
    event.preventDefault();
    event.stopPropagation();
    if (!this.#options.hidden) {
      this.#toggle(false);
      this.#menu.focus();
    } else if (this.#bar.contains(this.#active)) this.say("");
    else this.#host.open = false;
  }

  get #active() {
    return this.#host.shadowRoot?.activeElement ?? null;
  }
}
