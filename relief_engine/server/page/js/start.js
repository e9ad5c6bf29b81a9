// The first view: what to decide, for which day, and from what: questions, the whole form, a saved file, a roster.

import { button, el, fill, icon } from "./dom.js";
import { t } from "./i18n.js";
import { fileField, openProfile } from "./files.js";
import { mayLose } from "./losing.js";
import { problemBox } from "./problems.js";
import { book, isBlank, rentProgrammes, startAnew, state } from "./state.js";

/** @param {(view: string) => void} go */
export function startView(go) {
  const trouble = el("div", {});
  const begin = (view) => {
    if (state.scope === "some" && !state.chosen.length) {
      fill(trouble, el("p", { class: "error", role: "alert" }, t("choose_one")));
      document.querySelector("#some input")?.focus();
      return;
    }
    go(view);
  };
  const more = !isBlank() || state.passed.length > 0;
  const clear = async () => {
    if (!(await mayLose())) return;
    startAnew();
    go("start");
  };
  return { nodes: [
    el("h1", {}, t("start_title")),
    el("p", { class: "lead" }, t("start_lead")),
    el("div", { class: "split" },
      el("form", { class: "card fields", on: { submit: (event) => { event.preventDefault(); begin("ask"); } } },
        scopeField(),
        dayField("day"),
        trouble,
        el("div", { class: "actions" },
          el("button", { class: "button first", type: "submit" }, t(more ? "go_on" : "begin")),
          button(t("fill_whole"), () => begin("form")),
          more && button(t("begin_anew"), clear))),
      el("aside", { "aria-label": t("other_ways") }, openCard(go), rosterCard())),
  ] };
}

/** Which programmes are asked for: those of landlords, all, or some. */
export function scopeField() {
  const some = el("fieldset", { id: "some", class: "choices", hidden: state.scope !== "some" },
    el("legend", { class: "spoken" }, t("scope_some")),
    book.programmes.map((programme) => el("label", { class: "choice" },
      el("input", { type: "checkbox", id: `programme--${programme.programme}`, checked: state.chosen.includes(programme.programme),
        on: { change: (event) => choose(programme.programme, event.target.checked) } }),
      el("span", {}, el("strong", {}, programme.title), el("span", { class: "hint" }, programme.summary)))));
  const rent = rentProgrammes();
  const titles = book.programmes.filter((one) => rent.includes(one.programme)).map((one) => one.title);
  if (!rent.length && state.scope === "rent") state.scope = "all";
  const way = (scope, title, more) => el("label", { class: "choice" },
    el("input", { type: "radio", name: "scope", id: `scope--${scope}`, value: scope, checked: state.scope === scope, on: { change: () => {
      state.scope = scope;
      some.hidden = scope !== "some";
    } } }),
    el("span", {}, el("strong", {}, title), el("span", { class: "hint" }, more)));
  return el("fieldset", {},
    el("legend", { class: "title" }, t("scope_title")),
    el("div", { class: "choices" },
      rent.length > 0 && way("rent", t("scope_rent"), titles.join("；")),
      way("all", t("scope_all", { number: book.programmes.length }), t("scope_all_more")),
      way("some", t("scope_some"), t("scope_some_more")),
      some));
}

function choose(programme, wanted) {
  state.chosen = state.chosen.filter((one) => one !== programme).concat(wanted ? [programme] : []);
}

/** The day of the decision, and what it means. */
export function dayField(id) {
  return el("div", {},
    el("label", { for: id, class: "label" }, t("day_title")),
    el("p", { class: "hint", id: `${id}-hint` }, t("day_hint")),
    el("input", { type: "date", id, required: true, value: state.asOf, "aria-describedby": `${id}-hint`, on: { change: (event) => {
      if (event.target.value) state.asOf = event.target.value;
    } } }));
}

function openCard(go) {
  const trouble = el("div", {});
  const open = async (event) => {
    fill(trouble);
    try {
      const take = await openProfile(event.target.files[0]);
      if (!(await mayLose())) return;
      take();
      go("ask");
    } catch (problem) {
      fill(trouble, problemBox(problem));
    }
  };
  return el("section", { class: "card" },
    el("h2", {}, icon("file"), t("open_title")),
    el("p", { class: "soft", id: "open-hint" }, t("open_hint")),
    el("label", { for: "open-file", class: "spoken" }, t("open_label")),
    fileField({ id: "open-file", accept: ".yaml,.yml,.json", "aria-describedby": "open-hint" }, open),
    trouble);
}

function rosterCard() {
  return el("section", { class: "card" },
    el("h2", {}, icon("table"), t("roster_card")),
    el("p", { class: "soft" }, t("roster_card_more")),
    el("p", {}, el("a", { href: "#roster" }, t("roster_go"))));
}
