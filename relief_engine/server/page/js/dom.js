// Making and changing elements. All text goes in as text nodes, so no text of a user or of the service is ever markup.

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element. `attrs` are attributes; a value of false, null or undefined leaves one out, true sets it empty; `on` holds
 * listeners. `children` are nodes, texts, lists of them, or nothing.
 * @param {string} tag
 * @param {Object<string, any>} attrs
 * @param {...any} children
 * @returns {HTMLElement}
 */
export function el(tag, attrs = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attrs)) {
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) made.addEventListener(event, listener);
    } else if (value !== false && value !== null && value !== undefined) {
      made.setAttribute(name, value === true ? "" : String(value));
    }
  }
  made.append(...nodes(children));
  return made;
}

/** Children as nodes and texts, without what is nothing. */
function nodes(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false && child !== "");
}

/** A picture of icons.svg. It says nothing of its own: the words beside it do. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `static/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

/** Words for screen readers only. */
export function spoken(text) {
  return el("span", { class: "spoken" }, text);
}

/** A button that does something on this page. */
export function button(text, press, attrs = {}) {
  return el("button", { type: "button", class: "button", ...attrs, on: { click: press } }, text);
}

/** A button that looks like a link. */
export function link(text, press, attrs = {}) {
  return button(text, press, { class: "link", ...attrs });
}

/** Put other content into an element. */
export function fill(parent, ...children) {
  parent.replaceChildren(...nodes(children));
}

/** Say something to screen readers without moving the focus. */
export function announce(text) {
  const live = document.getElementById("live");
  live.textContent = "";
  // Two equal messages in a row are both read only if there was nothing in between.
  setTimeout(() => { live.textContent = text; }, 50);
}

/** Move the focus to an element that is no control, such as a heading. */
export function focusOn(element) {
  if (!element) return;
  if (!element.matches("a, button, input, select, textarea, summary")) element.tabIndex = -1;
  element.focus();
}

/**
 * What was typed and unfolded in a view, by the ids of its elements, to be put back after the view was drawn anew.
 * @returns {(into: HTMLElement) => void}
 */
export function typed(view) {
  const kept = new Map();
  for (const element of view.querySelectorAll("input[id], select[id], details[id]")) {
    if (element.type === "file") continue;
    kept.set(element.id, element.matches("details") ? element.open : element.matches("[type=radio], [type=checkbox]")
      ? element.checked : element.value);
  }
  return (into) => {
    for (const element of into.querySelectorAll("input[id], select[id], details[id]")) {
      if (!kept.has(element.id) || element.type === "file") continue;
      const value = kept.get(element.id);
      if (element.matches("details")) element.open = value;
      else if (element.matches("[type=radio], [type=checkbox]")) element.checked = value;
      else element.value = value;
      if (element.matches("[type=checkbox]")) element.dispatchEvent(new Event("change"));
    }
  };
}
