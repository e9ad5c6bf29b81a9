// What is known in this window. It is kept in memory only and is gone when the window is closed.

import { askJson } from "./api.js";
import { language } from "./i18n.js";

/** The day of today where the user sits, as YYYY-MM-DD. */
function today() {
  const now = new Date();
  return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
}

export const state = {
  /** "rent": what landlords give; "all"; "some": those in `chosen`. */
  scope: "rent",
  /** @type {string[]} ids of programmes */
  chosen: [],
  /** The day of the decision. */
  asOf: today(),
  /** @type {Object<string, any>} a profile as a profile file writes it */
  profile: { applicant: {} },
  /** @type {Array<{fact: string, subject: string}>} questions that were answered with "don't know" */
  passed: [],
  /** Whether something was answered that no file has. */
  unsaved: false,
  /** Counts the applicants: what was asked of one says nothing of the next. */
  applicant: 0,
  /** The question that the view of questions puts when it is shown next, {fact, subject}; null for the one that is due. */
  editing: null,
};

/** What the rulebook says: kinds of subject, facts, codes of industries, programmes; in the language of the page. */
export const book = { subjects: [], facts: new Map(), codes: [], programmes: [], version: null, language: null };

/** Read what the rulebook says, in the language of the page. */
export async function loadBook() {
  const wanted = language;
  const [form, programmes, version] = await Promise.all([
    askJson("v1/form"), askJson("v1/programmes", { query: [["as_of", state.asOf]] }), askJson("v1/version"),
  ]);
  book.subjects = form.subjects;
  book.facts = new Map(form.facts.map((fact) => [fact.fact, fact]));
  book.codes = form.codes;
  book.programmes = programmes.programmes;
  book.version = version;
  book.language = wanted;
}

/** The ids of what landlords give: what property units are asked for most. */
export function rentProgrammes() {
  return book.programmes.filter((programme) => programme.payer === "landlord").map((programme) => programme.programme);
}

/** The ids that are asked for, or undefined for all. */
export function asked() {
  if (state.scope === "all") return undefined;
  return state.scope === "rent" ? rentProgrammes() : state.chosen;
}

/** What every request about this profile says. */
export function request() {
  const programmes = asked();
  return { profile: state.profile, as_of: state.asOf, ...(programmes && { programmes }) };
}

/** Take another profile of the same applicant. */
export function know(profile) {
  state.profile = profile;
  state.unsaved = true;
}

/** Whether nothing is known of the applicant. */
export function isBlank() {
  return Object.values(state.profile).every((held) => !Object.keys(held).length);
}

/** Take the profile of another applicant, as a file has it. Without one, nothing is known of anybody. */
export function startAnew(profile = { applicant: {} }) {
  Object.assign(state, { profile, passed: [], unsaved: false, editing: null, applicant: state.applicant + 1 });
}

/** The last report of POST v1/decide, with what it was asked for. */
let last = null;

/** The report of what is known now, in the language of the page; null if it has not been asked for. */
export function reportNow() {
  return last?.about === aboutNow() ? last.report : null;
}

/**
 * Ask for that report. What changes while the service works makes it a report of something else, and it is not shown.
 * @param {{record?: boolean}} more what the request says besides
 */
export async function decideNow(more = {}) {
  const about = aboutNow();
  last = { about, report: await askJson("v1/decide", { body: { ...request(), verify: true, ...more } }) };
}

function aboutNow() {
  return JSON.stringify([request(), language]);
}
