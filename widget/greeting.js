// The greeting: the server's words, without a session, from what the browser has or the server says.

import { Failure, ask } from "./transport.js";

/** @import { Conversation } from "./conversation.js" */
/** @import { About } from "./types" */

/**
 * Greets with what is known of the assistant, then with what the server says now.
 * @param {Conversation} talk @param {() => void} spare Greets where nothing is known.
 */
export async function greetAs(talk, spare) {
  const { server, greeting, country, locale } = talk.options;
  if (talk.about || greeting) say(talk);
  if (talk.trouble) return spare(); // nothing can, or may, be asked
  const place = new URLSearchParams({ country: country(), locale });
  const path = `about?${place}`;
  const { signal } = talk;
  try {
    talk.learn(/** @type {About} */ (await ask(server, { method: "GET", path, token: "" }, signal)));
  } catch (failure) {
    // That the server is away is said when something cannot be sent.
    if (failure instanceof Failure) return spare();
    throw failure;
  }
  say(talk);
}

/** @param {Conversation} talk */
function say(talk) {
  const { greeting, starters } = talk.options;
  /** @type {any} */
  const { name, greeting: own } = talk.about ?? {};
  const text = greeting || String(own?.text ?? "").split(name).join(talk.name);
  const given = greeting ? [] : own?.suggestions;
  const suggestions = starters.length ? starters.map((title) => ({ title })) : given;
  talk.greet({ kind: "chat", text, suggestions });
}
