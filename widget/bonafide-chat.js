// <bonafide-chat>: the chat as one element, and what the script tag that loads it puts on the page.

import { Conversation } from "./conversation.js";
import { h } from "./dom.js";
import { mountForTag } from "./mount.js";
import { Panel, SMALL } from "./panel.js";
import { countryOf } from "./safety.js";
import { addStyle } from "./style.js";
import { ancestors, isPageDark } from "./theme.js";
import { WORDS } from "./words.js";
import "./numbers.js";
import "./composer.js"; // where the modules are fetched one by one: with the others, not a wave later
import "./notices.js";
import "./state.js";
import "./transport.js";

/** @import { Options, Words } from "./types" */

export { mount, unmount } from "./mount.js";

/** Attributes that change no more than the look. */
const LOOK = ["dir", "position", "theme"];
/** What a page can set of them, each for dark, too. */
const COLOURS = ["accent", "on-accent", "header", "on-header"].flatMap((each) => [each, `${each}-dark`]);

// Where a server draws pages in advance there are no elements, and importing this must not fail.
const Base = /** @type {typeof HTMLElement} */ (globalThis.HTMLElement ?? Object);

export class BonafideChat extends Base {
  static observedAttributes = LOOK.concat(
    "country greeting heading key lang logo mode open operator privacy requires-consent server starters storage subheading words words-src".split(" "),
  );
  #wiring = new AbortController();
  /** @type {Panel | undefined} */
  #panel;
  #isNew = true;
  /** What was typed and not sent: it outlives a change of the attributes. */
  #draft = "";
  /** @type {Conversation | undefined} */
  #talk;
  #isGranted = false;
  /** Which drawing was asked for last. @type {object | undefined} */
  #latest;
  /** @type {string[]} Questions asked before the element was on a page. */
  #asked = [];
  /** Whether the page was told that it is drawn. */
  #isReady = false;
  #night = matchMedia("(prefers-color-scheme: dark)");

  connectedCallback() {
    // What a script set before this class was there hides the accessor.
    if (this.hasOwnProperty("open")) {
      const { open } = this;
      delete (/** @type {{ open?: boolean }} */ (this).open);
      this.open = open;
    }
    this.#isReady = false;
    this.#begin();
  }

  /** Draws, once the words are there; English ones are. */
  #begin() {
    const language = /** @type {HTMLElement | null} */ (this.closest("[lang]"))?.lang ?? "";
    const source = this.getAttribute("words-src");
    const latest = (this.#latest = {});
    if (!source && /^(en\b|$)/i.test(language)) return this.#tryToDraw();
    /** @param {Partial<Words>} [words] */
    const draw = (words) => latest === this.#latest && this.#tryToDraw(words);
    import("./packs.js")
      .then(({ loadWords }) => loadWords(this.#server, language, source))
      .then(draw, () => draw());
  }

  /** @param {Partial<Words>} [pack] */
  #tryToDraw(pack) {
    try {
      this.#draw(pack);
    } catch (error) {
      return this.#giveUp("this browser cannot show the chat", error);
    }
    if (!this.#isReady) this.tell("ready");
    this.#isReady = true;
    for (const text of this.#asked.splice(0)) this.ask(text);
  }

  /** @param {Partial<Words>} [pack] Words in another language. */
  #draw(pack) {
    if (!window.HTMLDialogElement) throw new Error("it has no <dialog>");
    // Until now the panel before was in use: what was typed there goes on here.
    this.disconnectedCallback();
    const { signal } = (this.#wiring = new AbortController());
    const words = { ...WORDS, ...pack, ...parse(this.getAttribute("words")) };
    words.subheading = this.getAttribute("subheading") ?? words.subheading;
    const lang = this.lang || words.language;
    const options = this.#options();
    const conversation = new Conversation(options);
    const { open } = conversation.place;
    // As the page before left it, unless it would cover this one.
    if (this.#isNew && open !== undefined && !matchMedia(SMALL).matches) this.open = open;
    this.#isNew = false;
    this.#talk = conversation;
    const panel = new Panel(this, conversation, {
      words,
      locale: navigator.languages.find((each) => each.startsWith(lang)) ?? lang,
      name: conversation.name,
    });
    this.#panel = panel;
    panel.root.lang = lang;
    panel.input.value = this.#draft;
    // Not before it can be drawn: until then what the page has in the element is seen.
    const shadow = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    if (shadow.adoptedStyleSheets) shadow.adoptedStyleSheets = [];
    shadow.replaceChildren(panel.root);
    const style = addStyle(shadow);
    panel.root.hidden = style !== undefined;
    style?.then(
      () => {
        panel.root.hidden = false;
        this.#paint();
      },
      (error) => this.#giveUp("this page does not show the chat", error),
    );
    this.#paint();
    if (!this.isInline && panel.root.showPopover) {
      // Over all of the page, whatever it transforms or stacks.
      panel.root.popover = "manual";
      panel.root.showPopover();
    }
    this.#follow(signal);
    panel.connect(signal);
    if (options.isAllowed) void this.#checkOrigin(options.server, signal);
  }

  /**
   * Takes the chat off a site that may not use it: its visitors could do nothing about that.
   * @param {string} server @param {AbortSignal} signal
   */
  async #checkOrigin(server, signal) {
    if (new URL(server).origin === origin) return;
    const reply = await fetch(`${server}/webhooks/web/about`, { credentials: "omit", signal }).catch(() => null);
    if (reply?.status !== 403 || signal.aborted) return;
    this.#giveUp(`${origin} is not in the setting BONAFIDE_WEB_ORIGINS of ${server}`);
  }

  /** Shows what the page has in the element instead. @param {string} why @param {unknown} [error] */
  #giveUp(why, error = "") {
    console.error(`bonafide-chat: ${why}`, error);
    this.disconnectedCallback();
    this.shadowRoot?.replaceChildren(h("slot"));
  }

  disconnectedCallback() {
    this.#wiring.abort();
    this.#draft = this.#panel?.input.value ?? this.#draft;
    this.#latest = this.#panel = undefined;
  }

  /** @param {string} name @param {string | null} before @param {string | null} after */
  attributeChangedCallback(name, before, after) {
    if (!this.#panel || before === after) return;
    if (name === "open") {
      if (before === null || after === null) this.#panel.show(true);
    } else if (LOOK.includes(name)) this.#paint();
    else this.#begin();
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
    if (this.#panel) this.#panel.ask(text);
    else this.#asked.push(text);
  }

  /**
   * Tells the page what happens, never what is said.
   * @param {"ready" | "open" | "close" | "message" | "feedback" | "consent" | "error"} name @param {object} [detail]
   */
  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(`bonafide-${name}`, { bubbles: true, composed: true, detail }));
  }

  get #server() {
    const address = this.getAttribute("server") || new URL(import.meta.url, location.href).origin;
    return new URL(address, location.href).href.replace(/\/$/, "");
  }

  /**
   * Lets the chat store and send, where `requires-consent` keeps it from both. Nothing remembers it:
   * a page that has consent says so each time.
   */
  grant() {
    this.#isGranted = true;
    this.#talk?.grant();
  }

  /** @returns {Options} */
  #options() {
    const server = this.#server;
    const key = ["bonafide-chat", server, this.getAttribute("key")].filter(Boolean).join(" ");
    const starters = (this.getAttribute("starters") ?? "").split("|");
    return {
      server,
      key,
      storage: this.getAttribute("storage") ?? "local",
      country: () => countryOf(this),
      locale: navigator.language,
      name: this.getAttribute("heading") ?? "",
      operator: this.getAttribute("operator") ?? "",
      privacy: this.getAttribute("privacy") ?? "",
      isAllowed: this.#isGranted || !this.hasAttribute("requires-consent"),
      greeting: this.getAttribute("greeting") ?? "",
      starters: starters.map((each) => each.trim()).filter(Boolean),
      onChange: (fresh) => this.#panel?.render(fresh),
    };
  }

  /** Paints again when the page around it, or the device, is set to other colours. */
  #follow(/** @type {AbortSignal} */ signal) {
    const paint = () => this.#paint();
    const around = ancestors(this);
    const observer = new MutationObserver(paint);
    for (const each of [this, ...around]) observer.observe(each, { attributes: true });
    signal.addEventListener("abort", () => observer.disconnect());
    this.#night.addEventListener("change", paint, { signal });
    window.addEventListener("load", paint, { signal }); // with styles that come late
    const settle = (/** @type {any} */ { target }) => around.includes(target) && paint();
    document.addEventListener("transitionend", settle, { signal });
  }

  /** Sets colours, side and direction of text. */
  #paint() {
    const { root } = /** @type {Panel} */ (this.#panel);
    const theme = this.getAttribute("theme");
    const isNight = this.#night.matches;
    const isDark =
      theme === "dark" ||
      (theme === "auto" ? isNight : theme !== "light" && isPageDark(this, isNight));
    const names = [this.isInline ? "inline" : "floating", this.getAttribute("position"), isDark && "dark"];
    root.className = ["root", ...names].filter(Boolean).join(" ");
    root.dir = this.dir || getComputedStyle(this).direction;
    const style = getComputedStyle(root);
    const isGiven = COLOURS.some((name) => style.getPropertyValue(`--bonafide-${name}`));
    // Without it the page's colours are shown as they are.
    if (isGiven) import("./colours.js").then((late) => late.guardColours(root, isDark), () => {});
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

if (globalThis.customElements) {
  if (!customElements.get("bonafide-chat")) customElements.define("bonafide-chat", BonafideChat);
  mountForTag(import.meta.url);
}
