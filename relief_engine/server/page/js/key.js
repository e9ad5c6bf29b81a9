// Asking for the API key, where the service wants one.

import { el } from "./dom.js";
import { t } from "./i18n.js";

/**
 * Ask for the key in a dialog.
 * @param {boolean} again whether a key was refused just now
 * @returns {Promise<string|null>} null if the dialog was left
 */
export function askKey(again) {
  return new Promise((resolve) => {
    const field = el("input", { type: "password", id: "api-key", autocomplete: "off", required: true,
      "aria-describedby": "api-key-hint" });
    const dialog = el("dialog", { "aria-labelledby": "api-key-title" },
      el("form", { method: "dialog" },
        el("h2", { id: "api-key-title" }, t("key_title")),
        again && el("p", { class: "error" }, t("key_again")),
        el("label", { for: "api-key" }, t("key_label")),
        el("p", { class: "hint", id: "api-key-hint" }, t("key_hint")),
        field,
        el("div", { class: "actions" },
          el("button", { class: "button first", value: "use" }, t("key_use")),
          el("button", { class: "button", value: "", formnovalidate: true }, t("cancel")))));
    dialog.addEventListener("close", () => {
      const given = dialog.returnValue === "use" ? field.value.trim() : null;
      dialog.remove();
      resolve(given || null);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
