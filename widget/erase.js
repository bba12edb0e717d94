// Deletes what this browser ever said, on the server and here.

import { retire } from "./state.js";
import { Failure, ask } from "./transport.js";

/** @import { Conversation } from "./conversation.js" */

/**
 * Resolves to how many conversations are left because the server could not be reached: their tokens
 * are kept, and so are the messages of the last one.
 * @param {Conversation} talk
 */
export function eraseAll(talk) {
  return talk.pause(async (tokens) => {
    const { signal } = new AbortController();
    const erase = (/** @type {string} */ token) =>
      ask(talk.options.server, { method: "DELETE", path: "session", token }, signal);
    const replies = await Promise.allSettled(tokens.map(erase));
    const gone = tokens.filter((_, place) => isGone(replies[place]));
    // Messages stay while their conversation does.
    talk.update((state) => {
      state.old = state.old.filter((each) => !gone.includes(each.token));
      if (!state.token || gone.includes(state.token)) Object.assign(state, retire({ ...state, token: "" }));
    });
    // A draft for the next page (surroundings.js).
    if (talk.options.key) sessionStorage.removeItem(`${talk.options.key} place`);
    return tokens.length - gone.length;
  });
}

/** @param {PromiseSettledResult<unknown> | undefined} reply */
function isGone(reply) {
  // A token that the server does not know has nothing there that could be deleted.
  return reply?.status === "fulfilled" || (reply?.reason instanceof Failure && reply.reason.status === 401);
}
