// The conversation: what was said, what still has to be sent, and where both are kept. No DOM.

import { empty, parseState, retire } from "./state.js";
import { Failure, ask, codeOf, makeId } from "./transport.js";
import { NAME } from "./words.js";

/** @import { About, Message, Options, Place, Reply, State, Turn } from "./types" */

/** Longest message, in characters, until the server has said what it takes. */
const MAX_CHARS = 2000;
/** Pauses up to this are nobody's concern: the dots go on. */
const QUIET_MS = 5000;
/** Most messages kept. */
const MAX_MESSAGES = 200;
/** A message that another tab has not had answered by then is sent from here, too. */
const TAKE_OVER_MS = 15_000;

/** Chats of this page with the same key: a browser's events tell other pages alone of a change. */
const here = new EventTarget();

export class Conversation {
  #options;
  /** @type {Storage | null} */
  #storage = null;
  #state = empty();
  /** Ends what is under way when the element goes or the conversation is cleared. */
  #run = new AbortController();
  /** @type {AbortSignal | null} The run whose messages are being sent. */
  #sending = null;
  /** @type {Set<string>} The messages whose replies the server owes. */
  #asked = new Set();
  /** @type {Promise<unknown> | null} */
  #opening = null;
  /** @type {Message | null} What is said first; it is no part of the conversation. */
  #greeting = null;
  /** Why there is no connection: a code of transport.js; empty when there may be one. */
  trouble = "";
  /** When it is tried again by itself, in milliseconds since 1970; 0: it is not, or is now. */
  retryAt = 0;
  /** @type {Set<() => void>} What ends the pauses before another attempt. */
  #pauses = new Set();

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
    if (options.isAllowed) this.#findStorage();
    else this.trouble = "consent";
  }

  #findStorage() {
    const { storage } = this.#options;
    try {
      if (storage !== "none") this.#storage = storage === "session" ? sessionStorage : localStorage;
    } catch {
      this.#storage = null; // the browser allows none: messages live as long as the page
    }
  }

  get options() {
    return this.#options;
  }

  /** Ends what is under way. */
  get signal() {
    return this.#run.signal;
  }

  get messages() {
    const { messages } = this.#state;
    return this.#greeting ? [this.#greeting, ...messages] : messages;
  }

  /** What the server says of itself; nothing until it has. */
  get about() {
    return this.#state.about;
  }

  /** What the bot is called: as the page says, else as the server does. */
  get name() {
    return this.#options.name || String(this.about?.name ?? NAME);
  }

  /** Longest message, in characters. */
  get maxChars() {
    return Number(this.about?.max_chars) || MAX_CHARS;
  }

  /** Name in the browser's storage; empty where nothing is kept. */
  get keptAs() {
    return this.#storage ? this.#options.key : "";
  }

  /** How the page before left the chat. @returns {Place} */
  get place() {
    try {
      return (this.keptAs && JSON.parse(sessionStorage.getItem(`${this.keptAs} place`) ?? "{}")) || {};
    } catch {
      return {}; // not ours, or broken
    }
  }

  /** Whether a reply is on its way. */
  get isAwaited() {
    return !this.trouble && this.#next() !== undefined;
  }

  /** Reads what is stored, follows other tabs, and sends what was left unsent. */
  connect() {
    this.#run = new AbortController();
    const { signal } = this.#run;
    this.#state = this.#load();
    addEventListener("storage", (event) => this.#follow(event, signal), { signal });
    const follow = (/** @type {any} */ { detail }) => detail !== this && this.#follow(detail.options, signal);
    here.addEventListener("change", follow, { signal });
    addEventListener("online", () => this.resume(), { signal });
    addEventListener("offline", () => this.#report("offline"), { signal });
    const look = () => Date.now() >= this.retryAt && this.endPauses();
    document.addEventListener("visibilitychange", look, { signal });
    this.#look();
    void this.#sendAll();
  }

  /** Looks whether anything may, and can, be sent. */
  #look() {
    if (this.trouble !== "consent") this.trouble = navigator.onLine ? "" : "offline";
  }

  /** Begins to store and to send; before, where the page asks for consent, neither is done. */
  grant() {
    if (this.trouble !== "consent") return;
    const { messages } = this.#state;
    this.disconnect();
    this.trouble = "";
    this.#findStorage();
    this.connect();
    this.update((state) => state.messages.push(...messages));
    this.resume();
  }

  disconnect() {
    this.#run.abort();
    this.endPauses();
    this.#opening = null;
    this.#asked.clear();
  }

  /** Shows what is said first. @param {Turn} turn @param {boolean} [isSpare] Where nothing is yet. */
  greet(turn, isSpare = false) {
    const id = `greeting ${JSON.stringify([turn, this.about])}`;
    if (isSpare ? this.#greeting : this.#greeting?.id === id) return;
    const [first] = this.#state.messages;
    const isNews = !this.#greeting && !first;
    this.#greeting = { id, from: "bot", at: first?.at ?? Date.now(), turn };
    this.#options.onChange(isNews ? [this.#greeting] : []);
  }

  /** Keeps what the server says of itself. @param {About} about */
  learn(about) {
    // It is no message: those stay for a day after the last of them.
    this.update((state) => (state.about = about), [], this.#state.at);
  }

  /**
   * Puts a message of the user into the queue.
   * @param {string} text What the user sees. @param {string} payload What is sent.
   */
  send(text, payload = text) {
    const id = makeId();
    // Sent before the reply to the one before: the two may be pieces of one question.
    const isNext = this.#asked.size && !this.#next(this.#asked);
    this.update(({ messages }) => {
      messages.push({ id, from: "user", at: Date.now(), text, payload, state: "waiting" });
    });
    if (isNext && !this.trouble) void this.#deliver({ id, payload }, this.#run.signal);
    else void this.#sendAll();
  }

  /** Tries again what could not be sent, now. */
  resume() {
    this.#look();
    this.retryAt = 0;
    this.update(({ messages }) => {
      for (const each of messages) {
        if (each.state === "failed" && each.error !== "too_long") each.state = "waiting";
      }
    });
    this.endPauses();
    void this.#sendAll();
  }

  /** What the user thinks of answers: "up" or "down" by answer_id. */
  get ratings() {
    return this.#state.ratings;
  }

  /** Clears the conversation in this browser and starts anew; the server has it still. */
  restart() {
    this.disconnect();
    this.update((state) => Object.assign(state, retire(state)));
    this.#greeting = null;
    this.connect();
  }

  /** Stops all that is under way; resolves, after `act` with every token there is, to its result.
   * @template T @param {(tokens: string[]) => Promise<T>} act */
  async pause(act) {
    this.disconnect();
    const { token, old } = this.#load();
    const result = await act([...old.map((each) => each.token), token].filter(Boolean));
    this.#greeting = null;
    this.connect();
    return result;
  }

  /** Returns the first message that waits and is not among those. @param {Set<string>} [asked] */
  #next(asked) {
    return this.messages.find((each) => each.state === "waiting" && !asked?.has(each.id));
  }

  /** Whether nothing is sent at all, by the reader's will or for want of a network. */
  get #isHeld() {
    return this.trouble === "offline" || this.trouble === "consent";
  }

  /** Sends what waits, one message after the other. */
  async #sendAll() {
    const { signal } = this.#run;
    if (this.#sending === signal || signal.aborted) return;
    this.#sending = signal;
    for (let next; (next = this.#next(this.#asked)) && !this.#isHeld; ) {
      await this.#deliver(next, signal);
      if (signal.aborted) return;
    }
    this.#sending = null;
  }

  /** @param {Pick<Message, "id" | "payload">} message @param {AbortSignal} signal */
  async #deliver({ id, payload }, signal) {
    try {
      const reply = await this.#persist(async () => {
        // Taken back here, or deleted in another tab.
        this.#state = this.#load();
        if (!this.messages.some((each) => each.id === id)) throw new Failure("withdrawn");
        if (!this.#state.token) await this.#open();
        if (signal.aborted) throw new Failure("withdrawn");
        this.#asked.add(id);
        return this.request("POST", "messages", { id, text: payload, greeted: this.#isGreeted(id) });
      }, signal);
      if (signal.aborted) return;
      this.#receive(id, reply.turns ?? []);
      this.#asked.delete(id);
    } catch (failure) {
      if (signal.aborted) return;
      const error = codeOf(failure);
      this.#report(error === "offline" ? error : "");
      if (error === "offline") return;
      this.update(({ messages }) => {
        for (const each of messages) {
          if (each.state !== "waiting" || !(error === "refused" || each.id === id)) continue;
          Object.assign(each, { state: "failed", error });
        }
      });
    }
  }

  /**
   * Does `act`, again where that can help.
   * @template T @param {() => Promise<T>} act @param {AbortSignal} signal @returns {Promise<T>}
   */
  async #persist(act, signal) {
    let isRenewed = false;
    for (let attempt = 0; ; attempt += 1) {
      try {
        const result = await act();
        if (this.trouble) this.#report("");
        return result;
      } catch (failure) {
        // What comes now waits its turn; the server knows what it has had already.
        this.#asked.clear();
        if (!(failure instanceof Failure) || signal.aborted) throw failure;
        if (failure.status === 401 && !isRenewed) {
          isRenewed = true;
          this.#renew();
          continue;
        }
        const pauseMs = failure.pauseAfter(attempt);
        if (pauseMs === undefined) throw failure;
        if (pauseMs > QUIET_MS) this.#report(failure.code, Date.now() + pauseMs);
        await this.#pause(pauseMs);
        if (signal.aborted) throw failure;
      }
    }
  }

  /** Resolves after a pause, sooner when it is ended; while nobody looks, not at all. */
  #pause(/** @type {number} */ pauseMs) {
    return new Promise((resolve) => {
      const end = () => resolve(this.#pauses.delete(end));
      this.#pauses.add(end);
      setTimeout(() => document.hidden || end(), pauseMs);
    });
  }

  /** Tries again at once what waits for its next attempt. */
  endPauses() {
    for (const end of this.#pauses) end();
  }

  /** Ends a session that the server does not take any more; says so when something was said. */
  #renew() {
    const { token } = this.#state;
    this.update((state) => {
      if (state.token !== token) return; // another tab was first
      const { old } = retire(state);
      Object.assign(state, { token: "", old });
      const at = Date.now();
      if (state.messages.every((each) => each.from !== "user" || each.state)) return;
      state.messages.push({ id: `note.${at}`, from: "note", at, text: "renewed" });
    });
  }

  /** Whether a message is the first, after a greeting with the server's own buttons. @param {string} id */
  #isGreeted(id) {
    const { greeting, starters } = this.#options;
    return Boolean(this.about && !greeting && !starters.length && this.#state.messages[0]?.id === id);
  }

  /** Asks for a session, once at a time. */
  #open() {
    this.#opening ??= this.request("POST", "session", {}).finally(() => (this.#opening = null));
    return this.#opening;
  }

  /**
   * @param {string} method @param {string} path @param {object} [content]
   * @returns {Promise<Reply>}
   */
  async request(method, path, content) {
    const { server, country, locale } = this.#options;
    const { signal } = this.#run;
    const body = content && { ...content, country: country() || undefined, locale };
    const { token } = this.#state;
    const reply = await ask(server, { method, path, body, token }, signal);
    const fresh = reply.token;
    if (!fresh || signal.aborted) return reply;
    this.update((state) => {
      // Another tab may have opened or ended a session meanwhile: its token stays what it is.
      if (state.token === token) state.token = fresh;
      for (const each of state.old) if (each.token === token) each.token = fresh;
    });
    return reply;
  }

  /**
   * Takes the turns of a reply in; a reply that came before changes nothing.
   * @param {string} id @param {Turn[]} turns
   */
  #receive(id, turns) {
    /** @type {Message[]} */
    const fresh = [];
    this.update(({ messages }) => {
      const at = messages.findIndex((each) => each.id === id);
      const asked = messages[at];
      if (!asked) return; // cleared meanwhile, in another tab
      delete asked.state;
      for (const [place, turn] of turns.entries()) {
        const name = `${id}.${place}`;
        if (messages.some((each) => each.id === name)) continue;
        fresh.push({ id: name, from: "bot", at: Date.now(), turn });
      }
      // Right after its question, though others may have been asked since.
      messages.splice(at + 1, 0, ...fresh);
    }, fresh);
  }

  /** @param {string} trouble @param {number} retryAt */
  #report(trouble, retryAt = 0) {
    this.trouble = trouble;
    this.retryAt = retryAt;
    this.#options.onChange([]);
  }

  /** Takes over what another tab did. @param {{ key: string | null }} event @param {AbortSignal} signal */
  #follow({ key }, signal) {
    if (key !== null && key !== this.#options.key) return;
    this.#state = this.#load();
    this.#options.onChange([]);
    const takeOver = () => !signal.aborted && void this.#sendAll();
    if (this.#next()) setTimeout(takeOver, TAKE_OVER_MS);
  }

  /**
   * Changes the state that all tabs share.
   * @param {(state: State) => unknown} change @param {Message[]} [fresh] Filled by `change`.
   * @param {number} [at] When something was said last.
   */
  update(change, fresh = [], at = Date.now()) {
    const state = this.#load();
    change(state);
    state.at = at;
    state.messages.splice(0, state.messages.length - MAX_MESSAGES);
    this.#state = state;
    try {
      this.#storage?.setItem(this.#options.key, JSON.stringify(state));
    } catch {
      this.#storage = null; // full: from here on messages live as long as the page
    }
    here.dispatchEvent(new CustomEvent("change", { detail: this }));
    this.#options.onChange(fresh);
  }

  /** Returns what is stored; without storage, what is in memory. */
  #load() {
    if (!this.#storage) return this.#state;
    return parseState(this.#storage.getItem(this.#options.key));
  }
}
