// Before answers that no file has are thrown away: a question, and a way to save them first.

import { answers, askInDialog } from "./dialog.js";
import { el } from "./dom.js";
import { saveProfile } from "./files.js";
import { listed, t } from "./i18n.js";
import { isBlank, state } from "./state.js";

/**
 * Whether another applicant may take the place of this one. Asks only if something would be lost by that.
 * @returns {Promise<boolean>}
 */
export async function mayLose() {
  if (!state.unsaved || isBlank()) return true;
  const said = await askInDialog("losing-title", t("losing_title"), el("p", {}, t("losing_more")), [
    // The first has the focus: whoever presses Enter without reading loses nothing.
    answers("save", t("losing_save"), { class: "button first" }),
    answers("lose", t("losing_go_on")),
    answers("", t("cancel")),
  ]);
  if (said === "save") saveProfile();
  return said !== "";
}

/**
 * Whether some leases, loans and so on may go with what is known of them. Asks only if there are any.
 * @param {string[]} names of those of which something is known, by their kinds
 * @returns {Promise<boolean>}
 */
export async function mayDrop(names) {
  if (!names.length) return true;
  return await askInDialog("dropping-title", t("dropping_title"), el("p", {}, t("dropping_more", { names: listed(names) })), [
    answers("", t("cancel"), { class: "button first" }),
    answers("drop", t("remove_one")),
  ]) === "drop";
}
