// What the server sends, of any form: text, objects, numbers to call.

/**
 * Returns what is text; an empty string for everything else.
 * @param {unknown} value
 */
export function text(value) {
  return typeof value === "string" ? value : "";
}

/**
 * Returns the objects of a list; an empty list for everything else.
 * @param {unknown} value
 * @returns {Record<string, unknown>[]}
 */
export function objects(value) {
  return Array.isArray(value) ? value.filter((each) => each && typeof each === "object") : [];
}

/**
 * Returns an address that calls a number, else an empty string.
 * @param {unknown} address
 */
export function callAddress(address) {
  const given = text(address);
  return /^tel:[+\d][\d().-]*$/.test(given) ? given : "";
}
