// The form as a whole: every fact by what it is about, folded, for those who would rather type than be asked.

import { announce, button, el, fill, focusOn, link, spoken } from "./dom.js";
import { fieldOf } from "./fields.js";
import { saveProfile } from "./files.js";
import { t } from "./i18n.js";
import { aboutWhat, fieldId, keyOf, subjectName, withoutSubject } from "./places.js";
import { besideFields, problemBox } from "./problems.js";
import { asked, book, decideNow, know, state } from "./state.js";

/** @param {(view: string) => void} go */
export function wholeView(go) {
  const form = new WholeForm(go);
  return { nodes: [
    el("h1", {}, t("form_title")),
    el("p", { class: "lead" }, t("form_lead")),
    form.node,
  ] };
}

class WholeForm {
  constructor(go) {
    this.go = go;
    this.trouble = el("div", {});
    this.groups = el("div", {});
    this.node = el("form", { novalidate: true, on: { submit: (event) => { event.preventDefault(); this.decide(); } } },
      this.trouble, this.groups,
      el("div", { class: "actions" },
        el("button", { class: "button first", type: "submit" }, t("decide")),
        button(t("save"), () => { this.take(); saveProfile(); }),
        el("a", { href: "#ask" }, t("as_questions"))));
    // Whoever leaves for another view keeps what was typed here, up to the last letter.
    this.node.addEventListener("input", () => this.take());
    this.draw();
  }

  draw() {
    /** @type {Map<string, import("./fields.js").Field>} */
    this.fields = new Map();
    const wanted = kindsWanted();
    const about = book.subjects.filter((kind) => wanted.has(kind.id));
    const other = book.subjects.filter((kind) => !wanted.has(kind.id));
    fill(this.groups, about.map((kind) => this.group(kind, true)),
      other.length > 0 && el("details", { id: "other-groups", class: "others" },
        el("summary", {}, t("other_groups", { number: other.length })), other.map((kind) => this.group(kind, false))));
  }

  group(kind, wanted) {
    const held = kind.list ? state.profile[kind.list] : [state.profile[kind.id] || {}];
    const count = kind.list ? held?.length || 0 : 0;
    const add = kind.list && button(t("add_one", { kind: kind.label }), () => {
      this.take();
      const list = [...(state.profile[kind.list] || []), {}];
      know({ ...state.profile, [kind.list]: list });
      this.draw();
      focusOn(document.getElementById(`item-${kind.list}[${list.length - 1}]`));
    });
    return el("details", { class: "group", id: `group-${kind.list || kind.id}`, open: wanted && (!kind.list || count > 0) },
      el("summary", {}, kind.label, kind.list && el("small", {}, t("counted", { number: count, counter: kind.counter }))),
      el("div", { class: "inside" },
        kind.list ? (held || []).map((one, index) => this.item(kind, one, index)) : this.fieldGrid(kind, kind.id, held[0]),
        add));
  }

  item(kind, values, index) {
    const subject = `${kind.list}[${index}]`;
    const remove = () => {
      this.take();
      know(withoutSubject(state.profile, kind.list, index));
      this.draw();
      focusOn(document.querySelector(`[id="group-${kind.list}"] > summary`));
    };
    return el("fieldset", { class: "item" },
      el("legend", { class: "title", id: `item-${subject}` }, subjectName(subject)),
      this.fieldGrid(kind, subject, values),
      el("p", {}, link([t("remove_one"), spoken(` ${subjectName(subject)}`)], remove)));
  }

  fieldGrid(kind, subject, values) {
    const facts = [...book.facts.values()].filter((fact) => fact.subject === kind.id);
    const [used, unused] = [facts.filter((fact) => matters(fact)), facts.filter((fact) => !matters(fact))];
    const grid = (some) => el("div", { class: "grid" }, some.map((fact) => this.cell(fact, subject, values[keyOf(fact.fact)])));
    return [grid(used), unused.length > 0 && el("details", { id: `unused-${subject}`, class: "others" },
      el("summary", {}, t("unused_facts", { number: unused.length })), grid(unused))];
  }

  cell(fact, subject, value) {
    const id = fieldId(fact.fact, subject);
    const said = fact.note || fact.question;
    const field = fieldOf(fact, id, value, { alone: false, described: `${id}-about` });
    this.fields.set(id, Object.assign(field, { fact, subject }));
    return el("div", { class: fact.type === "steps" ? "broad" : null }, field.node, el("p", { class: "hint", id: `${id}-about` }, said));
  }

  /** The profile as the fields say; what no field is for, such as answers of people, stays. */
  take() {
    const profile = structuredClone(state.profile);
    for (const [, { fact, subject, read }] of this.fields) {
      const [, name, index] = /^(\w+?)(?:\[(\d+)\])?$/.exec(subject);
      const holder = index === undefined ? profile[name] ??= {} : profile[name][Number(index)];
      const value = read();
      if (value === undefined) delete holder[keyOf(fact.fact)];
      else holder[keyOf(fact.fact)] = value;
    }
    if (JSON.stringify(profile) !== JSON.stringify(state.profile)) know(profile);
  }

  /** Unfold what holds the fields that findings are about. */
  unfold(problem) {
    for (const found of problem.errors) {
      const about = aboutWhat(found.pointer);
      const field = about && this.fields.get(fieldId(about.fact, about.subject));
      for (let around = field?.node.closest("details"); around; around = around.parentElement.closest("details")) around.open = true;
    }
  }

  async decide() {
    if (this.node.hasAttribute("aria-busy")) return; // pressed twice
    this.take();
    fill(this.trouble);
    for (const wrong of this.node.querySelectorAll("[aria-invalid]")) wrong.removeAttribute("aria-invalid");
    for (const message of this.node.querySelectorAll(".error")) message.hidden = true;
    this.node.setAttribute("aria-busy", "true");
    announce(t("one_moment"));
    try {
      await decideNow();
    } catch (problem) {
      this.unfold(problem);
      const left = besideFields(problem, this.fields);
      if (left.length || !problem.errors.length) fill(this.trouble, problemBox(problem, left));
      return;
    } finally {
      this.node.removeAttribute("aria-busy");
    }
    if (!this.node.isConnected) return; // the user has gone elsewhere
    this.take(); // what was typed meanwhile
    this.go("result");
  }
}

/** Whether a programme asked for reads a fact; who is meant is always worth a field. */
function matters(fact) {
  const ids = asked();
  return !fact.programmes.length || !ids || fact.programmes.some((one) => ids.includes(one));
}

/** The kinds of subject that the programmes asked for are about; the applicant always. */
function kindsWanted() {
  const ids = asked();
  const programmes = book.programmes.filter((one) => !ids || ids.includes(one.programme));
  return new Set([book.subjects.find((kind) => !kind.list)?.id, ...programmes.map((one) => one.subject)]);
}
