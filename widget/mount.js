// Puts a chat on the page and takes it off again.

/** @import { BonafideChat } from "./bonafide-chat.js" */

/** @param {string} [key] @returns {BonafideChat | null} The chat with this key; any without one. */
function find(key) {
  const chats = [...document.querySelectorAll("bonafide-chat")];
  return chats.find((each) => key === undefined || each.getAttribute("key") === key) ?? null;
}

/**
 * Returns the chat of this page, with these attributes; makes it where there is none. To be called
 * again when the page's content was replaced.
 * @param {Record<string, string>} [attributes] With a `key`, only the chat of that key counts.
 * @param {Element} [parent] Where a new one is put.
 */
export function mount(attributes = {}, parent = document.body) {
  const chat = find(attributes.key) ?? document.createElement("bonafide-chat");
  for (const [name, value] of Object.entries(attributes)) chat.setAttribute(name.replace(/[A-Z]/g, "-$&"), value);
  if (!chat.isConnected) parent.append(chat);
  return chat;
}

/** Takes the chat off the page; what was said stays in the browser. @param {string} [key] */
export function unmount(key) {
  find(key)?.remove();
}

/** Names of this file as a server sends it: an app's own scripts have others. */
const OWN = /\/bonafide-chat(\.iife)?\.js(\?|$)/;

/**
 * Mounts a chat with the data-… attributes of the script tag that asked for this file; does nothing
 * where an app imported it.
 * @param {string} address Of this file.
 */
export function mountForTag(address) {
  const tags = [...document.querySelectorAll("script")];
  const tag = document.currentScript ?? tags.find(({ src }) => src === address);
  if (!tag || !OWN.test(address) || tag.dataset.mount === "none") return;
  const attributes = /** @type {Record<string, string>} */ ({ ...tag.dataset });
  const act = () => void (find() ?? mount(attributes));
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", act);
  else act();
}
