// What people read that does not come from the server.

/** What the bot is called where neither page nor server names it. */
export const NAME = "Bonafide";

/** The attribute `words` replaces any. */
export const WORDS = {
  /** BCP 47: whose plurals these words have. */
  language: "en",
  hello: "Hello, I am {name}, a computer program. I quote documents that you can check, and cannot advise you.",
  subheading: "Answers with their sources",
  launch: "Ask a question",
  unread: "New messages: {n}",
  close: "Close the chat",
  menu: "More options",
  messages: "Conversation",
  input: "Your question",
  send: "Send",
  left: { one: "{n} character left", other: "{n} characters left" },
  over: { one: "{n} character too many", other: "{n} characters too many" },
  typing: "Looking in the documents…",
  newAnswer: "New answer from {name}",
  emergency: "Get help now",
  safety: "General information, not medical advice.",
  danger: "Emergency? Call {number}",
  local: "your local emergency number",
  waiting: "Waiting to send.",
  failed: "Could not be sent. {why}",
  retry: "Try again",
  disconnected: "Not connected",
  offline: "You are offline. What you write is sent when you are connected again.",
  unreachable: "The chat cannot be reached at the moment.",
  refused: "This website is not allowed to use this chat.",
  too_long: "The message is too long.",
  rate_limited: "That was a lot at once.",
  consent: "The chat keeps your messages in this browser and sends them to its server.",
  agree: "Agree",
  broken: "Something went wrong.",
};

/**
 * Returns `words` with the values in its {places}. Of several forms the one for the value `n`.
 * @param {string | Record<string, string>} words By the categories of Intl.PluralRules.
 * @param {Record<string, string | number>} values
 * @param {string} [language] Of the words.
 */
export function fill(words, values, language = "en") {
  const form =
    typeof words === "string"
      ? words
      : (words[new Intl.PluralRules(language).select(Number(values.n))] ?? words.other ?? "");
  return form.replace(/\{(\w+)\}/g, (place, name) => String(values[name] ?? place));
}
