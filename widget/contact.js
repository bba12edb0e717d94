// A way to a person: the card that the owners' settings fill, with whether somebody is there now.

import { h, icon } from "./dom.js";
import { PHONE } from "./turns.js";
import { callAddress, objects, text } from "./values.js";
import { fill } from "./words.js";

/** @import { ExtraSetting } from "./types" */
/** @typedef {{ start: number, end: number }} Hours Minutes of the week, from Monday midnight. */

const DAY_MIN = 24 * 60;
const WEEK_MIN = 7 * DAY_MIN;
const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
/** A Monday. */
const MONDAY = Date.UTC(2024, 0, 1);

/**
 * Returns the hours of a contact; what is none is left out.
 * @param {unknown} hours
 * @returns {Hours[]}
 */
function readHours(hours) {
  return objects(hours)
    .map(({ day, opens, closes }) => {
      const start = (Number(day) - 1) * DAY_MIN;
      return { start: start + minutes(opens), end: start + minutes(closes) };
    })
    .filter(({ start, end }) => start >= 0 && end > start && end <= WEEK_MIN)
    .sort((a, b) => a.start - b.start);
}

/** @param {unknown} time "09:00" */
function minutes(time) {
  const [, hour, minute] = /^(\d\d):(\d\d)$/.exec(text(time)) ?? [];
  return 60 * Number(hour) + Number(minute);
}

/** Returns the minute of the week that it is in a time zone. @param {Date} now @param {string} timeZone */
function minuteOfWeek(now, timeZone) {
  const form = new Intl.DateTimeFormat("en-GB", {
    ...{ timeZone, weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  });
  const part = Object.fromEntries(form.formatToParts(now).map(({ type, value }) => [type, value]));
  return DAYS.indexOf(part.weekday ?? "") * DAY_MIN + minutes(`${part.hour}:${part.minute}`);
}

/**
 * Says whether somebody answers now, and until or from when; an empty string where no hours are known.
 * @param {Record<string, unknown>} contact @param {Pick<ExtraSetting, "words" | "locale">} setting @param {Date} now
 */
export function describeHours(contact, { words, locale }, now) {
  const hours = readHours(contact.hours);
  const timeZone = text(contact.time_zone);
  if (!hours.length || !timeZone) return "";
  const minute = minuteOfWeek(now, timeZone);
  const zone = isSameZone(now, timeZone) ? "" : fill(words.zone, { zone: nameZone(now, timeZone, locale) });
  const open = hours.find(({ start, end }) => start <= minute && minute < end);
  if (open) {
    const end = followOn(hours, open.end);
    const isLong = end - minute >= DAY_MIN;
    return isLong ? words.openNow : fill(words.openUntil, { time: formatTime(end, locale) + zone });
  }
  const next = hours.find(({ start }) => start > minute) ?? hours[0];
  const start = next?.start ?? 0;
  const isToday = start > minute && Math.floor(start / DAY_MIN) === Math.floor(minute / DAY_MIN);
  const day = isToday ? words.today : formatDay(start, locale);
  return fill(words.closedNow, { day, time: formatTime(start, locale) + zone });
}

/** Returns when hours that go on over midnight end. @param {Hours[]} hours @param {number} end */
function followOn(hours, end) {
  for (let turn = 0; turn < hours.length; turn += 1) {
    const next = hours.find(({ start }) => start === end % WEEK_MIN);
    if (!next) break;
    end += next.end - next.start;
  }
  return end;
}

/** @param {number} minute @param {string} locale */
function formatTime(minute, locale) {
  const time = new Date(MONDAY + minute * 60_000);
  return time.toLocaleTimeString(locale, { timeStyle: "short", timeZone: "UTC" });
}

/** @param {number} minute @param {string} locale */
function formatDay(minute, locale) {
  const day = new Date(MONDAY + minute * 60_000);
  return day.toLocaleDateString(locale, { weekday: "long", timeZone: "UTC" });
}

/** Says whether clocks here show the same. @param {Date} now @param {string} timeZone */
function isSameZone(now, timeZone) {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return minuteOfWeek(now, timeZone) === minuteOfWeek(now, own);
}

/** @param {Date} now @param {string} timeZone @param {string} locale */
function nameZone(now, timeZone, locale) {
  const parts = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: "short" }).formatToParts(now);
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? timeZone;
}

/**
 * Adds the card of the server's contact, where it names one.
 * @param {HTMLElement} holder @param {ExtraSetting} setting
 */
export function addContact(holder, setting) {
  const [contact] = objects([setting.talk.about?.contact]);
  const card = makeContact(contact, setting);
  if (card) holder.append(card);
}

/**
 * Returns the card of a contact; null where nobody can be reached.
 * @param {Record<string, unknown> | null | undefined} contact @param {ExtraSetting} setting
 */
export function makeContact(contact, setting) {
  if (!contact) return null;
  const { words } = setting;
  const phone = callAddress(contact.phone_href);
  const email = text(contact.email);
  const page = /^https?:\/\/[^/]/.test(text(contact.url)) ? text(contact.url) : "";
  const ways = [
    phone && h("a", { href: phone }, icon("phone", PHONE), fill(words.call, { number: text(contact.phone) })),
    email && h("a", { href: `mailto:${email}` }, email),
    page && h("a", { href: page, target: "_blank", rel: "noopener noreferrer" }, words.contactPage, h("span", { class: "hidden" }, ` ${words.newTab}`)),
  ].filter(Boolean);
  if (!ways.length) return null;
  const name = text(contact.name);
  const lead = name ? fill(words.askName, { name }) : words.askPerson;
  const now = h("p", { class: "hours" });
  const card = h("div", { class: "contact", role: "group", "aria-label": lead });
  card.append(h("p", { class: "lead" }, lead), now, h("ul", { role: "list" }, ...ways.map((way) => h("li", {}, way))));
  const update = () => {
    now.textContent = sayHours(contact, setting);
    now.hidden = !now.textContent;
  };
  update();
  const timer = setInterval(() => (card.isConnected ? update() : clearInterval(timer)), 60_000);
  return card;
}

/** @param {Record<string, unknown>} contact @param {ExtraSetting} setting */
function sayHours(contact, setting) {
  try {
    return describeHours(contact, setting, new Date());
  } catch {
    return ""; // a browser that does not know the time zone
  }
}
