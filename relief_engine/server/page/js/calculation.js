// The calculation, line by line, as one would write it on paper; each line unfolds to its figures and reasons.

import { el } from "./dom.js";
import { pair, t } from "./i18n.js";
import { citation, reasonItem } from "./tree.js";

/** @param {Array<object>} lines of the JSON of an explanation; @param {Function} change see tree.js */
export function calculation(lines, change) {
  return el("ol", { class: "sum" }, lines.map((line) => el("li", {},
    el("div", { class: "line" },
      el("span", { class: "name" }, line.title),
      line.written !== line.result && el("span", { class: "written" }, `${line.written} =`),
      el("span", { class: "result" }, line.result)),
    line.rounded && el("p", { class: "soft" }, pair(t("rounded"), line.rounded), " ", citation(line.rounded_by)),
    (line.factors.length > 0 || line.because.length > 0) && el("details", {},
      el("summary", {}, t("where_from")),
      el("ul", { class: "tree" }, line.because.map((reason) => reasonItem(reason, change))),
      el("ul", {}, line.factors.map((factor) => el("li", { class: "factor" },
        el("span", {}, pair(factor.title, factor.value)), change(factor.place), citation(factor.citations))))))));
}
