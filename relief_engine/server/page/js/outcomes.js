// How outcomes and statuses look. Colour is never alone: a picture and words go with it.

/** Outcomes in the order in which they are told. */
export const OUTCOMES = ["eligible", "referred", "undetermined", "ineligible", "not_in_force"];

const TONES = { eligible: "met", referred: "referred", undetermined: "unknown", ineligible: "unmet", not_in_force: "none" };

/** The class that gives an outcome its colour. */
export function outcomeTone(outcome) {
  return TONES[outcome] || "none";
}

/** The picture of an outcome in icons.svg. */
export function outcomeIcon(outcome) {
  return TONES[outcome] || "none";
}
