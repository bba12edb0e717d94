// Types of the widget, for the type checker and for editors only: no browser loads this file.
import type { BonafideChat } from "./bonafide-chat.js";

/** What the server sends, docs/contract.md: any part may be missing or of another type. */
export interface Turn {
  kind?: unknown;
  preface?: unknown;
  heading?: unknown;
  text?: unknown;
  marks?: unknown;
  answer_id?: unknown;
  quote?: unknown;
  citations?: unknown;
  disclaimer?: unknown;
  suggestions?: unknown;
  numbers?: unknown;
}

/** One line of the conversation. */
export interface Message {
  /** Made here for a message of the user; a reply's is its message's id, a dot and a number. */
  id: string;
  from: "user" | "bot" | "note";
  /** Milliseconds since 1970. */
  at: number;
  /** What the user sees of their message, or the words of a note. */
  text?: string;
  /** What is sent, where it is not what is shown. */
  payload?: string;
  turn?: Turn;
  /** Of a message of the user: undefined once it has its reply. */
  state?: "waiting" | "failed";
  /** Why it failed: a code of the server, or of transport.js. */
  error?: string;
}

/** What is kept in the browser's storage. */
export interface State {
  version: 1;
  /** When it changed last, in milliseconds since 1970. */
  at: number;
  token: string;
  messages: Message[];
  /** "up" or "down" for each answer_id. */
  ratings: Record<string, string>;
}

/** One request to the web channel. */
export interface Request {
  method: string;
  /** Below /webhooks/web/. */
  path: string;
  token: string;
  body?: object | undefined;
}

/** What it answers. */
export interface Reply {
  token?: string;
  turns?: Turn[];
}

export interface Options {
  /** Address of the bot, without a slash at its end. */
  server: string;
  /** Name in the browser's storage. */
  key: string;
  /** local, session or none. */
  storage: string;
  /** BCP 47: tells the server the user's country for emergency numbers. */
  locale: string;
  /** Shown instead of the server's greeting. */
  greeting: string;
  starters: string[];
  /** Called after every change with the messages that came just now, in this tab. */
  onChange: (fresh: Message[]) => void;
}

export type Words = typeof import("./parts.js").WORDS &
  Partial<typeof import("./extras.js").WORDS>;

/** What extras.js needs of the other modules. */
export type Kit = Pick<
  typeof import("./parts.js"),
  "fill" | "h" | "icon" | "makeSheet" | "objects" | "safeAddress" | "text"
> &
  Pick<typeof import("./turns.js"), "read">;

/** What a message needs of its surroundings to be drawn. */
export interface Setting {
  words: Words;
  /** BCP 47, for dates and times. */
  locale: string;
  /** The bot's name. */
  name: string;
  rating: (answerId: string) => string | undefined;
  pick: (title: string, payload?: string) => void;
  /** Resolves to the bot's words of thanks. */
  rate: (answerId: string, rating: string, reason: string) => Promise<string>;
  announce: (text: string) => void;
  kit: Kit;
  /** Fetches what no message waits for. */
  extras: () => Promise<typeof import("./extras.js")>;
}

declare global {
  interface HTMLElementTagNameMap {
    "bonafide-chat": BonafideChat;
  }
}
