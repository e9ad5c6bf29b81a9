// Before answers that no file has are thrown away: a question, and a way to save them first.

import { answers, askInDialog } from "./dialog.js";
import { el } from "./dom.js";
import { saveProfile } from "./files.js";
import { t } from "./i18n.js";
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
