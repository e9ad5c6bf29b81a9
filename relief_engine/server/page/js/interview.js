// The questions, one at a time: only those whose answer can still change a decision, as the service says.

import { askJson } from "./api.js";
import { answeredList, soFar } from "./answered.js";
import { announce, button, el, fill, focusOn, link } from "./dom.js";
import { endOfQuestions } from "./ending.js";
import { fieldOf } from "./fields.js";
import { helpFor } from "./helping.js";
import { t } from "./i18n.js";
import { fieldId, hasPlace, placed, subjectName, valueAt, withValue } from "./places.js";
import { besideFields, problemBox } from "./problems.js";
import { book, know, request, state } from "./state.js";
import { subjectsForm } from "./subjects.js";
import { askedHere, noteHere, noteNext, place } from "./thread.js";

/** What the question for the kinds of subject is called; see the interview's JSON. */
const SUBJECTS = "subjects";

/** @param {(view: string) => void} go */
export function interviewView(go) {
  const asking = el("div", { "aria-busy": "true" }, el("p", { class: "soft" }, t("one_moment")));
  const aside = el("aside", { "aria-label": t("answered_title") });
  const interview = new Interview(asking, aside, go);
  const follow = () => {
    if (!asking.isConnected) removeEventListener("popstate", follow);
    else if (location.hash === "#ask") interview.revisit();
  };
  addEventListener("popstate", follow);
  return { nodes: [el("div", { class: "split" }, asking, aside)], ready: interview.arrive(false) };
}

class Interview {
  constructor(asking, aside, go) {
    this.asking = asking;
    this.aside = aside;
    this.go = go;
    /** What is asked now, {fact, subject}; null at the end. */
    this.about = null;
  }

  /** Show what this entry of the browser's history asks: a question from before, else the next that the service names. */
  async arrive(focus) {
    const wanted = state.editing;
    state.editing = null;
    try {
      this.step = await this.wait(next(state.profile));
    } catch (problem) {
      this.fail(problem);
      return;
    }
    if (!this.asking.isConnected) return;
    const about = this.meant(wanted ?? askedHere());
    noteHere(about);
    await this.put(about, focus);
  }

  /** The same after the browser's Back or Forward: what is known is known, and only another question is put. */
  revisit() {
    if (place() === null) noteHere(this.about); // the link to this view, followed in it
    else if (this.step) this.put(this.meant(askedHere()), true);
    else if (!this.busy()) this.arrive(true);
  }

  /** Go on to a question in an entry of its own; null for the next that the service names. */
  goOn(about) {
    const meant = this.meant(about);
    noteNext(meant);
    return meant || this.step ? this.put(meant, true) : this.arrive(true);
  }

  /** The question that is put for one: itself, unless it is gone; then the next. */
  meant(about) {
    const prompt = this.step?.prompt;
    if (about && (about.fact === SUBJECTS || hasPlace(about))) return about;
    return prompt ? { fact: prompt.fact, subject: prompt.subject } : null;
  }

  /** Wait for the service. */
  async wait(answer) {
    this.asking.setAttribute("aria-busy", "true");
    try {
      return await answer;
    } finally {
      this.asking.removeAttribute("aria-busy");
    }
  }

  /** Show a question: the one that the service names, or one from before, with its answer. */
  async put(about, focus) {
    this.about = about;
    const prompt = this.step?.prompt;
    const again = about !== null && !same(about, prompt);
    let what;
    if (again && about.fact === SUBJECTS) {
      what = await this.subjectsAgain();
      if (!what) return this.put(this.meant(null), focus);
    } else if (again) what = this.question(book.facts.get(about.fact), about.subject, null);
    else if (!about) what = endOfQuestions(this.step, (other) => this.change(other), this.go);
    else if (about.fact === SUBJECTS) what = this.subjects(prompt, () => this.pass(prompt));
    else what = this.question(book.facts.get(about.fact), about.subject, prompt);
    if (this.about !== about) return; // called away meanwhile
    this.draw(what);
    if (focus) focusOn(this.asking.querySelector("h1"));
    announce(again ? "" : prompt ? t("question_announced") : this.step.done ? t("all_certain") : t("rest_passed"));
  }

  fail(problem) {
    this.draw(problemBox(problem, problem.errors, (wrong) => this.change(wrong)));
  }

  draw(...what) {
    fill(this.asking, ...what);
    fill(this.aside, this.step && soFar(this.step), answeredList((about) => this.change(about)));
  }

  /** Go back to a question that was answered or passed. */
  change(about) {
    if (!this.busy()) this.goOn({ fact: about.fact, subject: about.subject });
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
    const passed = state.passed.filter((one) => !same(one, this.about));
    await this.follow(next(answered(state.profile), passed), () => {
      if (state.applicant !== applicant) return false;
      know(answered(state.profile));
      state.passed = passed;
      return true;
    });
  }

  async pass(about) {
    if (this.busy()) return;
    state.passed = [...state.passed.filter((one) => !same(one, about)), { fact: about.fact, subject: about.subject }];
    try {
      await this.follow(next(state.profile), () => true);
    } catch (problem) {
      this.fail(problem);
    }
  }

  /**
   * Go on once the service has answered.
   * @param {() => boolean} keep keeps what was answered; false if it is about nobody any more
   */
  async follow(answer, keep) {
    const from = place();
    const step = await this.wait(answer);
    // Another view may have been filled in meanwhile, of this applicant or of another.
    if (!keep() || !this.asking.isConnected) return;
    this.step = step;
    // Nor is anybody called away who has gone back meanwhile.
    if (place() === from) await this.goOn(null);
    else await this.put(this.meant(askedHere()), false);
  }

  head(prompt, subject) {
    const { decided, undetermined } = this.step?.progress ?? {};
    return el("div", { class: "question-head" },
      subject && el("span", {}, subjectName(subject)),
      this.step && el("span", {}, t("progress", { decided, all: decided + undetermined })),
      prompt?.settles?.[1] > 0 && el("span", {}, t("settles", { number: prompt.settles[1] })));
  }

  subjects(prompt, pass) {
    return subjectsForm(prompt, this.head(prompt), (answered) => this.take(answered), pass,
      pass ? null : () => this.goOn(null));
  }

  /** The question for the kinds of subject, as the service puts it where it was not answered; null if nothing needs it. */
  async subjectsAgain() {
    const lists = book.subjects.map((kind) => kind.list).filter(Boolean);
    const blank = Object.fromEntries(Object.entries(state.profile).filter(([name]) => ![...lists, "resolutions"].includes(name)));
    try {
      const { prompt } = await this.wait(next(blank, state.passed.filter((one) => one.fact !== SUBJECTS)));
      return prompt?.kind === SUBJECTS ? this.subjects(prompt, null) : null;
    } catch (problem) {
      return problemBox(problem);
    }
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
      helpFor(fact, prompt),
      trouble,
      el("div", { class: "answer" }, field.node),
      prompt?.instead.length > 0 && el("p", { class: "soft" }, t("instead"), " ",
        prompt.instead.map((other) => [link(other.label, () => this.change({ fact: other.fact, subject })), " "])),
      el("div", { class: "actions" },
        el("button", { class: "button first", type: "submit" }, t("next")),
        button(t("pass"), skip),
        !prompt && link(t("leave_as_is"), () => this.goOn(null))));
  }
}

/** The next step for a profile. */
function next(profile, passed = state.passed) {
  return askJson("v1/interview", { body: { ...request(), profile, passed } });
}

/** Whether two questions are the same one. */
function same(one, other) {
  return one?.fact === other?.fact && placed(one?.subject || "") === placed(other?.subject || "");
}
