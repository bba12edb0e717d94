// Styles for browsers without sheets that can be constructed and adopted.

import { h } from "./dom.js";

/** @type {WeakMap<ShadowRoot, Promise<void>>} What waits for the file, which has all styles. */
const files = new WeakMap();

/**
 * Adds an element, with the nonce of a script of the page; where the page's policy refuses that, the
 * same as a file of the server.
 * @param {ShadowRoot} root @param {string} css
 * @returns {Promise<void>} Rejects where the policy refuses the file, too.
 */
export function addOldStyle(root, css) {
  const given = files.get(root);
  if (given) return given;
  const nonce = document.querySelector("script[nonce]");
  const style = h("style", { nonce: nonce instanceof HTMLElement && nonce.nonce }, css);
  root.prepend(style);
  if (style.sheet) return Promise.resolve();
  /** @type {Promise<void>} */
  const file = new Promise((resolve, reject) => {
    const { href } = new URL("bonafide-chat.css", import.meta.url);
    const error = () => reject(new Error("the page's policy allows no style"));
    style.replaceWith(h("link", { rel: "stylesheet", href, load: () => resolve(), error }));
  });
  files.set(root, file);
  return file;
}
