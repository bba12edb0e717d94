// Whether the page around the chat is dark.

/**
 * Whether the page behind an element is dark.
 * @param {Element} element @param {boolean} isNight Whether the device is set to dark.
 */
export function isPageDark(element, isNight) {
  for (const each of ancestors(element)) {
    const colour = getComputedStyle(each).backgroundColor;
    const numbers = colour.split(/[\s(,/)]+/).filter((part) => part && Number.isFinite(+part));
    const [first = 0, second = 0, third = 0, opacity = 1] = numbers.map(Number);
    if (opacity < 0.5) continue;
    // How bright it looks: lab(), oklch() and their like begin with that.
    const bright = /^(ok)?l/.test(colour) ? first : 0.3 * first + 0.6 * second + 0.1 * third;
    return bright < 0.46 * (colour.startsWith("rgb") ? 255 : colour.startsWith("l") ? 100 : 1);
  }
  const { colorScheme } = getComputedStyle(document.documentElement);
  return colorScheme.includes("dark") && (isNight || !colorScheme.includes("light"));
}

/** Returns what an element stands in, out of shadow roots too. @param {Element} element */
export function ancestors(element) {
  const found = [];
  /** @type {any} A shadow root has a host and no parent; a document neither. */
  let each = element;
  while ((each = each.assignedSlot ?? each.parentNode ?? each.host)) {
    if (each instanceof Element) found.push(each);
  }
  return found;
}
