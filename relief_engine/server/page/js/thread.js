// The questions one after the other as entries of the browser's history, so that Back leads to the question before.
// An entry holds a number and nothing else; what was asked there is kept in this window, as everything is.

import { state } from "./state.js";

/** The browser keeps its entries when the page is loaded anew, but what they asked is gone: theirs are told apart. */
const OURS = performance.timeOrigin;

/** @type {Array<{applicant: number, about: object|null}>} by the numbers of their entries */
const asked = [];

function entry(about) {
  asked.push({ applicant: state.applicant, about });
  return { window: OURS, place: asked.length - 1 };
}

/** The number of the entry that the browser shows; null if no question is noted there. */
export function place() {
  return history.state?.window === OURS ? history.state.place : null;
}

/** What is asked there, {fact, subject}; null if that is the next question, or one of another applicant. */
export function askedHere() {
  const found = asked[place()];
  return found?.applicant === state.applicant ? found.about : null;
}

/** Note what is asked in the entry that the browser shows. */
export function noteHere(about) {
  history.replaceState(entry(about), "");
}

/** Begin a new entry for what is asked now. */
export function noteNext(about) {
  history.pushState(entry(about), "");
}
