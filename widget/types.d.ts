// Types of the widget, for the type checker and for editors only: no browser loads this file.
import type { BonafideChat } from "./bonafide-chat.js";
import type * as Contract from "./turn";

/** What a client may not trust: any field may be missing or of another type. */
export type Untrusted<T> = { [Name in T extends T ? keyof T : never]?: unknown };

/** What the server says of itself. */
export type About = Untrusted<Contract.About>;

/** What the server sends as a turn. */
export type Turn = Untrusted<Contract.Turn>;

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

/** What of the panel its fittings work on. */
export interface Parts {
  host: BonafideChat;
  talk: import("./conversation.js").Conversation;
  root: HTMLElement;
  log: HTMLElement;
  menu: HTMLElement;
  options: HTMLElement;
  composer: import("./composer.js").Composer;
  /** How the page before left it. */
  place: Place;
  isVisible: () => boolean;
  unread: () => number;
  find: (id: string) => HTMLElement | undefined;
  reveal: (message: Message | undefined) => void;
  /** Keeps a focus that is in what goes away. */
  leave: (part: Element) => void;
}

/** How a page leaves the chat, for the next one of the same tab. */
export interface Place {
  open?: boolean;
  draft?: string;
  unread?: number;
  /** Where the conversation is scrolled to, in pixels; and how many messages it had. */
  top?: number | undefined;
  count?: number;
}

/** What is kept in the browser's storage. */
export interface State {
  version: 2;
  /** When it changed last, in milliseconds since 1970. */
  at: number;
  /** Of the session; empty before its first message. */
  token: string;
  /** Of sessions before it, until the server has nothing of them any more; 0: until it is deleted. */
  old: { token: string; until: number }[];
  /** What the server said of itself last. */
  about?: About | undefined;
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
  /** Two letters: the country that the page names now; empty if it names none. */
  country: () => string;
  /** BCP 47: the browser's, whose country counts where nobody names one. */
  locale: string;
  /** What the page calls the bot; empty for what the server calls it. */
  name: string;
  /** Who runs the chat, and where its privacy notice is: as the page says; empty for what the server does. */
  operator: string;
  privacy: string;
  /** Whether anything may be stored and sent from the start. */
  isAllowed: boolean;
  /** Shown instead of the server's greeting. */
  greeting: string;
  starters: string[];
  /** Called after every change with the messages that came just now, in this tab. */
  onChange: (fresh: Message[]) => void;
}

/** Words, or their forms by the categories of Intl.PluralRules. */
type Worded<T> = { [Name in keyof T]: T[Name] extends string ? string : string | Record<string, string> };
type FirstWords = Worded<typeof import("./words.js").WORDS>;
type ExtraWords = Worded<typeof import("./extras.js").WORDS>;

export type Words = FirstWords & Partial<ExtraWords>;

/** What a message needs of its surroundings to be drawn. */
export interface Setting {
  words: Words;
  /** BCP 47, for dates and times. */
  locale: string;
  /** The bot's name. */
  name: string;
  talk: import("./conversation.js").Conversation;
  /** Tells the page of an event. */
  tell: BonafideChat["tell"];
  pick: (title: string, payload?: string) => void;
  announce: (text: string, isUrgent?: boolean) => void;
  /** Greets, at the start of a conversation. */
  greet: () => void;
  /** Fetches what no message waits for. */
  extras: () => Promise<typeof import("./extras.js")>;
}

/** The same once extras.js is there. */
export type ExtraSetting = Setting & { words: ExtraWords };

/** Red, green, blue and opacity, 0 to 1. */
export type Colour = [number, number, number, number];

declare global {
  interface HTMLElementTagNameMap {
    "bonafide-chat": BonafideChat;
  }
}
