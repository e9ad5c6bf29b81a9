// What people decided about a referred case, kept apart from what the rules decided.

import { el, icon } from "./dom.js";
import { money, pair, t } from "./i18n.js";

const TONES = { granted: "met", refused: "unmet", partly: "referred", not_applied: "unknown" };

/** The answer of people to a decision; nothing where there is none. */
export function resolutionShown(decision) {
  const found = decision.resolution;
  if (!found) return null;
  const tone = TONES[found.state] || "plain";
  return el("section", { class: `part people ${tone}` },
    el("h3", {}, t("people_title")),
    el("p", { class: "people-said" }, icon(tone), el("strong", {}, found.state_label),
      found.amount !== null && [" ", el("strong", { class: "money" }, money(found.amount))]),
    found.reasons.length > 0 && el("ul", { class: "bulleted" }, found.reasons.map((reason) => el("li", {}, reason))),
    el("ul", { class: "plain-list" }, found.items.map((answer) => el("li", { class: answer.granted ? "met" : "unmet" },
      icon(answer.granted ? "met" : "unmet"),
      el("div", {},
        pair(answer.title, t(answer.granted ? "people_granted" : "people_refused")),
        answer.amount !== null && ` ${money(answer.amount)}`,
        el("span", { class: "cite" }, `${answer.on} ${answer.by}`),
        answer.note && el("p", { class: "hint" }, answer.note),
        answer.reason && el("p", { class: "error" }, answer.reason))))),
    found.open.length > 0 && el("p", {}, pair(t("people_open"), found.open.map((one) => one.title).join("；"))));
}
