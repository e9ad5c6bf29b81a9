// The questions, one at a time: only those whose answer can still change a decision, as the service says.

import { askJson } from "./api.js";
import { answeredList, soFar } from "./answered.js";
import { verdictBox } from "./decision.js";
import { announce, button, el, fill, focusOn, icon, link } from "./dom.js";
import { fieldOf } from "./fields.js";
import { listed, t } from "./i18n.js";
import { fieldId, placed, subjectName, valueAt, withValue } from "./places.js";
import { besideFields, problemBox } from "./problems.js";
import { book, know, request, state } from "./state.js";
import { subjectsForm } from "./subjects.js";

/** How many programmes are named that turn on a question, before the rest is only counted. */
const SHOWN = 3;

/** @param {(view: string) => void} go */
export function interviewView(go) {
  const asking = el("div", { "aria-busy": "true" }, el("p", { class: "soft" }, t("one_moment")));
  const aside = el("aside", { "aria-label": t("answered_title") });
  const ready = new Interview(asking, aside, go).show(false);
  return { nodes: [el("div", { class: "split" }, asking, aside)], ready };
}

class Interview {
  constructor(asking, aside, go) {
    this.asking = asking;
    this.aside = aside;
    this.go = go;
  }

  /** Show the question to put now: one that is being changed, else the next that the service names. */
  async show(focus = true) {
    this.asking.setAttribute("aria-busy", "true");
    try {
      this.step = await next(state.profile);
    } catch (problem) {
      this.draw(problemBox(problem, problem.errors, (about) => this.change(about)));
      return;
    } finally {
      this.asking.removeAttribute("aria-busy");
    }
    this.drawStep(focus);
  }

  drawStep(focus) {
    const { editing } = state;
    const prompt = this.step.prompt;
    let what;
    if (editing) what = this.question(book.facts.get(editing.fact), editing.subject, null);
    else if (!prompt) what = this.end();
    else if (prompt.kind === "subjects") {
      what = subjectsForm(prompt, this.head(prompt), (answered) => this.take(answered), () => this.pass(prompt));
    } else what = this.question(book.facts.get(prompt.fact), prompt.subject, prompt);
    this.draw(what);
    if (focus) focusOn(this.asking.querySelector("h1"));
    announce(editing ? "" : prompt ? t("question_announced") : this.step.done ? t("all_certain") : t("rest_passed"));
  }

  draw(...what) {
    fill(this.asking, ...what);
    fill(this.aside, this.step && soFar(this.step), answeredList((about) => this.change(about)));
  }

  /** Go back to a question that was answered or passed. */
  change(about) {
    if (this.busy()) return;
    state.passed = state.passed.filter((one) => !(one.fact === about.fact && placed(one.subject) === placed(about.subject)));
    state.editing = book.facts.has(about.fact) ? about : null;
    if (this.step && state.editing) this.drawStep(true);
    else this.show();
  }

  /** Whether the service is still at work on the last press. */
  busy() {
    return this.asking.hasAttribute("aria-busy");
  }

  /**
   * Take one more answer, if the service can use it.
   * @param {(profile: object) => object} answered a profile with the answer
   */
  async take(answered) {
    if (this.busy()) return; // pressed twice
    const { applicant } = state;
    this.asking.setAttribute("aria-busy", "true");
    try {
      this.step = await next(answered(state.profile));
    } finally {
      this.asking.removeAttribute("aria-busy");
    }
    // Another view may have been filled in meanwhile, of this applicant or of another.
    if (state.applicant !== applicant) return;
    know(answered(state.profile));
    if (!this.asking.isConnected) return;
    state.editing = null;
    this.drawStep(true);
  }

  pass(prompt) {
    if (this.busy()) return;
    state.passed.push({ fact: prompt.fact, subject: prompt.subject });
    state.editing = null;
    this.show();
  }

  head(prompt, subject) {
    const { decided, undetermined } = this.step.progress;
    return el("div", { class: "question-head" },
      subject && el("span", {}, subjectName(subject)),
      el("span", {}, t("progress", { decided, all: decided + undetermined })),
      prompt?.settles?.[1] > 0 && el("span", {}, t("settles", { number: prompt.settles[1] })));
  }

  question(fact, subject, prompt) {
    const id = fieldId(fact.fact, subject);
    const field = fieldOf(fact, id, valueAt(state.profile, fact.fact, subject), { alone: true, described: "question-about" });
    const trouble = el("div", {});
    const answer = async (event) => {
      event.preventDefault();
      const value = field.read();
      if (value === undefined) {
        field.fail(t("fill_or_pass"));
        field.focus();
        return;
      }
      fill(trouble);
      try {
        await this.take((profile) => withValue(profile, fact.fact, subject, value));
      } catch (problem) {
        const left = besideFields(problem, new Map([[id, field]]));
        if (left.length || !problem.errors.length) {
          fill(trouble, problemBox(problem, left, (about) => this.change(about)));
        }
      }
    };
    const skip = () => {
      if (this.busy()) return;
      if (valueAt(state.profile, fact.fact, subject) !== undefined) know(withValue(state.profile, fact.fact, subject, undefined));
      this.pass({ fact: fact.fact, subject });
    };
    return el("form", { class: "card question", novalidate: true, on: { submit: answer } },
      this.head(prompt, subject),
      el("h1", {}, fact.question),
      about(fact, prompt),
      trouble,
      el("div", { class: "answer" }, field.node),
      prompt?.instead.length > 0 && el("p", { class: "soft" }, t("instead"), " ",
        prompt.instead.map((other) => [link(other.label, () => this.change({ fact: other.fact, subject })), " "])),
      el("div", { class: "actions" },
        el("button", { class: "button first", type: "submit" }, t("next")),
        button(t("pass"), skip),
        state.editing && link(t("leave_as_is"), () => { state.editing = null; this.drawStep(true); })));
  }

  /** No question is left. */
  end() {
    const { waiting } = this.step;
    return el("section", { class: "card question" },
      el("h1", {}, icon(this.step.done ? "met" : "unknown"), " ", t(this.step.done ? "all_certain" : "rest_passed")),
      el("ul", { class: "ending" }, this.step.decisions.filter((one) => one.outcome !== "not_in_force").slice(0, SHOWN).map((one) =>
        el("li", {}, el("p", { class: "soft" }, one.subject === "applicant" ? one.title : `${one.title} · ${one.about}`),
          verdictBox(one.outcome, one.outcome_label, one.sentence)))),
      this.step.decisions.length > SHOWN && el("p", { class: "soft" }, t("and_more", { number: this.step.decisions.length - SHOWN })),
      waiting.length > 0 && el("ul", { class: "plain-list" }, waiting.map((one) =>
        el("li", { class: "unknown" }, icon("unknown"),
          link(one.about ? `${one.about} · ${one.question}` : one.question, () => this.change(one))))),
      this.identity(),
      el("div", { class: "actions" },
        button(t("see_result"), () => this.go("result"), { class: "button first" })));
  }

  /** Who is meant: decides nothing, and helps to tell printed decisions apart. */
  identity() {
    const open = this.step.identity;
    return open.length > 0 && el("div", { class: "part" },
      el("h2", {}, t("identity_title")),
      el("p", { class: "soft" }, t("identity_more")),
      el("ul", {}, open.map((one) => el("li", {},
        link(`${one.about} · ${one.label}`, () => this.change(one))))));
  }
}

/** The next step for a profile. */
function next(profile) {
  return askJson("v1/interview", { body: { ...request(), profile, passed: state.passed } });
}

/** What helps to answer: the note, what shows it, which programmes turn on it. */
function about(fact, prompt) {
  const all = (prompt?.programmes || []).map((one) => one.title);
  const titles = all.length > SHOWN ? [...all.slice(0, SHOWN), t("and_more", { number: all.length - SHOWN })] : all;
  const rows = [[t("about_note"), fact.note], [t("about_evidence"), fact.evidence], [t("about_coarse"), prompt?.coarse],
    [t("about_programmes"), listed(titles)]];
  const told = rows.filter(([, value]) => value);
  return told.length > 0 && el("dl", { class: "about", id: "question-about" },
    told.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
}
