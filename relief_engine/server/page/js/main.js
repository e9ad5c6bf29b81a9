// The door: which view is shown, by the part of the address behind "#", and the frame around it.

import { button, el, fill, focusOn, typed } from "./dom.js";
import { drawFrame, language, loadStrings, setLanguage, t } from "./i18n.js";
import { interviewView } from "./interview.js";
import { preparePrinting } from "./printing.js";
import { problemBox } from "./problems.js";
import { begun } from "./resolving.js";
import { resultView } from "./result.js";
import { rosterView } from "./roster.js";
import { startView } from "./start.js";
import { book, loadBook, state } from "./state.js";
import { wholeView } from "./whole.js";

const VIEWS = { start: startView, ask: interviewView, form: wholeView, result: resultView, roster: rosterView };
const main = document.getElementById("main");

function view() {
  const name = location.hash.slice(1);
  return Object.hasOwn(VIEWS, name) ? name : "start";
}

/** Go to a view; to the one that is shown already: show it anew. */
function go(name) {
  if (view() === name) show(true);
  else location.hash = name;
}

/** Show the view that the address names, and put the focus on its heading. */
async function show(focus) {
  // What the rulebook says may have failed to arrive, in this language or at all: no view can do without.
  if (book.language !== language && !(await load())) return;
  const name = view();
  // The whole form is another way to fill in, not a place of its own in the row of views.
  const shown = name === "form" ? "ask" : name;
  for (const link of document.querySelectorAll(".masthead nav a")) {
    if (link.hash === `#${shown}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${t(`nav_${shown}`)} · ${t("brand")}`;
  const { nodes, ready } = VIEWS[name](go);
  fill(main, nodes);
  await ready;
  // Who has gone elsewhere meanwhile keeps their place.
  if (focus && nodes[0].isConnected) {
    scrollTo(0, 0);
    focusOn(main.querySelector("h1") || main);
  }
}

/** Read everything in the language of the page, and draw it. */
async function load() {
  drawFrame();
  try {
    await loadBook();
  } catch (problem) {
    fill(main, problemBox(problem), el("div", { class: "actions" }, button(t("try_again"), () => show(true), { class: "button first" })));
    return false;
  }
  const { engine, rulebook } = book.version;
  fill(document.getElementById("industry-codes"), book.codes.map((code) => el("option", { value: code.id }, code.name)));
  document.getElementById("versions").textContent = t("versions", { version: engine.version, digest: rulebook.digest });
  return true;
}

/** Change the language and nothing else: what was typed and unfolded stays. */
async function translate(event) {
  event.preventDefault();
  const putBack = typed(main);
  setLanguage(language === "zh" ? "en" : "zh");
  drawFrame();
  await show(false);
  if (book.language === language) putBack(main);
}

await loadStrings();
document.getElementById("language").addEventListener("click", translate);
document.querySelector(".skip").addEventListener("click", (event) => {
  // "#main" is no view: following it would leave the one that is shown.
  event.preventDefault();
  focusOn(main);
});
addEventListener("hashchange", () => show(true));
addEventListener("beforeunload", (event) => { if (state.unsaved || begun()) event.preventDefault(); });
preparePrinting();
show(false);
