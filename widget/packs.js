// Words in other languages than English: fetched where a page is in one of them, or has its own.

/** @import { Words } from "./types" */

/** The files in words/. */
const LANGUAGES = ["de"];
/** How long the chat waits for words; then it speaks English. */
const WAIT_MS = 3000;
/** @type {Map<string, Promise<Partial<Words>>>} By address. */
const packs = new Map();

/**
 * Resolves to the words of a language, with the page's own over them; to none of those that cannot
 * be fetched.
 * @param {string} server @param {string} language BCP 47. @param {string | null} source Address of the page's own.
 * @returns {Promise<Partial<Words>>}
 */
export async function loadWords(server, language, source) {
  const primary = language.toLowerCase().split("-")[0] ?? "";
  const addresses = LANGUAGES.includes(primary) ? [`${server}/widget/words/${primary}.json`] : [];
  if (source) addresses.push(new URL(source, document.baseURI).href);
  return Object.assign({}, ...(await Promise.all(addresses.map(getPack))));
}

/** @param {string} address */
function getPack(address) {
  const found = packs.get(address);
  if (found) return found;
  const pack = fetchPack(address).catch((error) => {
    packs.delete(address);
    console.error(`bonafide-chat: no words from ${address}`, error);
    return {};
  });
  packs.set(address, pack);
  return pack;
}

/** @param {string} address @returns {Promise<Partial<Words>>} */
async function fetchPack(address) {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), WAIT_MS);
  try {
    const response = await fetch(address, { credentials: "omit", signal: limit.signal });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return Object.fromEntries(Object.entries(await response.json()).filter(([, each]) => isWorded(each)));
  } finally {
    clearTimeout(timer);
  }
}

/** Says whether something is words, or forms of them. @param {unknown} value */
function isWorded(value) {
  const forms = value && typeof value === "object" ? Object.values(value) : [value];
  return forms.length > 0 && forms.every((each) => typeof each === "string");
}
