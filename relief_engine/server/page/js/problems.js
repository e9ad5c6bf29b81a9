// Telling what the service found wrong: beside the field where there is one, else in a box at the top.

import { el, focusOn, link } from "./dom.js";
import { pair, t } from "./i18n.js";
import { aboutWhat, fieldId, subjectName } from "./places.js";
import { book } from "./state.js";

/** Where a finding stands in a file, in words; nothing if it has no place. */
function place(found) {
  if (!found.line) return "";
  return found.column ? t("at_line_column", { line: found.line, column: found.column }) : t("at_line", { line: found.line });
}

/**
 * Tell each finding beside its field.
 * @param {Problem} problem
 * @param {Map<string, Field>} fields by their ids
 * @returns {Array<object>} the findings that no field here is for
 */
export function besideFields(problem, fields) {
  const left = [];
  let first = null;
  for (const found of problem.errors) {
    const about = aboutWhat(found.pointer);
    const field = about && fields.get(fieldId(about.fact, about.subject));
    if (!field) left.push(found);
    else {
      field.fail(found.message);
      first ??= field;
    }
  }
  first?.focus();
  return left;
}

/**
 * A box with what went wrong, which takes the focus once it is on the page.
 * @param {Problem} problem
 * @param {Array<object>} errors the findings to tell: all, or those that have no field
 * @param {(about: {fact: string, subject: string}) => void} [go] leads to the answer that a finding is about
 */
export function problemBox(problem, errors = problem.errors, go = null) {
  const said = problem.detail && !errors.some((found) => found.message === problem.detail);
  const box = el("section", { class: "problem", role: "alert" },
    el("h2", {}, problem.title),
    said && el("p", {}, problem.detail),
    errors.length > 0 && el("ul", {}, errors.map((found) => {
      const about = aboutWhat(found.pointer);
      const where = about ? pair(`${subjectName(about.subject)} · ${book.facts.get(about.fact).label}`, "") : place(found);
      return el("li", {}, where && el("strong", {}, `${where} `), found.message, " ",
        about && go && link(t("change"), () => go(about)));
    })));
  queueMicrotask(() => box.isConnected && focusOn(box.querySelector("h2")));
  return box;
}
