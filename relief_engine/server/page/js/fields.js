// The field for one fact, made from what the rulebook says of it: no fact is known to this page by name.

import { el } from "./dom.js";
import { describedBy, failing } from "./failing.js";
import { t } from "./i18n.js";
import { stepsField } from "./steps.js";
import { NONE, OPEN, yes } from "./words.js";

/**
 * A field: its node, what was put in, and a place for what is wrong with it.
 * @typedef {{node: HTMLElement, read: () => any, fail: (message: string) => void, focus: () => void}} Field
 *
 * `read` gives a value as a profile file writes it, undefined where nothing was put in.
 */

/** The most choices that are shown as a list of buttons at once. */
const AT_A_GLANCE = 24;

/**
 * The field of a fact.
 * @param {object} fact
 * @param {string} id of the field: unlike any other on the page
 * @param {any} value what is known; undefined for nothing
 * @param {{alone: boolean, described?: string}} how `alone`: the question stands above it as the view's heading, and
 *   choices are laid out; `described`: ids of elements that say more about it
 * @returns {Field}
 */
export function fieldOf(fact, id, value, how) {
  const choices = choicesOf(fact);
  if (fact.type === "steps") return stepsField(fact, id, value, how);
  if (choices && how.alone && choices.length <= AT_A_GLANCE) return radios(fact, id, value, choices, how);
  if (choices) return select(fact, id, value, choices, how);
  return line(fact, id, value, how);
}

function choicesOf(fact) {
  if (fact.type === "choice") return fact.choices;
  return fact.type === "yes_no" ? [{ id: "yes", label: t("yes") }, { id: "no", label: t("no") }] : null;
}

/** The choice that a value names. */
function chosen(fact, value) {
  if (fact.type !== "yes_no") return value;
  const said = yes(value);
  return said === null ? undefined : said ? "yes" : "no";
}

function radios(fact, id, value, choices, how) {
  const wrong = failing(id);
  const now = chosen(fact, value);
  const inputs = choices.map((choice) =>
    el("input", { type: "radio", name: id, id: `${id}--${choice.id}`, value: choice.id, checked: choice.id === now }));
  const layout = choices.length === 2 && fact.type === "yes_no" ? "choices two" : choices.length > 8 ? "choices many" : "choices";
  const node = el("fieldset", { "aria-describedby": describedBy(how.described, `${id}-error`) },
    el("legend", { class: "spoken" }, fact.question),
    el("div", { class: layout }, choices.map((choice, index) =>
      el("label", { class: "choice" }, inputs[index], el("span", {}, choice.label)))),
    wrong.node);
  return {
    node,
    read: () => inputs.find((input) => input.checked)?.value,
    fail: (message) => wrong.tell(message, []),
    focus: () => (inputs.find((input) => input.checked) || inputs[0]).focus(),
  };
}

function select(fact, id, value, choices, how) {
  const wrong = failing(id);
  const now = chosen(fact, value);
  const input = el("select", { id, "aria-describedby": describedBy(how.described, `${id}-error`) },
    el("option", { value: "" }, t("not_filled")),
    choices.map((choice) => el("option", { value: choice.id, selected: choice.id === now }, choice.label)));
  return {
    node: el("div", {}, label(fact, id, how), input, wrong.node),
    read: () => input.value || undefined,
    fail: (message) => wrong.tell(message, [input]),
    focus: () => input.focus(),
  };
}

/** A field of one line: text, a figure with its unit, a day; with a box where the figure may not exist or not end. */
function line(fact, id, value, how) {
  const wrong = failing(id);
  const mark = fact.open_ended ? OPEN : fact.may_be_not_available ? NONE : null;
  const marked = mark !== null && (value === mark || (mark === NONE && value === "无"));
  const input = el("input", {
    id, type: fact.type === "date" ? "date" : "text", autocomplete: "off", value: marked ? "" : value,
    spellcheck: "false", inputmode: ["amount", "count", "number"].includes(fact.type) ? "decimal" : null,
    list: fact.type === "industry_code" ? "industry-codes" : null,
    "aria-describedby": describedBy(how.described, fact.unit && `${id}-unit`, `${id}-error`),
  });
  const box = mark === null ? null : el("input", { type: "checkbox", id: `${id}--${mark}`, checked: marked });
  const follow = () => { input.disabled = box.checked; };
  if (box) {
    box.addEventListener("change", follow);
    follow();
  }
  return {
    node: el("div", {}, label(fact, id, how),
      el("div", { class: "with-unit" }, input, fact.unit && el("span", { class: "unit", id: `${id}-unit` }, fact.unit)),
      box && el("label", { class: "choice tick" }, box, el("span", {}, t(mark === OPEN ? "open_ended" : "no_such_figure"))),
      wrong.node),
    read: () => {
      if (box?.checked) return mark;
      // Of a day that was begun and not finished a browser gives nothing at all.
      if (input.validity.badInput) return t("unfinished_day");
      return input.value.trim() || undefined;
    },
    fail: (message) => wrong.tell(message, [input]),
    focus: () => (box?.checked ? box : input).focus(),
  };
}

/** The name of a field: the question where it stands alone, else the short label. */
function label(fact, id, how) {
  return el("label", { for: id, class: how.alone ? "spoken" : null }, how.alone ? fact.question : fact.label);
}
