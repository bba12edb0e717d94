// The gallery: the real chat, with replies that are made here instead of by the server.

const PASSAGE =
  "No, you can come without an appointment. Our doors are open from nine to five, and somebody is there to " +
  "help you. If you would rather choose a time, call us on the day before.";
const CITATION = {
  document_id: "example",
  passage_id: "example#1",
  title: "An example of a document",
  section: "Do I need an appointment?",
  page: null,
  publisher: "Example charity",
  origin: "published by Example charity",
  path: "/library",
  url: "",
  checked: "2026-11-23",
  reviewed_by: "",
  text: PASSAGE,
  score: 0.9,
};
const DISCLAIMER =
  "This is general information, not advice about your own health. Please ask a doctor or nurse about that.";
const suggest = (...titles) => titles.map((title) => ({ title, payload: title, passage_id: "example#1" }));
const QUOTED = { heading: CITATION.section, marks: [PASSAGE.split(" Our ")[0]], citations: [CITATION], disclaimer: DISCLAIMER, preface: "" };

const GREETING = {
  kind: "chat",
  text: "Hello! I find answers in documents and show you where they come from. What would you like to know?",
  suggestions: suggest("Do I need an appointment?", "What should I bring?"),
};
/** What is asked in each state, and what comes back: a turn, or the status of a failure. */
const STATES = {
  Greeting: {},
  Answer: {
    question: "Do I need an appointment?",
    turn: { kind: "answer", answer_id: "1", ...QUOTED, text: PASSAGE, suggestions: suggest("What should I bring?", "Where do I park?") },
  },
  Advice: {
    question: "Should I stop taking my tablets?",
    turn: {
      kind: "advice",
      answer_id: "2",
      ...QUOTED,
      text: "I cannot tell you whether to stop a medicine. Never stop one on your own, because that can be dangerous. Ask the doctor who prescribed it, or a pharmacist.",
      quote: PASSAGE,
      suggestions: [],
    },
  },
  "Question back": {
    question: "visit",
    turn: {
      kind: "clarify",
      preface: "",
      text: "That could mean several things. Which of these would you like to know?",
      suggestions: suggest("What should I bring to a visit?", "How long does a visit take?"),
    },
  },
  "No answer": {
    question: "What helps with a migraine?",
    turn: {
      kind: "abstain",
      answer_id: "3",
      preface: "I am sorry that you are in pain.",
      text: "I cannot find that in my documents, so I will not guess. A doctor, nurse or pharmacist can answer questions about your health.",
      suggestions: suggest("Do I need an appointment?"),
    },
  },
  Emergency: {
    question: "I have bad chest pain",
    turn: {
      kind: "emergency",
      flag: "chest",
      text: "This could be the heart. Call 112 now.\nSit down and rest until help comes.",
      numbers: [{ label: "Emergency number", number: "112", href: "tel:112" }],
    },
  },
  "Too many questions": { question: "Do I need an appointment?", status: 429, code: "rate_limited" },
  "Not sent": { question: "Do I need an appointment?", status: 400, code: "bad_message" },
};

const PREFIX = "/embed/states/";
const real = window.fetch.bind(window);
const json = (value, status = 200) =>
  new Response(JSON.stringify(value), { status, headers: { "Content-Type": "application/json" } });

/** Answers what the chats of this page ask. */
window.fetch = async (input, options = {}) => {
  const { pathname } = new URL(input instanceof Request ? input.url : input, location.href);
  if (!pathname.startsWith(PREFIX)) return real(input, options);
  const [name, ...rest] = decodeURIComponent(pathname.slice(PREFIX.length)).split("/");
  const { turn, status, code } = STATES[name] ?? {};
  const what = rest.at(-1);
  if (what === "session") return json({ token: "example", expires_at: "", max_chars: 2000, turns: [GREETING] }, 201);
  if (what === "about") return json({ name: "Bonafide", operator: { name: "", url: "" }, region: "", retention_days: 90, session_hours: 24, privacy_url: "", languages: ["en"], version: "", max_chars: 2000, greeting: GREETING, contact: null, emergency: null });
  if (what === "headings.json") return json({ sections: [] });
  if (status) return json({ error: { code, message: code } }, status);
  return json({ id: JSON.parse(options.body ?? "{}").id ?? "", turns: [turn ?? GREETING] });
};

/** Puts the chat in one state onto the page. */
function draw(name) {
  const title = document.createElement("h2");
  title.textContent = name;
  const chat = document.createElement("bonafide-chat");
  const server = new URL(PREFIX + encodeURIComponent(name), location.href).href;
  const attributes = { mode: "inline", storage: "none", heading: name, server, key: name };
  for (const [key, value] of Object.entries(attributes)) chat.setAttribute(key, value);
  const place = document.createElement("section");
  place.append(title, chat);
  document.querySelector(".states").append(place);
  return chat;
}

async function start() {
  const look = document.querySelector(".look");
  await customElements.whenDefined("bonafide-chat");
  const chats = Object.keys(STATES).map(draw);
  for (const [place, { question }] of Object.values(STATES).entries()) if (question) chats[place].ask(question);
  // Asking takes the focus along; here nobody asked.
  document.activeElement?.blur();
  for (const theme of ["light", "dark"]) {
    const button = document.createElement("button");
    button.className = "quiet";
    button.textContent = theme === "light" ? "All light" : "All dark";
    button.addEventListener("click", () => chats.forEach((chat) => chat.setAttribute("theme", theme)));
    look.append(button, " ");
  }
}

start();
