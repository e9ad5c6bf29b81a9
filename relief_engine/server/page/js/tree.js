// Reasons as a tree of nested lists. A reason that has parts of its own unfolds; what decided the answer is unfolded.

import { el, icon, spoken } from "./dom.js";
import { cited, t } from "./i18n.js";

const PICTURES = { met: "met", unmet: "unmet", unknown: "unknown", referred: "referred" };

/** A picture of a status, and the status in words for those who can't see it. */
export function mark(status) {
  const name = PICTURES[status] || "plain";
  return [icon(name), status in PICTURES && spoken(`${t(`status_${status}`)}${t("colon")}`)];
}

/**
 * A reason with what lies below it, as an item of a list.
 * @param {object} reason of the JSON of an explanation
 * @param {(place: string) => HTMLElement|null} change what leads from a value to its question
 */
export function reasonItem(reason, change) {
  // A button inside what unfolds would be reached by no key: only what has no parts leads to its question.
  const lead = reason.parts.length === 0 && change(reason.place);
  return item(reason.status,
    [reason.text, reason.margin && el("span", { class: "margin" }, reason.margin), lead && " ", lead, citation(reason.citations)],
    reason.parts.map((part) => reasonItem(part, change)), reason.status !== "met");
}

/**
 * An item of a tree.
 * @param {string} status
 * @param {Array<any>} words
 * @param {Array<HTMLElement>} below further items
 * @param {boolean} open whether they are unfolded
 * @param {Array<any>} [extra] what stands between the words and the further items
 */
export function item(status, words, below, open, extra = []) {
  const node = el("div", { class: "node" }, mark(status), el("div", { class: "words" }, words));
  const tone = PICTURES[status] || "plain";
  if (!below.length) return el("li", { class: tone }, node, extra);
  return el("li", { class: tone }, el("details", { open }, el("summary", {}, node), extra, el("ul", {}, below)));
}

/** Clauses behind a text. */
export function citation(citations) {
  return citations && citations.length > 0 && el("span", { class: "cite" }, cited(citations));
}
