// <bonafide-chat>: the chat as one element, and what the script tag that loads it puts on the page.

import { Conversation } from "./conversation.js";
import { Panel } from "./panel.js";
import { WORDS, makeSheet } from "./parts.js";
import "./composer.js"; // where the modules are fetched one by one: with the others, not a wave later
import "./transport.js";
import "./turns.js";

/** @import { Options, Setting } from "./types" */

/** Attributes that change no more than the look. */
const LOOK = ["dir", "position", "theme"];
/** Names in the browser's storage that elements of this page use. */
const taken = new Set();

export class BonafideChat extends HTMLElement {
  static observedAttributes = LOOK.concat(
    "greeting heading lang mode open server starters storage words".split(" "),
  );
  #wiring = new AbortController();
  /** @type {Panel | undefined} */
  #panel;
  /** What was typed and not sent: it outlives a change of the attributes. */
  #draft = "";
  #night = matchMedia("(prefers-color-scheme: dark)");
  #shadow = this.attachShadow({ mode: "open" });

  connectedCallback() {
    this.#wiring = new AbortController();
    const { signal } = this.#wiring;
    const words = { ...WORDS, ...parse(this.getAttribute("words")) };
    const lang = this.lang || "en";
    const conversation = new Conversation(this.#options(signal));
    const panel = new Panel(this, conversation, {
      words,
      locale: navigator.languages.find((each) => each.startsWith(lang)) ?? lang,
      name: this.getAttribute("heading") || words.heading,
    });
    this.#panel = panel;
    panel.root.lang = lang;
    panel.input.value = this.#draft;
    this.#paint();
    this.#shadow.adoptedStyleSheets = [makeSheet()];
    this.#shadow.replaceChildren(panel.root);
    this.#night.addEventListener("change", () => this.#paint(), { signal });
    for (const name of ["resize", "scroll"]) {
      window.visualViewport?.addEventListener(name, () => this.#fit(), { signal });
    }
    panel.connect(signal);
    this.#fit();
  }

  disconnectedCallback() {
    this.#wiring.abort();
    this.#draft = this.#panel?.input.value ?? "";
    this.#panel = undefined;
  }

  /** @param {string} name @param {string | null} before @param {string | null} after */
  attributeChangedCallback(name, before, after) {
    if (!this.#panel || before === after) return;
    if (name === "open") {
      if (before !== null && after !== null) return;
      this.#fit();
      this.#panel.show(true);
    } else if (LOOK.includes(name)) {
      this.#paint();
    } else {
      this.disconnectedCallback();
      this.connectedCallback();
    }
  }

  /** Whether the panel is shown; an inline one always is. */
  get open() {
    return this.hasAttribute("open");
  }

  set open(value) {
    this.toggleAttribute("open", value);
  }

  get isInline() {
    return this.getAttribute("mode") === "inline";
  }

  /** Sends a message as if the user had typed it. @param {string} text */
  ask(text) {
    this.#panel?.ask(text);
  }

  /** @param {AbortSignal} signal @returns {Options} */
  #options(signal) {
    const address = this.getAttribute("server") || new URL(import.meta.url).origin;
    const server = new URL(address, location.href).href.replace(/\/$/, "");
    let key = `bonafide-chat ${server}`;
    while (taken.has(key)) key += "+";
    taken.add(key);
    signal.addEventListener("abort", () => taken.delete(key));
    const starters = (this.getAttribute("starters") ?? "").split("|");
    return {
      server,
      key,
      storage: this.getAttribute("storage") ?? "local",
      locale: this.lang || navigator.language,
      greeting: this.getAttribute("greeting") ?? "",
      starters: starters.map((each) => each.trim()).filter(Boolean),
      onChange: (fresh) => this.#panel?.render(fresh),
    };
  }

  /** Keeps the input above a phone's keyboard; a page that is zoomed in is left alone. */
  #fit() {
    const { height = 0, offsetTop = 0, scale = 2 } = window.visualViewport ?? {};
    if (!this.open || scale > 1.01) return;
    this.#panel?.root.style.setProperty("--height", `${height}px`);
    this.#panel?.root.style.setProperty("--top", `${offsetTop}px`);
  }

  /** Sets colours, side and direction of text. */
  #paint() {
    const theme = this.getAttribute("theme");
    const isDark = theme === "dark" || (theme !== "light" && this.#night.matches);
    const names = [this.isInline ? "inline" : "floating", this.getAttribute("position"), isDark && "dark"];
    const { root } = /** @type {Panel} */ (this.#panel);
    root.className = ["root", ...names].filter(Boolean).join(" ");
    root.dir = this.dir || getComputedStyle(this).direction;
  }
}

/** Returns the words of the attribute `words`. @param {string | null} json */
function parse(json) {
  if (!json) return {};
  try {
    return JSON.parse(json);
  } catch (error) {
    console.error("bonafide-chat: the attribute words is not JSON", error);
    return {};
  }
}

/** Puts a chat on the page, with the script tag's data-… attributes, unless it has one already. */
function mount() {
  if (document.querySelector("bonafide-chat")) return;
  const scripts = [...document.querySelectorAll("script")];
  const data = scripts.find(({ src }) => src === import.meta.url)?.dataset ?? {};
  if (data.mount === "none") return;
  const chat = document.createElement("bonafide-chat");
  for (const [name, value] of Object.entries(data)) chat.setAttribute(name, value ?? "");
  document.body.append(chat);
}

if (!customElements.get("bonafide-chat")) {
  customElements.define("bonafide-chat", BonafideChat);
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", mount);
  else mount();
}
