// Values of facts in words, as the list of answers shows them.

import { digits, language, t } from "./i18n.js";

/** The marks that a profile file writes for a figure that does not exist and for a lease without an end. */
export const NONE = "not_available";
export const OPEN = "open";

/** A value as the reader knows it: yes, a choice's name, a figure with its unit. */
export function inWords(fact, value) {
  if (value === NONE || value === "无") return t("no_such_figure");
  if (value === OPEN && fact.open_ended) return t("open_ended");
  if (fact.type === "yes_no") return yes(value) === null ? String(value) : t(yes(value) ? "yes" : "no");
  if (fact.type === "choice") return fact.choices.find((choice) => choice.id === value)?.label ?? String(value);
  if (fact.type === "steps" && Array.isArray(value)) {
    const said = value.map((step) => t("step_said", { from: step.from, rent: withUnit(fact, step.monthly_rent) }));
    return said.join(language === "zh" ? "；" : "; ");
  }
  return withUnit(fact, value);
}

/** Whether a value of a yes/no fact means yes; null if it is neither. */
export function yes(value) {
  if (value === true || value === "yes" || value === "是") return true;
  return value === false || value === "no" || value === "否" ? false : null;
}

function withUnit(fact, value) {
  const plain = /^\d+(\.\d+)?$/.test(String(value));
  if (!plain || !fact.unit) return String(value);
  return `${digits(value)} ${fact.unit}`;
}
