// The look of what is there before the first message.

/** Lengths are in em of the reader's own text size; what starts with --bonafide is a page's. */
const CSS = `
.root {
  all: initial; display: block; color: var(--ink); color-scheme: light;
  font: medium/1.5 var(--bonafide-font, system-ui, sans-serif);
  --fill: var(--bonafide-accent, #0a5a6b); --on-fill: var(--bonafide-on-accent, #fff);
  --head: var(--bonafide-header, var(--fill)); --on-head: var(--bonafide-on-header, var(--on-fill));
  --accent: var(--fill); --on-accent: var(--paper);
  --ink: #1a2a33; --soft: #3f505a; --paper: #fff; --field: #f2f6f7; --line: #d3dde2; --edge: #73868f;
  --tint: #e4f0f2; --mark: #fff0b8; --alarm: #a8071a; --on-alarm: #fff; --alarm-paper: #fff2f1;
  --round: var(--bonafide-radius, .75em); --gap: var(--bonafide-offset, 1.25em);
  --block: var(--bonafide-offset-block, var(--gap)); --inline: var(--bonafide-offset-inline, var(--gap));
}
.dark {
  --fill: var(--bonafide-accent-dark, var(--bonafide-accent, #84d3e0)); --on-fill: var(--bonafide-on-accent-dark, #04252c);
  --head: var(--bonafide-header-dark, var(--bonafide-header, #1d323d));
  --on-head: var(--bonafide-on-header-dark, var(--bonafide-on-header, #f1f6f8)); color-scheme: dark;
  --ink: #e9eff2; --soft: #aebdc5; --paper: #131e26; --field: #1d2b34; --line: #344651; --edge: #7f939e;
  --tint: #1e3d48; --mark: #4b3f12; --alarm: #ffb1ab; --on-alarm: #40060a; --alarm-paper: #3b1416;
}
* { box-sizing: border-box; margin: 0; }
[hidden] { display: none !important; }
ul { list-style: none; padding: 0; display: grid; gap: .5em; }
a, summary { color: var(--accent); }
button, input, textarea {
  font: inherit; color: inherit; min-height: 2.75em; padding: .5em 1em; overflow-wrap: anywhere;
  background: var(--paper); border: 1px solid var(--edge); border-radius: var(--round);
}
button { color: var(--accent); text-align: start; cursor: pointer; }
button:hover { background: var(--tint); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.icon { width: 1.375em; height: 1.375em; flex: none; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
[dir=rtl] .send { transform: scaleX(-1); }
button.solid { background: var(--fill); color: var(--on-fill); border-color: transparent; }
button.tool { background: none; color: inherit; border-color: transparent; }
.tool, .ask button { display: grid; place-items: center; width: 2.75em; padding: 0; }

.launcher, .panel { position: fixed; inset-block: auto var(--block); inset-inline: auto var(--inline); z-index: var(--bonafide-z, 99999); max-width: calc(100vw - 2 * var(--inline)); }
.start > * { inset-inline: var(--inline) auto; }
.floating { position: fixed; inset: 0 auto auto 0; }
.launcher { display: flex; align-items: center; gap: .6em; padding: .9em 1.4em; font-weight: 600; border-radius: 2em; box-shadow: 0 .2em 1em #0004; }
.badge { background: var(--paper); color: var(--ink); border-radius: 1em; padding: 0 .5em; }
button.urgent { background: var(--alarm); color: var(--on-alarm); }
.panel {
  width: var(--bonafide-width, 26em); height: var(--bonafide-height, 44em); padding: 0;
  max-height: calc(100vh - var(--block) - var(--gap));
  flex-direction: column; overflow: auto; color: inherit; background: var(--paper);
  border: 1px solid var(--line); border-radius: var(--round); box-shadow: 0 .5em 2.5em #0003;
}
.panel[open], div.panel { display: flex; }
div.panel { position: static; width: auto; height: min(var(--bonafide-height, 44em), calc(100dvh - 2 * var(--gap))); min-height: min(30em, var(--bonafide-height, 30em)); max-width: none; max-height: none; box-shadow: none; }
.head { display: flex; align-items: center; position: relative; padding: .75em; padding-inline-start: 1.25em; background: var(--head); color: var(--on-head); }
.head :focus-visible { outline-color: currentColor; }
[tabindex="-1"]:focus { outline: 0; }
.name { flex: 1; min-width: 0; overflow-wrap: anywhere; line-height: 1.35; }
h2 { font-size: 1.125em; }
.name span { font-size: .875em; }
.log { flex: 1 0 6em; min-height: 6em; overflow-y: auto; overscroll-behavior: contain; position: relative; padding: 1.25em; overflow-wrap: anywhere; }
.log:focus-visible, .head * { outline-offset: -3px; }
.list { gap: 1.25em; padding-block: 1.25em; max-width: 42em; margin-inline: auto; }
.note, .typing, .count { color: var(--soft); font-size: .875em; }
.off::before { content: "\\25CB "; }

.safety { display: grid; flex: none; gap: .5em; padding: .5em .75em .25em; }
.safety > p { font-size: .875em; padding-inline: .5em; color: var(--soft); }
.safety > p a { font-weight: 600; padding: .25em 0; display: inline-block; }
.bar, .ask { padding: .75em; border-block-start: 1px solid var(--line); }
.bar { background: var(--field); }
.bar button { margin: .6em .5em 0 0; }
.ask { display: flex; flex-wrap: wrap; align-items: end; gap: .5em; }
textarea { flex: 1; min-width: 0; max-height: 8em; resize: none; }
::placeholder { color: var(--soft); opacity: 1; }

@media (max-width: 30em), (max-height: 28em) {
  dialog.panel, .start > dialog { inset: var(--top, 0) 0 auto; width: 100%; max-width: none; height: var(--height, 100%); max-height: none; border: 0; border-radius: 0; }
}
@media (max-height: 28em), (max-width: 22em) { .name span { display: none; } }
@media (max-height: 28em) { .head, .ask { padding-block: .2em; } .safety span { display: none; } }
@media print { .floating { display: none; } }
`;

/**
 * Adds a style to a shadow root, as a sheet that every content security policy lets through.
 * @param {ShadowRoot} root @param {string} [css]
 * @returns {Promise<void> | undefined} In old browsers: settles when the style is there, or refused.
 */
export function addStyle(root, css = CSS) {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
    return undefined;
  } catch {
    // Safari before 16.4
    return import("./old-style.js").then(({ addOldStyle }) => addOldStyle(root, css));
  }
}
