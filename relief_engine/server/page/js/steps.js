// The field for figures that change from a day on, such as a rent in steps: a row for each step.

import { button, el, fill, link } from "./dom.js";
import { describedBy, failing } from "./failing.js";
import { t } from "./i18n.js";

/** The same as the other fields (see fields.js); its value is a list of {from, monthly_rent}. */
export function stepsField(fact, id, value, how) {
  const wrong = failing(id);
  const rows = el("div", {});
  let steps = Array.isArray(value) && value.length ? value.map((step) => ({ ...step })) : [{}];

  const take = () => {
    steps = [...rows.children].map((row) => {
      const [from, rent] = row.querySelectorAll("input");
      return { from: from.value, monthly_rent: rent.value.trim() };
    });
  };
  const draw = () => fill(rows, steps.map((step, index) => {
    const [day, rent] = [`${id}--from-${index}`, `${id}--rent-${index}`];
    return el("div", { class: "steps-row", role: "group", "aria-label": t("step_number", { number: index + 1 }) },
      el("div", {}, el("label", { for: day }, t("step_from")), el("input", { type: "date", id: day, value: step.from })),
      el("div", {}, el("label", { for: rent }, t("step_rent", { unit: fact.unit || "" })),
        el("input", { type: "text", id: rent, inputmode: "decimal", autocomplete: "off", value: step.monthly_rent })),
      steps.length > 1 && link(t("step_remove", { number: index + 1 }), () => { take(); steps.splice(index, 1); draw(); }));
  }));
  draw();

  return {
    node: el("fieldset", { id, "aria-describedby": describedBy(how.described, `${id}-error`) },
      el("legend", { class: how.alone ? "spoken" : "label" }, how.alone ? fact.question : fact.label),
      rows,
      button(t("step_more"), () => {
        take();
        steps.push({});
        draw();
        rows.lastElementChild.querySelector("input").focus();
      }),
      wrong.node),
    read: () => {
      take();
      const filled = steps.filter((step) => step.from || step.monthly_rent);
      return filled.length ? filled : undefined;
    },
    fail: (message) => wrong.tell(message, rows.querySelectorAll("input")),
    focus: () => rows.querySelector("input").focus(),
  };
}
