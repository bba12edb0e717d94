// The conversation: what was said, what still has to be sent, and where both are kept. No DOM.

import { Failure, ask, codeOf, makeId } from "./transport.js";

/** @import { Message, Options, Reply, State, Turn } from "./types" */

/** How long messages stay in the browser after the last change. */
const KEEP_MS = 24 * 3_600_000;
/** Most messages kept. */
const MAX_MESSAGES = 200;
/** A message that another tab has not had answered by then is sent from here, too. */
const TAKE_OVER_MS = 15_000;

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
  /** @type {Promise<Turn[]> | null} */
  #opening = null;
  /** Why there is no connection: a code of transport.js; empty when there may be one. */
  trouble = "";

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
    const { storage } = options;
    try {
      if (storage !== "none") this.#storage = storage === "session" ? sessionStorage : localStorage;
    } catch {
      this.#storage = null; // the browser allows none: messages live as long as the page
    }
  }

  get messages() {
    return this.#state.messages;
  }

  get isKept() {
    return this.#storage !== null;
  }

  /** Whether a reply is on its way. */
  get isAwaited() {
    return this.trouble !== "offline" && this.#next() !== undefined;
  }

  /** Reads what is stored, follows other tabs, and sends what was left unsent. */
  connect() {
    this.#run = new AbortController();
    const { signal } = this.#run;
    this.#state = this.#load();
    addEventListener("storage", (event) => this.#follow(event, signal), { signal });
    addEventListener("online", () => this.resume(), { signal });
    addEventListener("offline", () => this.#report("offline"), { signal });
    this.trouble = navigator.onLine ? "" : "offline";
    void this.#sendAll();
  }

  disconnect() {
    this.#run.abort();
    this.#opening = null;
    this.#asked.clear();
  }

  /** Greets, unless something was said before. */
  async start() {
    const { greeting, starters } = this.#options;
    const { signal } = this.#run;
    if (this.messages.some((each) => each.id === "greeting.0")) return;
    try {
      const turns = greeting
        ? [{ kind: "chat", text: greeting }]
        : await this.#persist(() => this.#open(), signal);
      const last = turns.at(-1);
      if (last && starters.length) last.suggestions = starters.map((title) => ({ title }));
      if (!signal.aborted) this.#receive("greeting", turns);
    } catch (failure) {
      if (!signal.aborted) this.#report(codeOf(failure));
    }
  }

  /**
   * Puts a message of the user into the queue.
   * @param {string} text What the user sees. @param {string} payload What is sent.
   */
  send(text, payload = text) {
    const id = makeId();
    // Sent before the reply to the one before: the two may be pieces of one question.
    const isNext = this.#asked.size && !this.#next(this.#asked);
    this.#update(({ messages }) => {
      messages.push({ id, from: "user", at: Date.now(), text, payload, state: "waiting" });
    });
    if (isNext && !this.trouble) void this.#deliver({ id, payload }, this.#run.signal);
    else void this.#sendAll();
  }

  /** Tries again what could not be sent. */
  resume() {
    this.trouble = navigator.onLine ? "" : "offline";
    this.#update(({ messages }) => {
      for (const each of messages) if (each.state === "failed") each.state = "waiting";
    });
    if (!this.trouble) void this.start();
    void this.#sendAll();
  }

  /** @param {string} answerId */
  rating(answerId) {
    return this.#state.ratings[answerId];
  }

  /**
   * Sends what the user thinks of an answer; resolves to the bot's words.
   * @param {string} answerId @param {string} rating @param {string} reason
   */
  async rate(answerId, rating, reason) {
    const feedback = { answer_id: answerId, rating, reason };
    const reply = await this.#ask("POST", "messages", { id: makeId(), feedback });
    this.#update(({ ratings }) => (ratings[answerId] = rating));
    return String(reply.turns?.[0]?.text ?? "");
  }

  /** Clears the conversation in this browser and starts anew. */
  restart() {
    this.disconnect();
    this.#update((state) => Object.assign(state, empty()));
    this.connect();
    return this.start();
  }

  /** Deletes the conversation on the server, then here; throws when the server is not reached. */
  async forget() {
    try {
      if (this.#state.token) await this.#ask("DELETE", "session");
    } catch (failure) {
      // A token that is dead has nothing left to delete.
      if (!(failure instanceof Failure && failure.status === 401)) throw failure;
    }
    await this.restart();
  }

  /** Returns the first message that waits and is not among those. @param {Set<string>} [asked] */
  #next(asked) {
    return this.messages.find((each) => each.state === "waiting" && !asked?.has(each.id));
  }

  /** Sends what waits, one message after the other. */
  async #sendAll() {
    const { signal } = this.#run;
    if (this.#sending === signal) return;
    this.#sending = signal;
    for (let next; (next = this.#next(this.#asked)) && this.isAwaited; ) {
      await this.#deliver(next, signal);
      if (signal.aborted) return;
    }
    this.#sending = null;
  }

  /** @param {Pick<Message, "id" | "payload">} message @param {AbortSignal} signal */
  async #deliver({ id, payload }, signal) {
    try {
      const reply = await this.#persist(async () => {
        if (!this.#state.token) await this.#open();
        this.#asked.add(id);
        return this.#ask("POST", "messages", { id, text: payload });
      }, signal);
      this.trouble = "";
      if (signal.aborted) return;
      this.#receive(id, reply.turns ?? []);
      this.#asked.delete(id);
    } catch (failure) {
      if (signal.aborted) return;
      const error = codeOf(failure);
      if (error === "offline") return this.#report(error);
      const isDown = error === "unreachable" || error === "refused";
      this.#update(({ messages }) => {
        for (const each of messages) {
          if (each.state !== "waiting" || !(isDown || each.id === id)) continue;
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
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await act();
      } catch (failure) {
        // What comes now waits its turn; the server knows what it has had already.
        this.#asked.clear();
        const pauseMs = failure instanceof Failure ? failure.pauseAfter(attempt) : undefined;
        if (pauseMs === undefined || signal.aborted) throw failure;
        if (pauseMs === 0) this.#renew();
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
        if (signal.aborted) throw failure;
      }
    }
  }

  /** Drops a token that the server does not take any more; says so when something was said. */
  #renew() {
    this.#update((state) => {
      state.token = "";
      const at = Date.now();
      if (state.messages.every((each) => each.from !== "user" || each.state)) return;
      state.messages.push({ id: `note.${at}`, from: "note", at, text: "renewed" });
    });
  }

  /** Asks for a session, once at a time; resolves to the server's greeting. */
  #open() {
    this.#opening ??= this.#ask("POST", "session", {})
      .then(({ turns }) => turns ?? [])
      .finally(() => (this.#opening = null));
    return this.#opening;
  }

  /**
   * @param {string} method @param {string} path @param {object} [content]
   * @returns {Promise<Reply>}
   */
  async #ask(method, path, content) {
    const { server, locale } = this.#options;
    const { signal } = this.#run;
    const body = content && { ...content, locale };
    const reply = await ask(server, { method, path, body, token: this.#state.token }, signal);
    const { token } = reply;
    if (token && !signal.aborted) this.#update((state) => (state.token = token));
    return reply;
  }

  /**
   * Takes the turns of a reply in; a reply that came before changes nothing.
   * @param {string} id @param {Turn[]} turns
   */
  #receive(id, turns) {
    /** @type {Message[]} */
    const fresh = [];
    this.#update(({ messages }) => {
      const asked = messages.find((each) => each.id === id);
      if (asked) delete asked.state;
      else if (id !== "greeting") return; // cleared meanwhile, in another tab
      for (const [place, turn] of turns.entries()) {
        const name = `${id}.${place}`;
        if (messages.some((each) => each.id === name)) continue;
        fresh.push({ id: name, from: "bot", at: Date.now(), turn });
      }
      if (asked) messages.push(...fresh);
      else messages.unshift(...fresh);
    }, fresh);
  }

  /** @param {string} trouble */
  #report(trouble) {
    this.trouble = trouble;
    this.#options.onChange([]);
  }

  /** Takes over what another tab did. @param {StorageEvent} event @param {AbortSignal} signal */
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
   */
  #update(change, fresh = []) {
    const state = this.#load();
    change(state);
    state.at = Date.now();
    state.messages.splice(0, state.messages.length - MAX_MESSAGES);
    this.#state = state;
    try {
      this.#storage?.setItem(this.#options.key, JSON.stringify(state));
    } catch {
      this.#storage = null; // full: from here on messages live as long as the page
    }
    this.#options.onChange(fresh);
  }

  /** Returns what is stored; without storage, what is in memory. */
  #load() {
    if (!this.#storage) return this.#state;
    try {
      const state = JSON.parse(this.#storage.getItem(this.#options.key) ?? "null");
      return state?.version === 1 && Date.now() - state.at < KEEP_MS ? state : empty();
    } catch {
      return empty(); // not ours, or broken
    }
  }
}

/** @returns {State} */
function empty() {
  return { version: 1, at: 0, token: "", messages: [], ratings: {} };
}
