// What to do now, where a message that may be urgent reaches nobody.

import { renderEmergency } from "./turns.js";
import { fill } from "./words.js";

/** @import { ExtraSetting, Message } from "./types" */

/**
 * Words that few questions and many emergencies have: of those of our tests a quarter, and one
 * question in a hundred. The bot knows far more (bot/red_flags).
 */
const URGENT =
  /chest|heart attack|stroke|breath|chok|wheez|gasp|suicid|(kill|hurt|harm|cut)(ing)? (my|him|her)self|(end|take) (my|his|her) (own )?life|want to die|overdose|swallowed|unconscious|passed out|keeled over|collapsed|(n'?t|not) (wake|rouse|stop bleeding)|no pulse|seizure|bleeding|(vomit|cough|throw|puk|brought|sick)\w* (up )?blood|black stool|swelling|swollen|hives|(hit|knocked|cracked|banged) (my|his|her) (head|skull)|broke\w* (my|his|her) (hip|back|leg)|numb|slurred|stiff neck|sepsis|meningitis|worst headache/i;
/** After this such a message counts as one that reaches nobody. */
const LATE_MS = 5000;

/**
 * Returns a function that shows the alarm in a box, as the bot would, while there is a message for
 * it, and says so once.
 * @param {HTMLElement} box @param {ExtraSetting} setting
 */
export function makeAlarm(box, { words, announce }) {
  /** @type {HTMLElement | undefined} */
  let alarm;
  let timer = 0;

  /**
   * @param {Message[]} unsent @param {boolean} isDown @param {string} number May be empty.
   */
  return function watch(unsent, isDown, number) {
    clearTimeout(timer);
    const urgent = unsent.filter(({ text = "" }) => URGENT.test(text.replaceAll("’", "'")));
    const waitMs = Math.min(...urgent.map(({ at }) => at + LATE_MS - Date.now()));
    const isWanted = urgent.length > 0 && (isDown || waitMs <= 0);
    if (urgent.length && !isWanted) timer = setTimeout(watch, waitMs, unsent, isDown, number);
    // While it is tried again, what was shown stays.
    if (alarm ? urgent.length : !isWanted) return;
    alarm?.remove();
    alarm = undefined;
    if (!isWanted) return;
    const text = fill(words.unsent, { number: number || words.local });
    const numbers = number ? [{ number, href: `tel:${number}` }] : [];
    alarm = renderEmergency({ text, numbers }, words);
    box.prepend(alarm);
    // In a low window the panel scrolls; the page around it does not.
    const panel = /** @type {HTMLElement} */ (box.parentElement);
    panel.scrollTop += alarm.getBoundingClientRect().top - panel.getBoundingClientRect().top;
    announce(`${words.emergency}. ${text}`, true);
  };
}
