// The question which leases, loans, projects and so on there are.

import { button, el, fill, link } from "./dom.js";
import { language, t } from "./i18n.js";
import { mayDrop } from "./losing.js";
import { subjectNames, withNumber } from "./places.js";
import { besideFields, problemBox } from "./problems.js";
import { state } from "./state.js";

/**
 * @param {object} prompt of kind "subjects": the kinds that may be there
 * @param {HTMLElement} head
 * @param {(answered: (profile: object) => object) => Promise<void>} take
 * @param {(() => void)|null} pass null where it was answered
 * @param {(() => void)|null} leave leaves the answer as it is, where there is one
 */
export function subjectsForm(prompt, head, take, pass, leave) {
  const trouble = el("div", {});
  const inputs = prompt.offered.map((offered) => el("input", {
    type: "number", id: `number--${offered.list}`, min: 0, max: offered.most, step: 1, inputmode: "numeric",
    value: state.profile[offered.list]?.length ?? offered.usual,
    "aria-describedby": counter(offered, "") && `number--${offered.list}-unit`,
  }));
  const answer = async (event) => {
    event.preventDefault();
    const wrong = inputs.find((input) => !input.validity.valid || input.value === "");
    if (wrong) {
      wrong.setAttribute("aria-invalid", "true");
      fill(trouble, el("p", { class: "error", role: "alert" }, t("whole_number", { most: wrong.max })));
      wrong.focus();
      return;
    }
    const counts = prompt.offered.map((offered, index) => [offered.list, Number(inputs[index].value)]);
    if (!(await mayDrop(counts.flatMap(([list, number]) => filledFrom(list, number))))) return;
    try {
      await take((profile) => counts.reduce((made, [list, number]) => withNumber(made, list, number), profile));
    } catch (problem) {
      fill(trouble, problemBox(problem, besideFields(problem, new Map())));
    }
  };
  return el("form", { class: "card question", novalidate: true, on: { submit: answer } },
    head,
    el("h1", {}, prompt.question),
    el("p", { class: "soft" }, t("subjects_hint")),
    trouble,
    el("div", { class: "answer numbers" }, prompt.offered.map((offered, index) => el("div", { class: "number-row" },
      el("label", { for: inputs[index].id }, offered.label),
      el("div", { class: "with-unit" }, inputs[index], counter(offered, inputs[index].id)),
    ))),
    el("div", { class: "actions" },
      el("button", { class: "button first", type: "submit" }, t("next")),
      pass && button(t("pass"), pass),
      leave && link(t("leave_as_is"), leave)));
}

/** Those in a list, from a place on, of which something is known, in words; nothing if there are none. */
function filledFrom(list, number) {
  const found = (state.profile[list] || []).flatMap((one, place) =>
    place >= number && Object.keys(one).length ? [`${list}[${place}]`] : []);
  return found.length ? [subjectNames(found)] : [];
}

/** What things of a kind are counted by: 份, 笔. English has no such word. */
function counter(offered, id) {
  return language === "zh" && el("span", { class: "unit", id: `${id}-unit` }, offered.counter);
}
