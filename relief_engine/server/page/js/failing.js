// A place for what is wrong with a field, beside it and tied to it for screen readers.

import { el } from "./dom.js";

/** The place, and how to tell a message about some inputs in it. The field names it in its aria-describedby. */
export function failing(id) {
  const node = el("p", { class: "error", id: `${id}-error`, hidden: true });
  return {
    node,
    tell(message, inputs) {
      node.textContent = message;
      node.hidden = false;
      for (const input of inputs) input.setAttribute("aria-invalid", "true");
    },
  };
}

/** The ids for aria-describedby, out of some that may be missing. */
export function describedBy(...ids) {
  return ids.filter(Boolean).join(" ") || null;
}
