// The small form for a person's answer to a referral. The answer goes into the profile, and the service decides anew.

import { askJson } from "./api.js";
import { button, el, fill } from "./dom.js";
import { describedBy, failing } from "./failing.js";
import { t } from "./i18n.js";
import { atItsPlace, byItsName } from "./places.js";
import { problemBox } from "./problems.js";
import { know, request, state } from "./state.js";
import { yes } from "./words.js";

/** Whether somebody has begun to fill in an answer that stands in no profile yet. */
export const begun = () => document.querySelector(".resolving form[data-typed]") !== null;

/**
 * A form for the answers to a decision's referrals, folded.
 * @param {object} decision that is referred
 * @param {() => void} redo shows the report anew
 */
export function resolutionForm(decision, redo) {
  const id = `answer-${decision.programme}-${decision.subject}`;
  return el("details", { class: "no-print resolving", id },
    el("summary", {}, t("resolve_title")),
    el("p", { class: "soft" }, t("resolve_hint")),
    decision.referrals.map((referral) => oneForm(decision, referral, `${id}-${referral.id}`, redo)));
}

/** The answer that the profile has to a referral. */
function given(decision, referral) {
  return (state.profile.resolutions || []).find((one) => same(one, decision, referral)) || {};
}

function same(one, decision, referral) {
  const place = atItsPlace(one.subject, state.profile);
  return one.programme === decision.programme && one.referral === referral.id && place === decision.subject;
}

function oneForm(decision, referral, id, redo) {
  const before = given(decision, referral);
  const said = before.granted === undefined ? null : yes(before.granted);
  const wrong = failing(id);
  const trouble = el("div", {});
  const radio = (value, text) => el("label", { class: "choice" },
    el("input", { type: "radio", name: id, id: `${id}--${value}`, value, checked: said === (value === "yes") }),
    el("span", {}, text));
  const field = (name, label, attrs = {}, unit = null) => el("div", {},
    el("label", { for: `${id}--${name}` }, label),
    el("div", { class: "with-unit" },
      el("input", { type: "text", id: `${id}--${name}`, autocomplete: "off", value: before[name], ...attrs }),
      unit && el("span", { class: "unit" }, unit)));
  const form = el("form", { class: "fields", novalidate: true },
    el("fieldset", { "aria-describedby": describedBy(`${id}-error`) },
      el("legend", { class: "title" }, referral.title),
      el("div", { class: "choices two" }, radio("yes", t("people_granted")), radio("no", t("people_refused")))),
    el("div", { class: "grid" },
      field("amount", t("resolve_amount"), { inputmode: "decimal" }, t("unit_yuan")),
      field("on", t("resolve_on"), { type: "date" }),
      field("by", t("resolve_by")),
      field("note", t("resolve_note"))),
    wrong.node, trouble,
    el("div", { class: "actions" },
      el("button", { class: "button first", type: "submit" }, t("resolve_save")),
      said !== null && button(t("resolve_remove"), () => keep(null))));
  form.addEventListener("input", () => { form.dataset.typed = ""; });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const granted = form.querySelector("input[type=radio]:checked")?.value;
    const read = (name) => document.getElementById(`${id}--${name}`).value.trim();
    const told = { amount: read("amount"), on: read("on"), by: read("by"), note: read("note") };
    if (!granted || !told.on || !told.by) {
      wrong.tell(t("resolve_needs"), []);
      form.querySelector("input").focus();
      return;
    }
    const about = { programme: decision.programme, subject: byItsName(decision), referral: referral.id };
    const answer = { ...about, granted, on: told.on, by: told.by };
    if (told.amount) answer.amount = told.amount;
    if (told.note) answer.note = told.note;
    keep(answer);
  });

  /** Put the answer into the profile in place of one before, if the service can use it. */
  async function keep(answer) {
    if (form.hasAttribute("aria-busy")) return; // pressed twice
    form.setAttribute("aria-busy", "true");
    const { applicant } = state;
    try {
      await askJson("v1/decide", { body: { ...request(), profile: answered(state.profile, answer) } });
    } catch (problem) {
      fill(trouble, problemBox(problem));
      return;
    } finally {
      form.removeAttribute("aria-busy");
    }
    if (state.applicant !== applicant) return;
    know(answered(state.profile, answer));
    if (form.isConnected) redo();
  }

  /** A profile with this answer in place of one before; null takes it away. */
  function answered({ resolutions = [], ...rest }, answer) {
    const others = resolutions.filter((one) => !same(one, decision, referral));
    const all = answer ? [...others, answer] : others;
    return all.length ? { ...rest, resolutions: all } : rest;
  }
  return form;
}
