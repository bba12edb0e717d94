// What the browser keeps: messages, the session's token, and the tokens of sessions before it.

/** @import { State } from "./types" */

/** In milliseconds; so long messages stay in the browser after the last change. */
const DAY = 24 * 3_600_000;

/** @returns {State} */
export function empty() {
  return { version: 2, at: 0, token: "", old: [], messages: [], ratings: {} };
}

/**
 * Ends the session here. Its token is kept for as long as the server may keep what was said: without
 * it nobody could delete that.
 * @param {State} state @returns {State}
 */
export function retire({ about, at, token, old }) {
  const days = Number(about?.retention_days);
  const until = days ? at + days * DAY : 0;
  return { ...empty(), about, old: token ? [...old, { token, until }] : old };
}

/**
 * Returns what is stored, without what is too old; an empty state for what is not ours.
 * @param {string | null} json @returns {State}
 */
export function parseState(json) {
  try {
    let state = JSON.parse(json ?? "null");
    if (state?.version === 1) {
      const messages = state.messages.filter((/** @type {any} */ each) => each.id !== "greeting.0");
      state = { ...state, version: 2, old: [], messages };
    }
    if (state?.version !== 2) return empty();
    const now = Date.now();
    state.old = state.old.filter((/** @type {any} */ { until }) => !until || until > now);
    return now - state.at < DAY ? state : retire(state);
  } catch {
    return empty();
  }
}
