// What the widget offers to apps: the types of its npm package.

/** The chat. Its attributes are described in the documentation. */
export class BonafideChat extends HTMLElement {
  /** Whether the panel is shown; an inline one always is. */
  open: boolean;
  /** Whether the chat is part of the page, not in its corner. */
  readonly isInline: boolean;
  /** Sends a message as if the user had typed it; before the element is on a page, once it is. */
  ask(text: string): void;
}

/**
 * Returns the chat that is on the page, with these attributes; makes it where there is none. With a
 * `key` only the chat of that key counts.
 */
export function mount(attributes?: Record<string, string>, parent?: Element): BonafideChat;

/** Takes the chat off the page; what was said stays in the browser. */
export function unmount(key?: string): void;

/** What the page is told. Nothing of it has what was said. */
export interface BonafideChatEvents {
  "bonafide-ready": CustomEvent<null>;
  "bonafide-open": CustomEvent<null>;
  "bonafide-close": CustomEvent<null>;
  "bonafide-message": CustomEvent<{ kind: string }>;
  "bonafide-feedback": CustomEvent<{ rating: "up" | "down" }>;
  "bonafide-error": CustomEvent<{ code: string }>;
}
