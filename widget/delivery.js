// What became of a message of the user that has no reply.

import { whyOf } from "./notices.js";
import { fill } from "./words.js";

/** @import { Message, Words } from "./types" */

/** Codes of what fails again however often it is sent. */
export const HOPELESS = ["too_long", "refused"];

/**
 * Returns what is said of a message's delivery; nothing while all goes well.
 * @param {Message} message @param {string} trouble Why there is no connection. @param {Words} words
 */
export function deliveryOf({ state, error = "" }, trouble, words) {
  if (state === "failed") return fill(words.failed, { why: whyOf(error, words) });
  return state && trouble ? words.waiting : "";
}
