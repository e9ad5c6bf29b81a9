// Saving what was filled in as a profile file, and opening one: the same files that `relief check` reads.

import { Problem, ask, askJson } from "./api.js";
import { el } from "./dom.js";
import { t } from "./i18n.js";
import { startAnew, state } from "./state.js";

/**
 * A profile as YAML. Every text is written in the quotes of JSON, which YAML reads as they are.
 * @param {Object<string, any>} profile
 * @param {string} asOf the day of the decision
 */
export function asYaml(profile, asOf) {
  const lines = [`as_of: ${asOf}`];
  for (const [name, held] of Object.entries(profile)) {
    if (name === "as_of") continue;
    if (Array.isArray(held)) {
      lines.push(held.length ? `${name}:` : `${name}: []`);
      for (const one of held) {
        const said = Object.entries(one);
        lines.push(said.length ? `  -` : `  - {}`);
        for (const [key, value] of said) lines.push(`    ${key}: ${JSON.stringify(value)}`);
      }
    } else {
      lines.push(Object.keys(held).length ? `${name}:` : `${name}: {}`);
      for (const [key, value] of Object.entries(held)) lines.push(`  ${key}: ${JSON.stringify(value)}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

/** Give the user a file. */
export function download(blob, name) {
  const address = URL.createObjectURL(blob);
  const anchor = el("a", { href: address, download: name });
  document.body.append(anchor);
  anchor.click();
  anchor.remove();
  // The browser reads the address after this returns.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** Save the profile. The name of the file says nothing about whom it is. */
export function saveProfile() {
  download(new Blob([asYaml(state.profile, state.asOf)], { type: "application/yaml" }), `${t("profile_file")}-${state.asOf}.yaml`);
  state.unsaved = false;
}

/**
 * Open a profile file. The service reads it, so that a mistake is told as the command line tells it.
 * @returns {Promise<() => void>} puts what was read in the place of what is known: only a file that can be read does
 */
export async function openProfile(file) {
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
  } catch {
    throw new Problem({ title: t("not_utf8"), detail: t("not_utf8_more") });
  }
  const { profile } = await askJson("v1/profile", { body: { file: file.name, text } });
  const { as_of: asOf, ...rest } = profile;
  return () => {
    startAnew(rest);
    if (asOf) state.asOf = asOf;
  };
}

/**
 * A field to choose a file. The browser's own would speak the browser's language: it lies unseen over a button that speaks
 * the page's, and takes clicks, keys and dropped files. A file that was chosen before may be chosen again: it may have been corrected.
 * @param {Object<string, string>} attrs of the field: its id, what it accepts, what describes it
 * @param {(event: Event) => void} change
 */
export function fileField(attrs, change) {
  const anew = (event) => { event.target.value = ""; };
  return el("div", { class: "picker" },
    el("input", { type: "file", title: "", ...attrs, on: { change, click: anew } }),
    el("span", { class: "button", "aria-hidden": "true" }, t("pick_file")));
}

/** Save the explanation as a page of its own, for the file of the case. */
export async function saveExplanation(body) {
  const answer = await ask("v1/explain", { body: { ...body, details: true } });
  download(await answer.blob(), `${t("explanation_file")}-${state.asOf}.html`);
}
