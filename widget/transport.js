// Talks to the bot's web channel: one JSON request, one JSON reply.

/** @import { Request, Reply } from "./types" */

/** A reply that takes longer is asked for again; the server answers no message twice. */
const TIMEOUT_MS = 40_000;
/** Pauses before the same request is made again by itself; the last one is repeated. */
const PAUSES_MS = [1_000, 4_000, 10_000, 30_000, 60_000];
/** So often a server that answers badly is asked again: the message may be the cause. */
const MAX_BAD = 2;
/** Statuses of a proxy whose server starts, or is away. */
const AWAY = [502, 503, 504];

/** @type {Record<string, string>} Codes of the server that mean what a code of ours does. */
const SAME = { unavailable: "unreachable", origin_not_allowed: "refused" };

/** A request without a reply. */
export class Failure extends Error {
  /**
   * @param {string} code The server's, or offline, unreachable, refused.
   * @param {number} status Of HTTP; 0 when no answer came.
   * @param {number} pauseMs What the server asks to wait.
   */
  constructor(code, status = 0, pauseMs = 0) {
    super(code);
    this.code = code;
    this.status = status;
    this.pauseMs = pauseMs;
  }

  /** Returns how long to wait before attempt number `attempt` + 1; undefined: do not try again. */
  pauseAfter(/** @type {number} */ attempt) {
    const isPassing = this.code === "unreachable" || this.status === 429;
    if (!isPassing && !(this.status >= 500 && attempt < MAX_BAD)) return undefined;
    return Math.max(PAUSES_MS[attempt] ?? 0, this.pauseMs) || PAUSES_MS.at(-1);
  }
}

/**
 * Returns the server's reply; throws a Failure when there is none.
 * @param {string} server @param {Request} request @param {AbortSignal} signal
 * @returns {Promise<Reply>}
 */
export async function ask(server, { method, path, token, body }, signal) {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), TIMEOUT_MS);
  signal.addEventListener("abort", () => limit.abort());
  /** @type {Record<string, string>} */
  const headers = {};
  if (body) headers["Content-Type"] = "application/json";
  if (token) headers.Authorization = `Bearer ${token}`;
  try {
    const response = await fetch(`${server}/webhooks/web/${path}`, {
      method,
      headers,
      body: body ? JSON.stringify(body) : null,
      credentials: "omit",
      signal: limit.signal,
    });
    const reply = response.status === 204 ? {} : await response.json().catch(() => null);
    if (response.ok && reply) return reply;
    const pauseMs = 1000 * Number(response.headers.get("Retry-After")) || 0;
    const isAway = !reply && AWAY.includes(response.status);
    const code = reply?.error?.code ?? (isAway ? "unreachable" : "broken");
    throw new Failure(SAME[code] ?? code, reply ? response.status : 502, pauseMs);
  } catch (error) {
    throw error instanceof Failure ? error : new Failure(await explain(server));
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Says why nothing came. Browsers do not tell a server that is away from one that does not let
 * this site in, but a request whose reply nobody may read reaches only the latter.
 * @param {string} server
 */
async function explain(server) {
  if (!navigator.onLine) return "offline";
  if (new URL(server).origin === location.origin) return "unreachable";
  const probe = fetch(`${server}/webhooks/web/session`, { mode: "no-cors", credentials: "omit" });
  return probe.then(
    () => "refused",
    () => "unreachable",
  );
}

/** Returns a name that no other message has, also where a page has no HTTPS. */
export function makeId() {
  return crypto.randomUUID?.() ?? `${Date.now()}-${String(Math.random()).slice(2)}`;
}

/** @param {unknown} failure */
export function codeOf(failure) {
  return failure instanceof Failure ? failure.code : "broken";
}
