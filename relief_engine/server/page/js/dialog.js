// A question that must be answered before anything else: a dialog above the page, left by its buttons or by Esc.

import { el } from "./dom.js";

/**
 * Ask, and wait for the button that is pressed. The focus goes back to where it was.
 * @param {string} id of the heading that names the dialog
 * @param {string} title
 * @param {Array<any>} body what stands below the heading
 * @param {Array<HTMLElement>} buttons their values are what is answered; a press of Esc answers ""
 * @returns {Promise<string>}
 */
export function askInDialog(id, title, body, buttons) {
  return new Promise((resolve) => {
    const dialog = el("dialog", { "aria-labelledby": id },
      el("form", { method: "dialog" }, el("h2", { id }, title), body, el("div", { class: "actions" }, buttons)));
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** A button of a dialog, with what it answers. */
export function answers(value, text, attrs = {}) {
  return el("button", { class: "button", value, ...attrs }, text);
}
