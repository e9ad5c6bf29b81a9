// What is shown where no question is left: the decisions, what was passed and still matters, who is meant.

import { verdictBox } from "./decision.js";
import { button, el, icon, link } from "./dom.js";
import { t } from "./i18n.js";

/** How many decisions are shown before the rest is only counted. */
const SHOWN = 3;

/**
 * @param {object} step of the interview, without a prompt
 * @param {(about: {fact: string, subject: string}) => void} change leads to a question
 * @param {(view: string) => void} go
 */
export function endOfQuestions(step, change, go) {
  const told = step.decisions.filter((one) => one.outcome !== "not_in_force").slice(0, SHOWN);
  return el("section", { class: "card question" },
    el("h1", {}, icon(step.done ? "met" : "unknown"), " ", t(step.done ? "all_certain" : "rest_passed")),
    el("ul", { class: "ending" }, told.map((one) =>
      el("li", {}, el("p", { class: "soft" }, one.subject === "applicant" ? one.title : `${one.title} · ${one.about}`),
        verdictBox(one.outcome, one.outcome_label, one.sentence)))),
    step.decisions.length > SHOWN && el("p", { class: "soft" }, t("and_more", { number: step.decisions.length - SHOWN })),
    step.waiting.length > 0 && el("ul", { class: "plain-list" }, step.waiting.map((one) =>
      el("li", { class: "unknown" }, icon("unknown"),
        link(one.about ? `${one.about} · ${one.question}` : one.question, () => change(one))))),
    identity(step, change),
    el("div", { class: "actions" },
      button(t("see_result"), () => go("result"), { class: "button first" })));
}

/** Who is meant: decides nothing, and helps to tell printed decisions apart. */
function identity(step, change) {
  const open = step.identity;
  return open.length > 0 && el("div", { class: "part" },
    el("h2", {}, t("identity_title")),
    el("p", { class: "soft" }, t("identity_more")),
    el("ul", {}, open.map((one) => el("li", {},
      link(`${one.about} · ${one.label}`, () => change(one))))));
}
