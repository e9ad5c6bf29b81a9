// The decisions: one told in full, or an overview by outcome in which each unfolds.

import { basis, decisionActions, decisionBody, receipt } from "./decision.js";
import { announce, el, fill, focusOn, icon, link, spoken } from "./dom.js";
import { saveExplanation, saveProfile } from "./files.js";
import { money, pair, t } from "./i18n.js";
import { OUTCOMES, outcomeIcon, outcomeTone } from "./outcomes.js";
import { subjectName, subjectNames } from "./places.js";
import { problemBox } from "./problems.js";
import { book, decideNow, reportNow, request, state } from "./state.js";

/** @param {(view: string) => void} go */
export function resultView(go) {
  const node = el("div", { "aria-busy": "true" }, el("h1", {}, t("result_title")), el("p", { class: "soft" }, t("one_moment")));
  const ways = {
    edit: (about) => { state.editing = about; go("ask"); },
    redo: () => decide(node, ways, true),
  };
  return { nodes: [node], ready: decide(node, ways, false) };
}

/** Ask for the report, unless it is there already, and show it. */
async function decide(node, ways, focus) {
  let found = reportNow();
  try {
    while (!found) {
      await decideNow();
      if (!node.isConnected) return; // the user has gone elsewhere, and may have changed something there
      found = reportNow();
    }
  } catch (problem) {
    fill(node, el("h1", {}, t("result_title")), problemBox(problem, problem.errors, ways.edit));
    return;
  } finally {
    node.removeAttribute("aria-busy");
  }
  fill(node, report(found, ways));
  announce(said(found));
  if (focus) focusOn(node.querySelector("h1"));
}

function said(found) {
  return found.decisions.length === 1 ? found.decisions[0].explanation.headline : t("result_announced", { number: found.decisions.length });
}

function report(found, ways) {
  const applicant = found.decisions.find((one) => one.explanation.applicant)?.explanation.applicant;
  const one = found.decisions.length === 1;
  return [
    el("h1", {}, one ? found.decisions[0].explanation.title : t("result_title")),
    el("dl", { class: "day" },
      el("div", {}, el("dt", {}, t("day_title")), el("dd", {}, found.as_of)),
      applicant && el("div", {}, el("dt", {}, t("applicant")), el("dd", {}, applicant)),
      one && el("div", {}, el("dt", {}, t("subject")), el("dd", {}, found.decisions[0].explanation.subject))),
    el("div", { class: "actions no-print top" },
      link(t("change_answers"), () => ways.edit(null)), link(t("save"), saveProfile),
      link(t("save_explanation"), () => attempt(() => saveExplanation(request()))), recordButton(found, ways)),
    el("div", { id: "trouble" }),
    one ? alone(found.decisions[0], ways) : overview(found, ways),
    skipped(found),
    receipt(found),
  ];
}

function alone(decision, ways) {
  const article = el("article", { class: "card decision" },
    el("header", {}, basis(decision)),
    decisionBody(decision, ways),
    decisionActions(() => article));
  return article;
}

function overview(found, ways) {
  const groups = OUTCOMES
    .map((outcome) => [outcome, found.decisions.filter((one) => one.outcome === outcome)])
    .filter(([, all]) => all.length);
  return [
    el("ul", { class: "tally" }, groups.map(([outcome, all]) => el("li", { class: outcomeTone(outcome) },
      el("span", { class: "label" }, icon(outcomeIcon(outcome)), t(`outcome_${outcome}`)), el("b", {}, all.length)))),
    totals(found),
    firstQuestion(found, ways),
    groups.map(([outcome, all]) => el("section", { class: `outcome-group ${outcomeTone(outcome)}` },
      el("h2", {}, icon(outcomeIcon(outcome)), t(`outcome_${outcome}`), spoken(t("items", { number: all.length }))),
      outcome === "not_in_force" ? notInForce(all) : all.map((decision) => fold(decision, ways)))),
  ];
}

/** Of programmes that are not in force on the day there is nothing to unfold. */
function notInForce(all) {
  return el("ul", { class: "card brief" }, all.map((decision) =>
    el("li", {}, el("span", {}, el("strong", {}, titleOf(decision)), el("br"),
      el("span", { class: "soft" }, decision.explanation.headline)))));
}

function titleOf({ subject, explanation }) {
  return subject === "applicant" ? explanation.title : `${explanation.title} · ${explanation.subject || subjectName(subject)}`;
}

/** The sum of what the rules give, and apart from it of what people granted. */
function totals(found) {
  const people = found.total_by_people;
  const any = found.decisions.some((one) => one.outcome === "eligible");
  return [
    any && el("p", { class: "total" }, t("total"), el("b", { class: "money" }, money(found.total))),
    people && Number(people) !== 0 && el("p", { class: "total" }, t("total_by_people"), el("b", { class: "money" }, money(people))),
  ];
}

function firstQuestion(found, ways) {
  if (!found.questions.length) return null;
  const [first, ...others] = found.questions;
  const more = [...grouped(others, "question").values()];
  return el("section", { class: "card no-print" },
    el("h2", {}, t("first_question")),
    el("p", {}, link(first.question, () => ways.edit(first)), whom([first]), " ",
      first.settles[1] > 0 && el("span", { class: "soft" }, t("settles", { number: first.settles[1] }))),
    more.length > 0 && el("details", { id: "more-questions" }, el("summary", {}, t("more_questions", { number: more.length })),
      el("ul", { class: "bulleted" }, more.map((same) => el("li", {},
        link(same[0].question, () => ways.edit(same[0])), whom(same))))));
}

/** Of which leases and so on a question is asked; the applicant need not be named. */
function whom(questions) {
  const subjects = questions.map((one) => one.subject).filter((subject) => subject !== "applicant");
  return subjects.length > 0 && el("span", { class: "soft" }, ` ${subjectNames(subjects)}`);
}

/** A decision that unfolds; its inside is made when it is first asked for. */
function fold(decision, ways) {
  const { explanation } = decision;
  const inside = el("div", { class: "inside" });
  const fillOnce = () => {
    if (!inside.hasChildNodes()) {
      fill(inside, el("header", {}, basis(decision)), decisionBody(decision, ways), decisionActions(() => made));
    }
  };
  const id = `decision-${decision.programme}-${decision.subject}`;
  const made = el("details", { class: `fold decision ${outcomeTone(decision.outcome)}`, id },
    el("summary", {}, el("span", { class: "title" }, titleOf(decision)),
      el("span", { class: "said" }, explanation.headline, decision.resolution && ` · ${decision.resolution.state_label}`)),
    inside);
  made.addEventListener("toggle", fillOnce);
  made.addEventListener("unfold", fillOnce);
  return made;
}

function skipped(found) {
  if (!found.skipped.length) return null;
  const reasons = grouped(found.skipped, "reason");
  const title = (id) => book.programmes.find((one) => one.programme === id)?.title || id;
  return el("details", { class: "part no-print", id: "skipped" },
    el("summary", {}, t("skipped"), el("small", {}, t("items", { number: found.skipped.length }))),
    el("ul", { class: "bulleted" }, [...reasons].map(([reason, all]) =>
      el("li", {}, pair(reason, all.map((one) => title(one.programme)).join("；"))))));
}

/** All by what they have under a key. */
function grouped(all, key) {
  const found = new Map();
  for (const one of all) found.set(one[key], [...(found.get(one[key]) || []), one]);
  return found;
}

/** Keeping the decision in the service's ledger, where it has one. */
function recordButton(found, ways) {
  if (!book.version.ledger || found.record) return null;
  const press = async () => {
    made.disabled = true; // pressed twice, it would be kept twice
    await attempt(async () => {
      await decideNow({ record: true });
      await ways.redo();
      announce(t("recorded"));
    });
    made.disabled = false;
  };
  const made = link(t("record"), press);
  return made;
}

/** Do what may fail, and tell if it did, above the decisions. */
async function attempt(what) {
  const trouble = document.getElementById("trouble");
  fill(trouble);
  try {
    await what();
  } catch (problem) {
    fill(trouble, problemBox(problem));
  }
}
