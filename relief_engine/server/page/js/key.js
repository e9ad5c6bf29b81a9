// Asking for the API key, where the service wants one.

import { answers, askInDialog } from "./dialog.js";
import { el } from "./dom.js";
import { t } from "./i18n.js";

/**
 * Ask for the key in a dialog.
 * @param {boolean} again whether a key was refused just now
 * @returns {Promise<string|null>} null if the dialog was left
 */
export async function askKey(again) {
  const field = el("input", { type: "password", id: "api-key", autocomplete: "off", required: true,
    "aria-describedby": "api-key-hint" });
  const said = await askInDialog("api-key-title", t("key_title"), [
    again && el("p", { class: "error" }, t("key_again")),
    el("label", { for: "api-key" }, t("key_label")),
    el("p", { class: "hint", id: "api-key-hint" }, t("key_hint")),
    field,
  ], [answers("use", t("key_use"), { class: "button first" }), answers("", t("cancel"), { formnovalidate: true })]);
  return (said === "use" && field.value.trim()) || null;
}
