// What of a quotation is shown as what matters.

import { h } from "./dom.js";
import { fillLines } from "./turns.js";
import { text } from "./values.js";

/** Up to the end of the first sentence: no "e.g. this", no "2.5". */
const FIRST = /^(?!-|\d+\.).{12,200}?[.!?](?=\s+\p{Lu}|\n|$)/u;

/**
 * Draws a quotation with its marks, or else with its first sentence. This is for the eye: a `mark`
 * would be read out as one.
 * @param {HTMLElement} block @param {string} quote @param {unknown} marks
 */
export function drawMarks(block, quote, marks) {
  const said = (Array.isArray(marks) ? marks : []).map(text);
  let style = "mark";
  let ranges = findRanges(quote, said);
  if (!ranges.length) {
    style = "first";
    ranges = findRanges(quote, [FIRST.exec(quote)?.[0] ?? ""]);
  }
  fillLines(block, quote, (start, end) => {
    const runs = [];
    for (const { from, length } of ranges) {
      const left = Math.max(from, start);
      const right = Math.min(from + length, end);
      if (left >= right) continue;
      runs.push(quote.slice(start, left), h("span", { class: style }, quote.slice(left, right)));
      start = right;
    }
    return [...runs, quote.slice(start, end)];
  });
}

/** @param {string} quote @param {string[]} marks */
function findRanges(quote, marks) {
  return marks
    .map((mark) => ({ from: quote.indexOf(mark), length: mark.length }))
    .filter(({ from, length }) => from >= 0 && length)
    .sort((one, other) => one.from - other.from);
}
