// A whole rent roll: the file goes to the service, the counts and the result workbook come back.

import { ask } from "./api.js";
import { announce, button, el, fill, focusOn, icon } from "./dom.js";
import { download, fileField } from "./files.js";
import { digits, listed, money, pair, t } from "./i18n.js";
import { OUTCOMES, outcomeIcon, outcomeTone } from "./outcomes.js";
import { problemBox } from "./problems.js";
import { dayField } from "./start.js";
import { book, state } from "./state.js";

/** What was chosen and what came of it, so that another language or view does not lose it. */
const kept = { file: null, programmes: [], outcome: null };

export function rosterView() {
  const trouble = el("div", {});
  const result = el("div", {});
  const form = el("form", { class: "card fields", novalidate: true },
    rosterField(), dayField("roster-day"), programmeField(), trouble,
    el("div", { class: "actions" }, el("button", { class: "button first", type: "submit" }, t("screen"))));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!kept.file) {
      fill(trouble, el("p", { class: "error", role: "alert" }, t("choose_file")));
      document.getElementById("roster-file").focus();
      return;
    }
    fill(trouble);
    screen(form, result);
  });
  if (kept.outcome) fill(result, counts(kept.outcome));
  return { nodes: [el("h1", {}, t("roster_title")), el("p", { class: "lead" }, t("roster_lead")), form, result] };
}

function rosterField() {
  const chosen = el("p", { class: "hint", id: "roster-chosen" }, kept.file ? pair(t("file_chosen"), kept.file.name) : "");
  const choose = (event) => {
    [kept.file] = event.target.files;
    kept.outcome = null;
    chosen.textContent = kept.file ? pair(t("file_chosen"), kept.file.name) : "";
  };
  return el("div", {},
    el("label", { for: "roster-file" }, t("roster_file")),
    el("p", { class: "hint", id: "roster-file-hint" }, t("roster_file_hint")),
    fileField({ id: "roster-file", accept: ".xlsx,.xls,.csv,.txt,.tsv", "aria-describedby": "roster-file-hint roster-chosen" }, choose),
    chosen);
}

/** Which programmes; none chosen means those that the columns of the roster are about. */
function programmeField() {
  const box = ({ programme }) => {
    const change = (event) => {
      kept.programmes = kept.programmes.filter((one) => one !== programme).concat(event.target.checked ? [programme] : []);
    };
    return el("input", {
      type: "checkbox", id: `roster--${programme}`, checked: kept.programmes.includes(programme), on: { change },
    });
  };
  return el("details", { id: "roster-programmes" },
    el("summary", {}, t("roster_programmes")),
    el("fieldset", {}, el("legend", { class: "hint" }, t("roster_programmes_hint")),
      el("div", { class: "choices" }, book.programmes.map((programme) =>
        el("label", { class: "choice" }, box(programme), el("span", {}, programme.title))))));
}

async function screen(form, result) {
  const send = form.querySelector("[type=submit]");
  const stop = new AbortController();
  const seconds = el("span", { "aria-hidden": "true" });
  const began = Date.now();
  const clock = setInterval(() => { seconds.textContent = t("seconds", { number: Math.round((Date.now() - began) / 1000) }); }, 1000);
  send.disabled = true;
  fill(result, el("section", { class: "card" },
    el("h2", {}, t("screening", { file: kept.file.name }), " ", seconds),
    el("progress", { "aria-label": t("screening", { file: kept.file.name }) }),
    button(t("stop"), () => stop.abort())));
  announce(t("screening", { file: kept.file.name }));
  const query = [["filename", kept.file.name], ["as_of", state.asOf], ...kept.programmes.map((one) => ["programme", one])];
  try {
    const answer = await ask("v1/screen", { raw: kept.file, query, signal: stop.signal });
    kept.outcome = {
      told: JSON.parse(answer.headers.get("Relief-Screening")), workbook: await answer.blob(),
      name: fileName(answer.headers.get("Content-Disposition")),
    };
    fill(result, counts(kept.outcome));
    focusOn(result.querySelector("h2"));
  } catch (problem) {
    fill(result, problem.name === "AbortError" ? el("p", { role: "status" }, t("stopped")) : problemBox(problem));
  } finally {
    clearInterval(clock);
    send.disabled = false;
  }
}

/** The name that the service gives the workbook. */
function fileName(disposition) {
  const found = /filename\*=UTF-8''([^;]+)/i.exec(disposition || "");
  return found ? decodeURIComponent(found[1]) : `${t("result_file")}-${state.asOf}.xlsx`;
}

/** How many rows came to what, with the sums, and the workbook. */
function counts({ told, workbook, name }) {
  const [low, high] = told.total_if_granted;
  const open = told.referred_without_figure;
  const sums = {
    eligible: money(told.total),
    referred: Number(high) || open ? [
      pair(t("if_all_granted"), open ? t("at_least", { amount: money(low) }) : money([low, high])),
      open > 0 && el("span", { class: "cite" }, ` ${t("without_figure", { number: open })}`),
    ] : "",
  };
  const row = (outcome) => el("tr", { class: outcomeTone(outcome) },
    el("th", { scope: "row" }, icon(outcomeIcon(outcome)), t(`outcome_${outcome}`)),
    el("td", { class: "number" }, digits(told.outcomes[outcome])), el("td", {}, sums[outcome] || ""));
  return el("section", { class: "card screened" },
    el("h2", {}, t("screened")),
    el("p", {}, t("rows_read", { rows: digits(told.rows), decided: digits(told.decided), rejected: digits(told.rejected) })),
    el("p", { class: "soft" }, pair(t("day_title"), told.as_of), " · ", pair(t("programmes"), titles(told.programmes))),
    el("table", { class: "counts" },
      el("caption", { class: "spoken" }, t("screened")),
      el("thead", {}, el("tr", {}, ["column_outcome", "column_number", "column_sum"].map((key, index) =>
        el("th", { scope: "col", class: index === 1 ? "number" : null }, t(key))))),
      el("tbody", {}, OUTCOMES.filter((outcome) => told.outcomes[outcome]).map(row))),
    peopleSaid(told),
    told.rejected > 0 && el("p", { class: "error" }, t("rejected_hint", { number: digits(told.rejected) })),
    told.remarks?.length > 0 && el("details", { id: "roster-remarks" }, el("summary", {}, t("how_read")),
      el("ul", { class: "bulleted" }, told.remarks.map((remark) => el("li", {}, remark)))),
    el("div", { class: "actions" },
      button([icon("table"), t("download")], () => download(workbook, name), { class: "button first" })));
}

/** What people had decided already, in columns of the roster: counted apart from what the rules say. */
function peopleSaid(told) {
  const states = Object.entries(told.by_people || {}).filter(([, number]) => number > 0);
  return states.length > 0 && el("p", {},
    pair(t("people_title"), listed(states.map(([state, number]) => `${t(`people_state_${state}`)} ${digits(number)}`))), " · ",
    pair(t("total_by_people"), money(told.total_by_people)));
}

function titles(ids) {
  return ids.map((id) => book.programmes.find((one) => one.programme === id)?.title || id).join("；");
}
