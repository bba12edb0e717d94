// Made from contract/turn.py and contract/about.py by `python -m contract`.

/** A refusal: the documents do not cover the question, or cannot be searched. */
export interface Abstain {
  /** `abstain`. */
  kind: "abstain";
  /** What feedback names, where there was a search. */
  answer_id?: string;
  /** What the bot says itself before anything else; may be empty. */
  preface?: string;
  /** That it is not covered, and whom to ask. */
  text: string;
  /** What is covered. */
  suggestions: Suggestion[];
  /** What was searched, where there was a search. */
  resolved_query?: string;
}

/** A request for advice, which is not given; where only `text` comes, no action made it. */
export interface Advice {
  /** `advice`. */
  kind: "advice";
  /** What feedback names. */
  answer_id?: string;
  /** What the bot says itself before anything else; may be empty. */
  preface?: string;
  /** That the bot cannot advise, and whom to ask. */
  text: string;
  /** Heading of what is quoted; empty where nothing is. */
  heading?: string;
  /** What the documents say in general, `citations[0].text`; may be empty. */
  quote?: string;
  /** The sentences of `quote` nearest to the question. */
  marks?: string[];
  /** Where the quote comes from; empty where nothing is quoted. */
  citations?: Citation[];
  /** Short, as `text` says whom to ask. */
  disclaimer?: string;
  /** What can be asked next. */
  suggestions: Suggestion[];
  /** What was searched. */
  resolved_query?: string;
}

/** A passage that answers. */
export interface Answer {
  /** `answer`. */
  kind: "answer";
  /** What feedback names. */
  answer_id: string;
  /** What the bot says itself before anything else; may be empty. */
  preface: string;
  /** Heading of the passage. */
  heading: string;
  /** The whole passage, `citations[0].text`. */
  text: string;
  /** The sentences of `text` nearest to the question. */
  marks: string[];
  /** Where the text comes from, then further passages that answer. */
  citations: Citation[];
  /** In full on the first turn of a conversation that has one, then short. */
  disclaimer: string;
  /** What can be asked next. */
  suggestions: Suggestion[];
  /** What was searched. */
  resolved_query: string;
}

/** Small talk, or plain words of any response. */
export interface Chat {
  /** `chat`. */
  kind: "chat";
  /** What is said. */
  text: string;
  /** What can be asked next. */
  suggestions?: Suggestion[];
}

/** A passage, with the document that it stands in. */
export interface Citation {
  /** Id of the document. */
  document_id: string;
  /** Id of the passage. */
  passage_id: string;
  /** Title of the document. */
  title: string;
  /** Heading of the passage. */
  section: string;
  /** Page of the document, from 1; null where it has none. */
  page: number | null;
  /** Who published the document; may be empty. */
  publisher: string;
  /** In one phrase who published it, or whose facts it gives in our own words; may be */
  origin: string;
  /** Where its page on this server shows the passage: `/library/<document>#<anchor>`. */
  path: string;
  /** Where the document itself is published, http or https; empty where only here. */
  url: string;
  /** ISO date of the last check against its sources; may be empty. */
  checked: string;
  /** The clinician who reviewed it; empty where none is known. */
  reviewed_by: string;
  /** The whole passage. */
  text: string;
  /** How likely the passage answers, 0 to 1. */
  score: number;
}

/** A question back, or passages that may answer. */
export interface Clarify {
  /** `clarify`. */
  kind: "clarify";
  /** What feedback names, where there was a search. */
  answer_id?: string;
  /** What the bot says itself before anything else; may be empty. */
  preface: string;
  /** What is asked back. */
  text: string;
  /** What to choose from. */
  suggestions: Suggestion[];
  /** What was asked. */
  resolved_query: string;
}

/** A reply to a message that tells of something that needs help now. */
export interface Emergency {
  /** `emergency`. */
  kind: "emergency";
  /** What to do. */
  text: string;
  /** What needs help, a kind of docs/safety.md. */
  flag: string;
  /** Whom to call, best first; empty where none is known for the user's country. */
  numbers: PhoneNumber[];
}

/** A number to call. */
export interface PhoneNumber {
  /** Whose it is. */
  label: string;
  /** As people write it. */
  number: string;
  /** The same as a `tel:` link. */
  href: string;
}

/** Something to ask next. */
export interface Suggestion {
  /** What shows on the button. */
  title: string;
  /** What is sent as the user's message. */
  payload: string;
  /** The passage that is then shown; without it the payload is asked. */
  passage_id?: string;
}

/** A way to a person. */
export interface Contact {
  /** Who answers; may be empty. */
  name: string;
  /** As people write it; may be empty. */
  phone: string;
  /** The same as a `tel:` link; may be empty. */
  phone_href: string;
  /** May be empty. */
  email: string;
  /** A page, http or https; may be empty. */
  url: string;
  /** When somebody answers, in order of the week; empty where that is not said. */
  hours: OpenHours[];
  /** Of the hours, an IANA name; empty without hours. */
  time_zone: string;
}

/** A time in which somebody answers. */
export interface OpenHours {
  /** Of the week: 1 for Monday to 7 for Sunday. */
  day: number;
  /** Time of day, "09:00". */
  opens: string;
  /** Time of the same day, after that; "24:00" for midnight. */
  closes: string;
}

/** Who runs an assistant and answers for it. */
export interface Operator {
  /** Their name; empty where the settings give none. */
  name: string;
  /** A page about them, http or https; may be empty. */
  url: string;
}

/** Who an assistant is, who is behind it, and what it keeps. */
export interface About {
  /** What it calls itself. */
  name: string;
  /** Who runs it. */
  operator: Operator;
  /** Country of the people it serves, as two capital letters; may be empty. */
  region: string;
  /** Days that its server keeps a conversation; null: until it is deleted. */
  retention_days: number | null;
  /** Hours after its last use that a session ends. */
  session_hours: number;
  /** The privacy notice, http or https; may be empty. */
  privacy_url: string;
  /** What it answers in, as BCP 47 tags. */
  languages: string[];
  /** Changes with the widget's files. */
  version: string;
  /** Longest message, in characters. */
  max_chars: number;
  /** What it says first; nothing is kept of it. */
  greeting: Chat;
  /** How to reach a person; null where the settings do not say. */
  contact: Contact | null;
  /** The emergency number of the client's country; null where it is not known. */
  emergency: PhoneNumber | null;
}

export type Turn = Answer | Advice | Clarify | Abstain | Emergency | Chat;
