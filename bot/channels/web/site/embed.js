// The page for owners: what is chosen in the form is shown in the preview and written into the snippets.

// The main colour of a chat that is told none (widget/style.js).
const OURS = "#0a5a6b";

/** What the preview and the snippets are made of; an empty value leaves an attribute out. */
function readForm(form) {
  const { mode, position, theme, accent, header, heading, starters, lang, country, website } = form.elements;
  const questions = starters.value.split("\n").map((line) => line.trim().replaceAll("|", "/"));
  return {
    colours: {
      "--bonafide-accent": accent.value === OURS ? "" : accent.value,
      // The header has the main colour, unless it has one of its own.
      "--bonafide-header": [OURS, accent.value].includes(header.value) ? "" : header.value,
    },
    website: readOrigin(website.value),
    attributes: {
      mode: mode.value,
      position: position.checked && mode.value !== "inline" ? position.value : "",
      theme: theme.value,
      heading: heading.value.trim(),
      starters: questions.filter(Boolean).join("|"),
      lang: lang.value,
      country: /^[a-z]{2}$/i.test(country.value) ? country.value.toUpperCase() : "",
    },
  };
}

/** Returns what a list of allowed sites names; an example for what is no address. */
function readOrigin(text) {
  const address = /^https?:\/\//i.test(text) ? text : `https://${text}`;
  return text.trim() && URL.canParse?.(address) ? new URL(address).origin : "https://www.clinic.example";
}

const escapeHtml = (text) => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

const given = (attributes) => Object.entries(attributes).filter(([, value]) => value);

/** Returns attributes as HTML, each with a blank before it. */
function writeAttributes(attributes, prefix = "") {
  return given(attributes).map(([name, value]) => ` ${prefix}${name}="${escapeHtml(value)}"`).join("");
}

/** Returns each snippet by the id of its place. */
function writeSnippets(origin, { colours, website, attributes }) {
  const isInline = attributes.mode === "inline";
  const onTag = isInline ? "" : writeAttributes(attributes, "data-");
  const element = isInline ? `<bonafide-chat${writeAttributes(attributes)}></bonafide-chat>` : "";
  const chosen = given(colours).map(([name, value]) => `${name}: ${value};`).join(" ");
  const rule = chosen && `bonafide-chat { ${chosen} }`;
  const style = rule && `<style>${rule}</style>`;
  const script = `<script type="module" src="${origin}/widget/bonafide-chat.js"${onTag}></script>`;
  const classic = `<script async src="${origin}/widget/bonafide-chat.iife.js"${onTag}></script>`;
  const lines = (...parts) => parts.filter(Boolean).join("\n");
  const php = element.replaceAll("\\", "\\\\");
  const shortcode = `add_shortcode( 'bonafide', function () { return '${php}'; } ); // write [bonafide] where it is to be`;
  const options = JSON.stringify({ server: origin, ...Object.fromEntries(given(attributes)) }, null, 2);
  return {
    tag: lines(style, script, element),
    classic: lines(style, classic, element),
    wordpress: lines("add_action( 'wp_footer', function () { ?>", style, script, "<?php } );", element && shortcode),
    module: lines('import { mount } from "bonafide-chat";', `mount(${options});`, rule && `/* In a style sheet: ${rule} */`),
    origins: `BONAFIDE_WEB_ORIGINS=${website}`,
  };
}

/** Returns the contrast of a colour with white, from 1 to 21 (WCAG 2.2, relative luminance). */
function contrastWithWhite(colour) {
  const parts = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255);
  const [red, green, blue] = parts.map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05);
}

/** Says in plain words whether text in a colour can be read. */
function describeContrast(colour) {
  const contrast = contrastWithWhite(colour);
  const figure = `(${(Math.floor(contrast * 10) / 10).toFixed(1)} to 1 with white)`;
  if (contrast >= 7) return `Very easy to read ${figure}.`;
  if (contrast >= 4.5) return `Easy to read ${figure}.`;
  return `Pale ${figure}: 4.5 are needed. The chat makes it darker for links, and the words on it dark.`;
}

/** Shows the choice on the chat of the preview. */
function paint(chat, { colours, attributes }) {
  for (const [name, value] of Object.entries(attributes)) {
    const before = chat.getAttribute(name) ?? "";
    if (before === value) continue;
    if (value) chat.setAttribute(name, value);
    else chat.removeAttribute(name);
  }
  for (const [name, value] of Object.entries(colours)) {
    if (value) chat.style.setProperty(name, value);
    else chat.style.removeProperty(name);
  }
}

/** Returns the chat of the preview, once it is there. */
async function openPreview(frame, choice) {
  const loaded = new Promise((resolve) => frame.addEventListener("load", resolve, { once: true }));
  frame.src = frame.dataset.src;
  await loaded;
  const page = frame.contentDocument;
  const chat = page.createElement("bonafide-chat");
  // What is tried here is not mixed with what the owner asked on the first page.
  chat.setAttribute("storage", "none");
  // Before it is on the page: opened then, it does not take the focus out of the form.
  if (frame.clientWidth >= 560) chat.setAttribute("open", "");
  paint(chat, choice);
  page.querySelector("main").append(chat);
  return chat;
}

/** Adds a button that copies to each snippet. */
function addCopyButtons(status) {
  for (const code of document.querySelectorAll("pre code")) {
    const button = document.createElement("button");
    button.className = "quiet copy";
    button.textContent = "Copy";
    button.setAttribute("aria-label", `Copy: ${code.parentElement.getAttribute("aria-label")}`);
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(code.textContent);
        button.textContent = "Copied";
        status.textContent = "Copied.";
      } catch {
        getSelection().selectAllChildren(code);
        status.textContent = "This browser does not copy by itself. The text is selected: copy it with your keyboard.";
      }
    });
    code.parentElement.after(button);
  }
}

async function start() {
  const playground = document.querySelector(".playground");
  const form = playground.querySelector("form");
  const frame = playground.querySelector("iframe");
  addCopyButtons(document.querySelector(".status"));
  let chat = null;
  const update = () => {
    const choice = readForm(form);
    for (const [id, text] of Object.entries(writeSnippets(form.dataset.origin, choice))) {
      document.getElementById(id).textContent = text;
    }
    form.querySelector("#contrast").textContent = describeContrast(form.elements.accent.value);
    form.elements.position.disabled = choice.attributes.mode === "inline";
    if (chat) paint(chat, choice);
  };
  let timer = 0;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(update, 200);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  playground.querySelector("[name=phone]").addEventListener("change", ({ target }) => {
    frame.classList.toggle("phone", target.checked);
  });
  update();
  chat = await openPreview(frame, readForm(form));
  update();
}

start();
