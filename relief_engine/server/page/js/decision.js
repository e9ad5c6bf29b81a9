// One decision: the answer in a sentence, then everything behind it. Only shows what the service said.

import { calculation } from "./calculation.js";
import { el, icon, link, spoken } from "./dom.js";
import { cited, money, pair, t } from "./i18n.js";
import { outcomeIcon, outcomeTone } from "./outcomes.js";
import { aboutPlace } from "./places.js";
import { printDecision } from "./printing.js";
import { resolutionShown } from "./resolution.js";
import { resolutionForm } from "./resolving.js";
import { citation, item, mark, reasonItem } from "./tree.js";
import { book, state } from "./state.js";

/**
 * What a decision leads to.
 * @typedef {{edit: (about: {fact: string, subject: string}) => void, redo: () => void}} Ways
 */

/**
 * The inside of a decision.
 * @param {object} decision of the JSON of a report
 * @param {Ways} ways
 */
export function decisionBody(decision, ways) {
  const { explanation } = decision;
  const change = (place) => checkLink(aboutPlace(place), ways);
  return [
    verdict(decision),
    resolutionShown(decision),
    missing(decision, ways),
    referrals(decision, ways, change),
    changes(decision, ways),
    explanation.calculation.length > 0 && part(t("part_calculation"), calculation(explanation.calculation, change)),
    criteria(decision, change),
    sentences(t("part_check"), decision.check_by_hand, true),
    deadlines(decision),
    sentences(t("part_ways"), decision.ways, true),
    sentences(t("part_remarks"), decision.remarks),
    sentences(t("part_changes"), explanation.changes),
  ];
}

/** What leads from a value to its question; nothing if no fact is behind it. */
function checkLink(about, ways) {
  const fact = about && book.facts.get(about.fact);
  return fact && link([t("check_answer"), spoken(` ${fact.label}`)], () => ways.edit(about), { class: "link no-print" });
}

/** The answer: its outcome, its figure, and the sentence that says the rest. */
export function verdict(decision) {
  const figure = figureOf(decision);
  return verdictBox(decision.outcome, decision.outcome_label, decision.explanation.headline, figure);
}

/** A box with an answer. Where the headline begins with the outcome, which stands above it already, only the rest is said. */
export function verdictBox(outcome, label, headline, figure = null) {
  const begins = ["：", ": "].map((colon) => label + colon).find((start) => headline.startsWith(start));
  const rest = begins ? headline.slice(begins.length) : headline;
  return el("div", { class: `verdict ${outcomeTone(outcome)}` },
    icon(outcomeIcon(outcome)),
    el("div", {},
      el("p", { class: "outcome" }, t(`outcome_${outcome}`)),
      figure && el("p", { class: "figure" }, figure[1], el("small", {}, figure[0])),
      rest !== label && el("p", { class: "sentence" }, rest)));
}

/** The figure that matters most of a decision, with its name; nothing if there is none. */
export function figureOf(decision) {
  const eligible = decision.outcome === "eligible";
  const people = decision.resolution;
  if (people?.state === "refused") return null;
  if (people?.state === "granted" && people.amount !== null) return [t("figure_by_people"), money(people.amount)];
  const deferred = decision.benefit === "deferral";
  if (decision.amount !== null) return [t(deferred ? "figure_deferred" : "figure_amount"), money(decision.amount)];
  if (eligible && decision.ceiling !== null) return [t("figure_ceiling"), money(decision.ceiling)];
  if (eligible && decision.payable !== null) return [t("figure_payable"), money(decision.payable)];
  if (decision.outcome !== "referred") return null;
  if (decision.amount_if_granted !== null) return [t("figure_if_granted"), money(decision.amount_if_granted)];
  if (decision.amount_range !== null) return [t("figure_if_granted"), money(decision.amount_range)];
  return null;
}

/** The programme's name, who decides, the clauses. */
export function basis(decision) {
  return [
    el("p", { class: "basis" }, pair(t("authority"), decision.authority)),
    decision.explanation.citations.length > 0 && el("p", { class: "basis" }, pair(t("basis"), cited(decision.explanation.citations))),
  ];
}

/** What one can do with a decision; `article` gives the element that shows it. */
export function decisionActions(article) {
  return el("div", { class: "actions no-print" },
    el("button", { type: "button", class: "button", on: { click: () => printDecision(article()) } }, icon("print"), t("print")));
}

function part(title, ...content) {
  return el("section", { class: "part" }, el("h3", {}, title), content);
}

function missing(decision, ways) {
  if (!decision.missing.length) return null;
  return part(t("part_missing"),
    !decision.missing_is_exact && el("p", { class: "soft" }, t("missing_not_exact")),
    el("ul", { class: "plain-list" }, decision.missing.map((asked) => el("li", { class: "unknown" }, icon("unknown"), el("div", {},
      link(asked.question, () => ways.edit(asked)),
      asked.note && el("p", { class: "hint" }, asked.note),
      asked.evidence && el("p", { class: "hint" }, pair(t("about_evidence"), asked.evidence)))))));
}

function referrals(decision, ways, change) {
  if (!decision.referrals.length) return null;
  const why = new Map(decision.explanation.referrals.map((one) => [one.id, one.reason]));
  return part(t("part_referrals"),
    el("ul", { class: "tree" }, decision.referrals.map((referral) => {
      const reason = why.get(referral.id);
      return item("referred", [el("span", { class: "title" }, referral.title), citation(referral.citations)],
        reason ? [reasonItem(reason, change)] : [], true, [el("p", { class: "reading" }, referral.reason)]);
    })),
    resolutionForm(decision, ways.redo));
}

/** The smallest changes: of each criterion that is not met, what would meet it if all else stayed the same. */
function changes(decision, ways) {
  const unmet = decision.criteria.filter((criterion) => criterion.changes.length);
  if (!unmet.length) return null;
  return part(t("part_margins"),
    el("p", { class: "soft" }, t("margins_hint")),
    el("ul", { class: "changes" }, unmet.map((criterion) => el("li", {},
      el("strong", {}, criterion.title),
      el("ul", {}, criterion.changes.map((change) => el("li", {}, change.text, " ",
        checkLink(change, ways))))))));
}

const ORDER = { unmet: 0, unknown: 1, met: 2 };

function criteria(decision, change) {
  if (!decision.criteria.length) return null;
  const told = new Map(decision.explanation.criteria.map((one) => [one.id, one]));
  const sorted = [...decision.criteria].sort((one, other) => ORDER[one.status] - ORDER[other.status]);
  const tree = el("ul", { class: "tree" }, sorted.map((criterion) => {
    const { reason, reading } = told.get(criterion.id);
    const shown = criterion.replaced ? "referred" : criterion.status;
    return item(shown, [el("span", { class: "title" }, criterion.title), citation(criterion.citations)],
      [reasonItem(reason, change)], criterion.status !== "met",
      [criterion.replaced && el("p", { class: "reading" }, t("replaced")), reading && el("p", { class: "reading" }, reading)]);
  }));
  const all = (open) => { for (const one of tree.querySelectorAll("details")) one.open = open; };
  return el("section", { class: "part" },
    el("div", { class: "part-head" }, el("h3", {}, t("part_criteria")),
      el("span", { class: "no-print" }, link(t("unfold_all"), () => all(true)), " · ", link(t("fold_all"), () => all(false)))),
    tree);
}

function deadlines(decision) {
  if (!decision.deadlines.length) return null;
  return part(t("part_deadlines"), el("ul", { class: "plain-list" }, decision.deadlines.map((due) =>
    el("li", {}, icon("plain"), el("div", {},
      pair(due.title, t(due.passed ? "due_passed" : "due", { day: due.date })), citation(due.citations))))));
}

/** Sentences with their clauses; folded unless they are `open`. */
function sentences(title, told, open = false) {
  if (!told.length) return null;
  return el("details", { class: "part", open },
    el("summary", {}, title, el("small", {}, t("items", { number: told.length }))),
    el("ul", { class: "plain-list" }, told.map((one) => el("li", {}, mark("plain"), el("div", {}, one.text, citation(one.citations))))));
}

/** The digests and versions by which a decision can be made again. */
export function receipt(report) {
  const second = report.verification;
  const rows = [
    [t("day_title"), report.as_of], [t("receipt_rulebook"), report.rulebook.digest], [t("receipt_profile"), report.profile.digest],
    [t("receipt_engine"), `relief-engine ${report.engine.version}`],
    [t("receipt_routes"), report.engine.routes.map((route) => t(`route_${route}`)).join(" + ")],
    second && [t("receipt_verification"), second.verdict === "agree" ? t("verification_agree")
      : pair(t(`verification_${second.verdict}`), second.reason)],
    report.record && [t("receipt_record"), `${report.record.number} · ${report.record.digest}`],
  ].filter(Boolean);
  return el("section", { class: "receipt part" },
    el("h3", {}, t("receipt")),
    el("dl", {}, rows.map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])),
    state.unsaved && el("p", { class: "soft no-print" }, t("unsaved_hint")));
}
