// Colours that a page sets, made so that they can be read; fetched where it sets any.

/** @import { Colour } from "./types" */

/** Least contrast of text (WCAG 2.2, 1.4.3: 4.5), and what rounding takes away. */
const ENOUGH = 4.55;
/** The luminance on which black and white are read as well as each other. */
const MIDDLE = 0.179;
/** @type {Colour} */
const BLACK = [0, 0, 0, 1];
/** @type {Colour} */
const WHITE = [1, 1, 1, 1];

let isWarned = false;

/** Returns what a browser makes of a colour. @param {HTMLElement} root @param {string} value */
function compute(root, value) {
  root.style.outlineColor = value;
  const found = getComputedStyle(root).outlineColor;
  root.style.outlineColor = "";
  return found;
}

/**
 * Returns any colour of CSS as numbers.
 * @param {HTMLElement} root Where its custom properties count. @param {string} value
 * @returns {Colour}
 */
function readColour(root, value) {
  let found = compute(root, value);
  // oklch() and its like: in the colours of the rest.
  if (!found.startsWith("rgb")) found = compute(root, `color-mix(in srgb, ${found}, ${found})`);
  const [red = 0, green = 0, blue = 0, opacity = 1] = (
    found.match(/[-.\d]+(e-\d+)?/g) ?? []
  ).map(Number);
  const scale = found.startsWith("rgb") ? 255 : 1;
  return [red / scale, green / scale, blue / scale, opacity];
}

/** Relative luminance of WCAG 2.2, 0 to 1. @param {Colour} colour */
function luminance([red, green, blue]) {
  const [r = 0, g = 0, b = 0] = [red, green, blue].map((each) =>
    each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** @param {Colour} one @param {Colour} other */
function contrast(one, other) {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/**
 * Returns a share of one colour over another.
 * @param {Colour} one @param {Colour} other @param {number} share 0 to 1. @returns {Colour}
 */
function mix([red, green, blue], [r, g, b], share) {
  const rest = 1 - share;
  return [red * share + r * rest, green * share + g * rest, blue * share + b * rest, 1];
}

/**
 * Returns a colour, darker or lighter where it cannot be read on these.
 * @param {Colour} colour @param {Colour[]} grounds All light or all dark.
 */
function fit(colour, grounds) {
  const goal = grounds.every((each) => luminance(each) > MIDDLE) ? BLACK : WHITE;
  for (let share = 1; share > 0; share -= 0.05) {
    const each = share === 1 ? colour : mix(colour, goal, share);
    if (grounds.every((ground) => contrast(each, ground) >= ENOUGH)) return each;
  }
  return goal;
}

/** Returns the colour that is wished for, or black or white where it cannot be read. */
function textOn(/** @type {Colour} */ ground, /** @type {Colour} */ wish) {
  return [wish, WHITE, BLACK].find((each) => contrast(each, ground) >= ENOUGH) ?? BLACK;
}

/**
 * Changes what a page wants its colours to be until links and rings can be read on what is behind
 * them, and text on the colour of buttons and of the header; says so once on the console.
 * @param {HTMLElement} root @param {boolean} isDark
 */
export function guardColours(root, isDark) {
  for (const name of ["accent", "on-fill", "on-head"]) root.style.removeProperty(`--${name}`);
  const paper = readColour(root, "var(--paper)");
  /** @param {string} name */
  const own = (name) => {
    const colour = readColour(root, `var(--${name})`);
    return colour[3] < 1 ? mix(colour, paper, colour[3]) : colour;
  };
  /** @param {string} name @param {string} given @param {(wish: Colour) => Colour} better */
  const guard = (name, given, better) => {
    const wish = own(name);
    const found = better(wish);
    if (found === wish) return;
    root.style.setProperty(`--${name}`, `rgb(${found.slice(0, 3).map((each) => Math.round(255 * each))})`);
    const setting = `--bonafide-${given}${isDark ? "-dark" : ""}`;
    if (isWarned || !getComputedStyle(root).getPropertyValue(setting)) return;
    isWarned = true;
    console.warn(`bonafide-chat: ${setting} could not be read there (4.5 : 1); another is shown`);
  };
  guard("accent", "accent", (wish) => fit(wish, [paper, own("tint")]));
  guard("on-fill", "on-accent", (wish) => textOn(own("fill"), wish));
  guard("on-head", "on-header", (wish) => textOn(own("head"), wish));
}
