// What stands below a question to help with the answer.

import { el } from "./dom.js";
import { listed, t } from "./i18n.js";

/** How many programmes are named that turn on a question, before the rest is only counted. */
const SHOWN = 3;

/** What helps to answer: the note, what shows it, which programmes turn on it. */
export function helpFor(fact, prompt) {
  const all = (prompt?.programmes || []).map((one) => one.title);
  const titles = all.length > SHOWN ? [...all.slice(0, SHOWN), t("and_more", { number: all.length - SHOWN })] : all;
  const rows = [[t("about_note"), fact.note], [t("about_evidence"), fact.evidence], [t("about_coarse"), prompt?.coarse],
    [t("about_programmes"), listed(titles)]];
  const told = rows.filter(([, value]) => value);
  return told.length > 0 && el("dl", { class: "about", id: "question-about" },
    told.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
}
