// Reads answers aloud, with the voices of the reader's device.

import { h, icon } from "./dom.js";

/** @import { ExtraSetting } from "./types" */

const SPEAKER = "M4 9v6h4l5 4V5L8 9zM16.5 9a4 4 0 0 1 0 6M19 6.5a8 8 0 0 1 0 11";
const STOP = "M7 7h10v10H7z";

/** Ends what is being read, if anything is. */
let stop = () => {};

/**
 * Returns a button that reads lines aloud and stops; nothing where the browser has no voice.
 * @param {() => Element[]} lines Paragraphs, each in its language. @param {ExtraSetting} setting
 */
export function makeSpeaker(lines, { words }) {
  const voice = globalThis.speechSynthesis;
  if (!voice) return undefined;
  const button = h("button", { type: "button", class: "tool speak", click: () => toggle() });
  /** @param {boolean} isOn */
  const draw = (isOn) => {
    const label = isOn ? words.stopReading : words.readAloud;
    button.title = label;
    button.setAttribute("aria-label", label);
    button.replaceChildren(isOn ? icon("stop", STOP) : icon("speaker", SPEAKER));
  };
  const toggle = () => {
    const isReading = button.firstElementChild?.classList.contains("stop");
    stop();
    if (!isReading) start();
  };
  const start = () => {
    const over = new AbortController();
    const { signal } = over;
    const list = button.closest(".list");
    const watch = new MutationObserver(() => stop());
    stop = () => {
      stop = () => {};
      over.abort();
      watch.disconnect();
      voice.cancel();
      draw(false);
    };
    // A new message, or the end of the chat, ends it; so does Escape, before anything else.
    if (list) watch.observe(list, { childList: true });
    const root = button.getRootNode();
    if (root instanceof ShadowRoot) root.host.addEventListener("bonafide-close", () => stop(), { signal });
    const escape = (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      event.preventDefault();
      stop();
    };
    addEventListener("keydown", escape, { signal, capture: true });
    draw(true);
    // A line at a time: some voices fall silent within a long text.
    const parts = lines().map((line) => Object.assign(new SpeechSynthesisUtterance(line.textContent ?? ""), { lang: line.getAttribute("lang") ?? "" }));
    const end = () => stop();
    parts.at(-1)?.addEventListener("end", end, { signal });
    for (const part of parts) part.addEventListener("error", end, { signal });
    for (const part of parts) voice.speak(part);
  };
  draw(false);
  return button;
}
