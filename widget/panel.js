// The panel and its launcher: what is shown, spoken and focused, and when.

import { Composer } from "./composer.js";
import { h, icon, moveFocus } from "./dom.js";
import { Notices } from "./notices.js";
import { makeSafety } from "./safety.js";
import { fill } from "./words.js";

/** @import { BonafideChat } from "./bonafide-chat.js" */
/** @import { Conversation } from "./conversation.js" */
/** @import { Fittings } from "./fittings.js" */
/** @import { Message, Setting, Words } from "./types" */

/** How long words stay in a live region, where who browses would find them a second time. */
const SPOKEN_MS = 2000;
/** After this a person who cannot see the dots hears that the answer is being looked for. */
const SLOW_MS = 1500;
/** The server's greeting, if it comes later than this, finds one in its place. */
const GREETING_MS = 300;
/** Who is this near to the end of the conversation follows it. */
const NEAR_END_PX = 80;

/** How messages look where what draws them cannot be fetched, or not in time. */
const PLAIN = {
  /** @type {(message: Message, setting: Setting, isDisclaimed: boolean) => (Node | string | false)[]} */
  renderMessage: ({ from, text, turn }) =>
    [
      from !== "note" && (text ?? turn?.text),
      ...[turn?.citations].flat().map((/** @type {any} */ each) => each?.title),
    ].map((line) => h("p", {}, String(line || ""))),
  /** @type {(item: Element) => HTMLElement[]} */
  read: (item) => [h("p", {}, item.textContent ?? "")],
};

/** The same as in style.js: there the open panel covers the page. */
export const SMALL = "(max-width: 30em), (max-height: 28em)";

export class Panel {
  root = h("section");
  #host;
  #talk;
  #setting;
  #words;
  /** @type {Map<string, HTMLElement>} */
  #items = new Map();
  #unread = 0;
  #isSeen = false;
  #trouble = "";
  #slow = 0;
  /** @type {Promise<typeof import("./extras.js")> | null} */
  #loading = null;
  /** What draws messages; until it is known how, none is drawn. @type {typeof PLAIN | undefined} */
  #draw;
  #small = matchMedia(SMALL);
  #launcher = h("button", { part: "launcher", click: () => (this.#host.open = true) });
  #log = h("div", { class: "log", tabindex: 0, role: "group" });
  #list = h("ul", { class: "list", role: "list" });
  /** What is to know before anything is typed: under the greeting. */
  #facts = h("div", { class: "note facts" });
  #typing = h("p", { class: "typing", hidden: true });
  /** @type {Fittings | undefined} */
  #fittings;
  /** How the page before left it. */
  #place;
  #signal = new AbortController().signal;
  #title = h("h2", { tabindex: -1 });
  #menu = h("button", { class: "tool", click: () => this.#toggle() }, icon("menu"));
  #options = h("div", { class: "options", hidden: true });
  #about = h("span");
  #notices;
  #safety;
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
    this.#place = talk.place;
    this.#unread = this.#place.unread ?? 0;
    this.#words = setting.words;
    this.#setting = {
      ...setting,
      talk,
      tell: host.tell.bind(host),
      pick: this.ask.bind(this),
      extras: this.#extras.bind(this),
      greet: this.#greet.bind(this),
      announce: this.#announce.bind(this),
    };
    this.#panel = h(host.isInline ? "div" : "dialog", {
      class: "panel",
      part: "panel",
      cancel: (event) => this.#leave(event),
      keydown: (event) => event.key === "Escape" && !event.isComposing && this.#leave(event),
    });
    this.#notices = new Notices(this.#setting, (bar) => this.#leaveGone(bar));
    this.#safety = makeSafety(host, talk, this.#setting);
    this.#composer = new Composer(this.#setting);
    this.input = this.#composer.input;
    this.#build(setting.name, setting.words);
  }

  /** @param {string} name @param {Words} words */
  #build(name, words) {
    const { isInline } = this.#host;
    this.#log.setAttribute("aria-label", words.messages);
    this.#menu.setAttribute("aria-label", words.menu);
    this.#rename(name);
    const title = h("div", { class: "name" }, this.#title, this.#about);
    const click = () => (this.#host.open = false);
    const close = h("button", { class: "tool", "aria-label": words.close, click }, icon("close"));
    const logo = h("slot", { name: "logo" });
    const parts = [logo, title, this.#menu, this.#options, !isInline && close];
    const head = h("div", { class: "head", part: "header" }, ...parts);
    this.#typing.append(h("i"), h("i"), h("i"), words.typing);
    this.#log.append(this.#list, this.#typing);
    const { bar, line } = this.#notices;
    const footer = h("slot", { name: "footer" });
    const ears = this.#ears.slice(0, 2);
    const foot = [line, bar, this.#safety.box, this.#composer.form, footer];
    this.#panel.append(head, this.#log, ...foot, ...ears);
    if (!isInline) this.root.append(this.#launcher, ...this.#ears.slice(2));
    this.root.append(this.#panel);
    this.#menu.setAttribute("aria-expanded", "false");
  }

  /** @param {string} name Of the bot. */
  #rename(name) {
    this.#setting.name = name;
    this.#title.textContent = name;
    this.root.setAttribute("aria-label", name);
    if (!this.#host.isInline) this.#panel.setAttribute("aria-label", name);
  }

  /** @param {AbortSignal} signal Ends it all. */
  connect(signal) {
    this.#signal = signal;
    this.#small.addEventListener("change", () => this.show(false), { signal });
    signal.addEventListener("abort", () => {
      this.#talk.disconnect();
      this.#notices.disconnect();
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
    const covers = !this.#host.isInline && this.#small.matches;
    // Somebody is at work in the page, perhaps with a keyboard that made the window low.
    if (open && covers && !isAsked && isTyping()) return void (this.#host.open = false);
    this.#launcher.hidden = open;
    this.#badge(this.#isVisible ? 0 : this.#unread);
    if (panel instanceof HTMLDialogElement) {
      if (panel.open) panel.close();
      if (open && covers) panel.showModal();
      panel.open = open; // show() would take the focus
    }
    if (isAsked) this.#host.tell(open ? "open" : "close");
    this.#fittings?.show(open && covers);
    if (!this.#isVisible) return void (hadFocus && moveFocus(this.#launcher));
    this.render([]);
    const last = this.#talk.messages.filter((each) => each.from === "bot").at(-1);
    const isFirst = !this.#isSeen;
    this.#isSeen = true;
    this.#safety.watch();
    this.#reveal(last);
    if (hadFocus) moveFocus(active);
    else if (covers || (isAsked && !isBusy())) this.#settle(this.#title);
    this.#greet();
    // Fetched now, it is there offline, too; without it the chat works all the same.
    this.#extras().then(
      () => {
        if (!isFirst) return;
        this.#reveal(last);
        this.render([]);
        this.#fittings?.show(this.#host.open && covers);
      },
      () => {},
    );
  }

  /**
   * Moves the focus to where the user goes on: to the input, but on a touch screen, where a
   * keyboard would cover it, to what is to be read.
   * @param {HTMLElement | null | undefined} read
   */
  #settle(read) {
    const isTouched = matchMedia("(pointer: coarse)").matches;
    if (read) read.tabIndex = -1;
    moveFocus(isTouched && read ? read : this.input);
  }

  /** @param {string} text What is shown. @param {string} [payload] What is sent. */
  ask(text, payload = text) {
    const error = payload.trim() ? payload.length > this.#talk.maxChars && "too_long" : "empty";
    if (error) return this.#host.tell("error", { code: error });
    const wasInside = this.#active;
    this.#host.open = true;
    this.say("");
    this.#talk.send(text, payload);
    // Who asks inside the chat sees where the answer begins, also in a page that was scrolled on.
    if (wasInside) this.#log.scrollIntoView({ block: "nearest" });
    this.#log.scrollTop = this.#log.scrollHeight;
    const asked = /** @type {HTMLElement | null} */ (this.#list.lastElementChild);
    if (isBusy()) return;
    this.#settle(asked);
    this.#fittings?.noteAsked();
  }

  /** Draws what has changed. @param {Message[]} fresh What came just now. */
  render(fresh) {
    const { messages, name, trouble, retryAt, isAwaited } = this.#talk;
    if (name !== this.#setting.name) this.#rename(name);
    const log = this.#log;
    const wasAtEnd = log.scrollTop + log.clientHeight > log.scrollHeight - NEAR_END_PX;
    // What nobody has opened yet is not drawn: a long conversation takes its time.
    const isDrawn = this.#draw && (this.#isVisible || fresh.length > 0 || this.#items.size > 0);
    for (const [id, item] of this.#items) {
      if (messages.some((each) => each.id === id)) continue;
      item.remove();
      this.#items.delete(id);
    }
    let isDisclaimed = false;
    const last = messages.filter((each) => each.from === "bot").at(-1);
    for (const [place, message] of isDrawn ? messages.entries() : []) {
      const item = this.#items.get(message.id) ?? this.#add(message, isDisclaimed);
      isDisclaimed ||= message.turn?.kind === "answer" && Boolean(message.turn.disclaimer);
      item.classList.toggle("last", message === last);
      item.querySelector(".rating")?.dispatchEvent(new Event("sync"));
      const there = this.#list.children[place] ?? null;
      if (there !== item) this.#list.insertBefore(item, there);
      if (message.from === "user") this.#fittings?.mark(item, message);
    }
    if (this.#typing.hidden === isAwaited) this.#wait(isAwaited);
    const isOff = Boolean(trouble) && trouble !== "consent";
    if (isOff && trouble !== this.#trouble) this.#host.tell("error", { code: trouble });
    this.#trouble = trouble;
    this.#about.textContent = this.#words[isOff ? "disconnected" : "subheading"];
    this.#about.classList.toggle("off", isOff);
    const act = () => (isOff ? this.#talk.resume() : this.#agree());
    const time = this.#notices.warn(trouble, act);
    if (time) this.#fittings?.countDown(time, retryAt);
    for (const message of fresh) this.#tell(message);
    const [first] = fresh;
    if (!first) wasAtEnd && (log.scrollTop = log.scrollHeight);
    else if (wasAtEnd || !this.#fittings || fresh.some(({ turn }) => turn?.kind === "emergency")) {
      this.#reveal(first);
    } else this.#fittings.offer(first.id);
    this.#safety.watch();
  }

  /** Greets: by itself where the server's words are not there in a moment. */
  #greet() {
    const talk = this.#talk;
    const text = fill(this.#words.hello, { name: talk.name });
    const spare = () => {
      this.#drawWith(this.#draw ?? PLAIN);
      talk.greet({ kind: "chat", text }, true);
    };
    const timer = setTimeout(spare, GREETING_MS);
    talk.signal.addEventListener("abort", () => clearTimeout(timer));
    this.#extras().then(({ greet }) => greet(talk, spare), spare);
  }

  /** The reader lets the chat store and send; the page may want to know. */
  #agree() {
    this.#host.grant();
    this.#host.tell("consent");
  }

  /** @param {Message} message @param {boolean} isDisclaimed */
  #add(message, isDisclaimed) {
    const { renderMessage } = this.#draw ?? PLAIN;
    const nodes = renderMessage(message, this.#setting, isDisclaimed);
    if (message.id.startsWith("greeting")) {
      nodes.push(this.#facts);
      const fillIn = (/** @type {typeof import("./extras.js")} */ { fillFacts }) =>
        fillFacts(this.#facts, this.#talk, this.#setting);
      this.#extras().then(fillIn, () => {}); // they are in the menu, too
    }
    const item = h("li", { class: `message ${message.from}`, part: `message ${message.from}` }, ...nodes);
    this.#items.set(message.id, item);
    return item;
  }

  /** Shows whether a reply is on its way. @param {boolean} isAwaited */
  #wait(isAwaited) {
    this.#typing.hidden = !isAwaited;
    clearTimeout(this.#slow);
    if (isAwaited) this.#slow = setTimeout(() => this.#announce(this.#words.typing), SLOW_MS);
  }

  /** Keeps a focus that is in what goes away. @param {Element | null} part */
  #leaveGone(part) {
    if (part?.contains(this.#active)) this.#settle(this.#title);
  }

  /** Announces a message of the bot, and counts it when nobody sees it. @param {Message} message */
  #tell(message) {
    const kind = message.turn?.kind;
    const isUrgent = kind === "emergency";
    /** @param {string[]} more */
    const speak = (...more) => {
      const item = this.#items.get(message.id);
      if (!item) return;
      const lines = [...(this.#draw ?? PLAIN).read(item), ...more.map((line) => h("p", {}, line))];
      if (!this.#isVisible && !isUrgent) lines.unshift(h("p", {}, fill(this.#words.newAnswer, { name })));
      this.#announce(lines, isUrgent);
    };
    const { name } = this.#setting;
    // How much there is beside it is said, too, but nothing waits for that in an emergency.
    if (isUrgent && this.#draw) speak();
    else this.#extras().then(
      ({ countOthers }) => speak(...countOthers(message.turn ?? {}, this.#setting)),
      () => speak(),
    );
    if (!this.#isVisible) this.#badge(this.#unread + 1, isUrgent);
    this.#host.tell("message", { kind });
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

  /** @param {string | Element[]} lines @param {boolean} [isUrgent] */
  #announce(lines, isUrgent = false) {
    const ear = this.#ears[(this.#isVisible ? 0 : 2) + (isUrgent ? 1 : 0)];
    // At once: a screen reader begins with what it finds.
    const words = h("div", {}, ...(typeof lines === "string" ? [h("p", {}, lines)] : lines));
    ear?.append(words);
    setTimeout(() => words.remove(), SPOKEN_MS);
  }

  /** Scrolls to the start of a message, and to the question before it. @param {Message} [message] */
  #reveal(message) {
    const item = message && this.#items.get(message.id);
    if (!item) return;
    const before = item.previousElementSibling;
    const isShort = before instanceof HTMLElement && before.offsetHeight * 3 < this.#log.clientHeight;
    const top = isShort ? before : item;
    this.#log.scrollTop = top.offsetTop - 12;
    this.#fittings?.bringIntoView(item, top);
  }

  /** Shows a line over the input. @param {string} line @param {HTMLElement[]} buttons */
  say(line, ...buttons) {
    this.#notices.say(line, ...buttons);
  }

  /** Opens or closes the menu; it is fetched when it is first wanted. */
  #toggle() {
    const say = this.say.bind(this);
    this.#extras().then(
      ({ makeOptions }) => {
        say("");
        this.#fittings?.toggleMenu((close) =>
          makeOptions(this.#talk, this.#setting, say, close),
        );
      },
      () => say(this.#words.unreachable, h("button", { click: () => this.#toggle() }, this.#words.retry)),
    );
  }

  /** Fetches, once, what the first message can do without. */
  #extras() {
    this.#loading ??= import("./extras.js").then(
      (extras) => {
        const { shadowRoot } = this.#host;
        if (shadowRoot) extras.addExtraStyle(shadowRoot);
        extras.completePanel(this.#host, this.#composer, this.#setting);
        this.#fittings ??= extras.fitOut(this.#parts(), this.#setting, this.#signal);
        this.#drawWith(extras);
        return extras;
      },
      (error) => {
        this.#loading = null;
        this.#drawWith(this.#draw ?? PLAIN);
        throw error;
      },
    );
    return this.#loading;
  }

  /** Draws all messages anew, unless they are drawn like this. @param {typeof PLAIN} draw */
  #drawWith(draw) {
    if (this.#draw === draw) return;
    this.#draw = draw;
    this.#items.clear();
    this.#list.replaceChildren();
    this.render([]);
  }

  #parts() {
    return {
      host: this.#host,
      talk: this.#talk,
      root: this.root,
      log: this.#log,
      menu: this.#menu,
      options: this.#options,
      composer: this.#composer,
      place: this.#place,
      isVisible: () => this.#isVisible,
      unread: () => this.#unread,
      find: this.#items.get.bind(this.#items),
      reveal: this.#reveal.bind(this),
      leave: this.#leaveGone.bind(this),
    };
  }

  /** Escape: closes the menu, drops a question, closes the panel. @param {Event} event */
  #leave(event) {
    event.preventDefault();
    event.stopPropagation();
    if (!this.#options.hidden) {
      this.#toggle();
      moveFocus(this.#menu);
    } else if (this.#notices.bar.contains(this.#active)) this.say("");
    else this.#host.open = false;
  }

  get #active() {
    return this.#host.shadowRoot?.activeElement ?? null;
  }
}

/** Whether the focus has to stay where it is: a script acts by itself, or somebody is at work in the page. */
function isBusy() {
  return navigator.userActivation?.isActive === false || isTyping();
}

/** Whether the focus is in a field of the page around the chat. */
function isTyping() {
  return document.activeElement?.matches("input, select, textarea, [contenteditable], iframe");
}
