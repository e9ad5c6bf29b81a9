// What stands beside the questions: the decisions as they are so far, and the answers, each of which can be changed.

import { button, el, icon, link, spoken } from "./dom.js";
import { saveProfile } from "./files.js";
import { t } from "./i18n.js";
import { outcomeIcon, outcomeTone } from "./outcomes.js";
import { answers, placed, subjectName, subjectNames } from "./places.js";
import { book, state } from "./state.js";
import { inWords } from "./words.js";

/** How many decisions are listed beside the questions before the rest is only counted. */
const SHOWN = 8;

/** The decisions as they stand, the certain ones first, without programmes that are not in force. */
export function soFar(step) {
  const told = ["eligible", "referred", "ineligible", "undetermined"].flatMap((outcome) =>
    together(step.decisions.filter((one) => one.outcome === outcome)));
  const shown = told.slice(0, SHOWN);
  const more = step.decisions.length - shown.flat().length;
  return el("section", { class: "card" },
    el("h2", {}, t("so_far")),
    shown.length > 0 && el("ul", { class: "so-far" }, shown.map((same) => el("li", { class: outcomeTone(same[0].outcome) },
      icon(outcomeIcon(same[0].outcome)),
      el("span", {}, el("strong", {}, t(`outcome_${same[0].outcome}`)), " ", titleOf(same))))),
    more > 0 && el("p", { class: "soft" }, t("and_more", { number: more })),
    el("p", {}, el("a", { href: "#result" }, t("see_result_now"))));
}

/** Decisions by their programmes: of many leases one line is enough. */
function together(decisions) {
  const found = new Map();
  for (const one of decisions) found.set(one.programme, [...(found.get(one.programme) || []), one]);
  return [...found.values()];
}

function titleOf(decisions) {
  const [{ programme, subject }] = decisions;
  const title = book.programmes.find((one) => one.programme === programme)?.title || programme;
  return subject === "applicant" ? title : `${title} · ${subjectNames(decisions.map((one) => one.subject))}`;
}

/** The answers so far, and the questions that were passed on. */
export function answeredList(change) {
  const rows = new Map();
  const row = (subject, item) => rows.set(subject, [...(rows.get(subject) || []), item]);
  for (const { fact, subject, value } of answers(state.profile)) {
    row(subject, el("li", {},
      el("span", { class: "name" }, fact.label), el("span", { class: "value" }, inWords(fact, value)),
      link([t("change"), spoken(` ${fact.label}`)], () => change({ fact: fact.fact, subject }))));
  }
  for (const { fact, subject } of state.passed) {
    const known = book.facts.get(fact);
    if (!known) continue;
    row(placed(subject), el("li", { class: "passed" },
      el("span", { class: "name" }, known.label), el("span", { class: "value" }, t("passed")),
      link([t("answer_it"), spoken(` ${known.label}`)], () => change({ fact, subject }))));
  }
  return el("section", { class: "card answered" },
    el("h2", {}, t("answered_title")),
    rows.size === 0 ? el("p", { class: "soft" }, t("answered_none")) : [...rows].map(([subject, items]) => [
      el("h3", {}, subjectName(subject)), el("ul", {}, items)]),
    el("div", { class: "actions" },
      button(t("save"), saveProfile),
      el("a", { href: "#form" }, t("as_form"))));
}
