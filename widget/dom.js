// Nodes and icons.

/**
 * Returns a new element. Functions become listeners; false and undefined set nothing; text stays
 * text: nothing here reads HTML.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string | number | boolean | undefined | ((event: any) => void)>} [settings]
 * @param {...(Node | string | boolean | undefined)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, settings = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(settings)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== false && value !== undefined) element.setAttribute(name, String(value));
  }
  for (const child of children) if (child && child !== true) element.append(child);
  return element;
}

/** Moves the focus; the page stays where it is. @param {HTMLElement | null | undefined} element */
export function moveFocus(element) {
  element?.focus({ preventScroll: true });
}

/** @type {Record<string, string>} Strokes on a field of 24 by 24. */
const PATHS = {
  chat: "M4 5h16v11H10l-5 4v-4H4z",
  close: "M6 6l12 12M18 6L6 18",
  menu: "M4 6h16M4 12h16M4 18h16",
  send: "M5 12h14M13 6l6 6-6 6",
  alert: "M12 3l10 18H2zM12 10v5M12 18v.01",
};

/**
 * Returns a drawing that assistive technology passes over.
 * @param {string} name @param {string | undefined} path
 */
export function icon(name, path = PATHS[name]) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", `icon ${name}`);
  const line = document.createElementNS(space, "path");
  line.setAttribute("d", path ?? "");
  svg.append(line);
  return svg;
}
