// Where an answer comes from: one line, which opens.

import { h, icon } from "./dom.js";
import { text } from "./values.js";
import { fill } from "./words.js";

/** @import { Citation } from "./turn" */
/** @import { ExtraSetting, Untrusted } from "./types" */

const DOCUMENT = "M6 3h8l4 4v14H6zM9 11h6M9 15h6";
const OUT = "M14 4h6v6M20 4l-9 9M18 14v6H4V6h6";
/** Longer words to look for are named by their first and last ones, so many each. */
const FRAGMENT_WORDS = 5;

/** @typedef {Untrusted<Citation>} Source */

/**
 * Returns the button that names the sources, and what it opens.
 * @param {Source[]} citations The first is what is quoted.
 * @param {string} heading What stands over the quote. @param {string} mark Words of the quote.
 * @param {ExtraSetting} setting
 */
export function renderSources(citations, heading, mark, setting) {
  const { words } = setting;
  const documents = groupByDocument(citations);
  const [first = {}] = citations;
  const section = text(first.section) === heading ? "" : text(first.section);
  const extent = citations.length > 1 && measureExtent(citations.length, documents.length, setting);
  const line = [text(first.title), section, formatPage(first, setting), extent];
  const list = documents.map((group) => {
    const passages = group.map((each) =>
      each === first
        ? h("div", {}, linkDocument(each, mark, setting))
        : renderPassage(each, setting),
    );
    return h("li", { class: "source", dir: "auto" }, ...describe(group, setting), ...passages, linkPublished(group, setting));
  });
  const panel = h("ul", { class: "sources", role: "list", "aria-label": words.sources, hidden: true }, ...list);
  const click = () => {
    panel.hidden = !panel.hidden;
    button.setAttribute("aria-expanded", String(!panel.hidden));
  };
  const button = h(
    "button",
    { type: "button", class: "origin", "aria-expanded": "false", click },
    icon("document", DOCUMENT),
    h("span", {}, h("span", { class: "hidden" }, `${words.source}: `), line.filter(Boolean).join(" · ")),
  );
  return { button, panel };
}

/** @param {Source[]} citations */
export function groupByDocument(citations) {
  /** @type {Map<string, Source[]>} */
  const groups = new Map();
  for (const each of citations) {
    const name = text(each.document_id) || text(each.title);
    groups.set(name, [...(groups.get(name) ?? []), each]);
  }
  return [...groups.values()];
}

/** @param {number} passages @param {number} documents @param {ExtraSetting} setting */
function measureExtent(passages, documents, { words }) {
  const parts = {
    passages: fill(words.countPassages, { n: passages }, words.language),
    documents: fill(words.countDocuments, { n: documents }, words.language),
  };
  if (documents === 1) return parts.passages;
  return documents === passages ? parts.documents : fill(words.extent, parts);
}

/**
 * Returns what there is to say of a document.
 * @param {Source[]} group Its passages. @param {ExtraSetting} setting
 */
function describe([citation = {}], setting) {
  return [
    h("p", { class: "title", lang: "en" }, text(citation.title)),
    h("p", {}, describeOrigin(citation, setting)),
  ];
}

/** @param {Source[]} group @param {ExtraSetting} setting */
function linkPublished([citation = {}], { words }) {
  const address = safeAddress(citation.url);
  const site = address && new URL(address).hostname;
  return address && h("p", {}, link(address, fill(words.published, { site }), words));
}

/**
 * Returns where the words of a document come from, and who has looked at them.
 * @param {Source} citation @param {ExtraSetting} setting
 */
export function describeOrigin(citation, { words, locale }) {
  const checked = text(citation.checked);
  const name = text(citation.reviewed_by);
  const review = name ? fill(words.reviewed, { name }) : text(citation.url) ? "" : words.notReviewed;
  const date = checked && fill(words.checked, { date: spellDate(checked, locale) });
  const lines = [text(citation.origin) || text(citation.publisher), date, review].filter(Boolean);
  return lines.map((line) => `${line.charAt(0).toLocaleUpperCase(locale)}${line.slice(1)}.`).join(" ");
}

/** Returns a further passage, folded away. @param {Source} citation @param {ExtraSetting} setting */
function renderPassage(citation, setting) {
  const { words } = setting;
  const passage = text(citation.text);
  const title = [text(citation.section) || words.passage, formatPage(citation, setting)];
  const [first = ""] = passage.split("\n");
  return h(
    "details",
    {},
    h("summary", {}, title.filter(Boolean).join(", ")),
    h("p", { lang: "en" }, passage),
    linkDocument(citation, first, setting),
  );
}

/** @param {Source} citation @param {ExtraSetting} setting */
export function formatPage({ page }, { words }) {
  return Number.isInteger(page) ? fill(words.page, { n: Number(page) }) : "";
}

/** @param {Source} citation @param {string} mark @param {ExtraSetting} setting */
function linkDocument(citation, mark, { words, talk }) {
  const address = documentAddress(citation, talk.options.server, mark);
  return address && link(address, words.read, words);
}

/** @param {string} href @param {string} label @param {ExtraSetting["words"]} words */
function link(href, label, words) {
  const content = [label, icon("out", OUT), h("span", { class: "hidden" }, ` ${words.newTab}`)];
  return h("a", { href, target: "_blank", rel: "noopener noreferrer" }, ...content);
}

/**
 * Returns the address of a passage on the server's own page of its document; an empty string where
 * it names none.
 * @param {Source} citation @param {string} server
 * @param {string} [mark] Words there that the browser shows, where it can.
 */
export function documentAddress(citation, server, mark = "") {
  const path = text(citation.path);
  if (!/^\/library\/[\w%./~-]+(#[\w%.~-]+)?$/.test(path)) return "";
  // A browser that looks for no words would find no place of that name either.
  const said = "fragmentDirective" in document ? splitWords(mark) : [];
  const isLong = said.length > 2 * FRAGMENT_WORDS;
  const ends = isLong ? [said.slice(0, FRAGMENT_WORDS), said.slice(-FRAGMENT_WORDS)] : [said];
  const encode = (/** @type {string[]} */ part) => 
    encodeURIComponent(part.join(" ").replace(/\p{Cs}/gu, "")).replace(/-/g, "%2D");
  const fragment = said.length ? `${path.includes("#") ? "" : "#"}:~:text=${ends.map(encode).join(",")}` : "";
  return new URL(`${server}${path}`).href + fragment;
}

/** Returns the words of a line; the page shows those of a list without their signs. @param {string} line */
function splitWords(line) {
  return line.replace(/^(-|\d+\.) /, "").split(/\s+/).filter(Boolean);
}

const START = /^https?:\/\/[^\s/?#@%\\[\]ßς\u200c\u200d]+([/?#]|$)/i;
const HOST = /^([a-z0-9_]([a-z0-9_-]*[a-z0-9_])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/;

/**
 * Returns an address of the web that may be followed, else an empty string. The rules are those of
 * the server's spelling/addresses.py.
 * @param {unknown} address
 */
export function safeAddress(address) {
  const given = typeof address === "string" ? address : "";
  if (given.length > 2000 || /[\s\\\p{C}]/u.test(given) || !START.test(given)) return "";
  try {
    const { href, hostname, port } = new URL(given);
    return HOST.test(hostname) && port !== "0" ? href : "";
  } catch {
    return "";
  }
}

/** @param {string} date @param {string} locale */
function spellDate(date, locale) {
  const isDay = /^\d{4}-\d\d-\d\d$/.test(date) && !Number.isNaN(Date.parse(date));
  if (!isDay) return date;
  return new Date(date).toLocaleDateString(locale, { dateStyle: "long", timeZone: "UTC" });
}
