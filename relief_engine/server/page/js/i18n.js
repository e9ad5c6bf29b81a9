// Texts of the page in two languages, and how money and days are written. The texts stand in strings.json.

let strings = {};

/** The language of the page, "zh" or "en", as its address says. */
export let language = new URLSearchParams(location.search).get("lang") === "en" ? "en" : "zh";

/** Read the texts. Nothing can be drawn before. */
export async function loadStrings() {
  strings = await (await fetch("static/strings.json")).json();
}

/**
 * A text, with `{name}` replaced by the value of that name.
 * @param {string} key
 * @param {Object<string, string|number>} values
 */
export function t(key, values = {}) {
  const text = strings[key][language];
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** Take another language, and say so in the address, so that a bookmark keeps it. */
export function setLanguage(chosen) {
  language = chosen;
  const url = new URL(location.href);
  if (chosen === "zh") url.searchParams.delete("lang");
  else url.searchParams.set("lang", chosen);
  history.replaceState(history.state, "", url);
}

/** Put the texts of this language into the frame around the views. */
export function drawFrame() {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  for (const element of document.querySelectorAll("[data-t]")) element.textContent = t(element.dataset.t);
  for (const element of document.querySelectorAll("[data-t-label]")) element.setAttribute("aria-label", t(element.dataset.tLabel));
  const other = language === "zh" ? "en" : "zh";
  const to = document.getElementById("language");
  to.lang = to.hreflang = other === "zh" ? "zh-CN" : "en";
  to.href = `?lang=${other}`;
  to.textContent = other === "zh" ? "中文" : "English";
}

/** Exact digits with separators of thousands: "1234567.50" becomes "1,234,567.50". No arithmetic is done. */
export function digits(text) {
  const [whole, rest] = String(text).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return rest === undefined ? grouped : `${grouped}.${rest}`;
}

/** An amount of yuan, or from one to another. */
export function money(amount) {
  if (!Array.isArray(amount)) return t("yuan", { amount: digits(amount) });
  const [low, high] = amount;
  return low === high ? money(low) : t("yuan", { amount: `${digits(low)}—${digits(high)}` });
}

/** Parts in a row, with the comma of the language. */
export function listed(parts) {
  return parts.join(language === "zh" ? "、" : ", ");
}

/** A name and what it is, with the colon of the language. */
export function pair(name, value) {
  return language === "zh" ? `${name}：${value}` : `${name}: ${value}`;
}

/** Citations in the brackets of the language; nothing for none. */
export function cited(citations) {
  if (!citations || !citations.length) return "";
  return language === "zh" ? `【${citations.join("；")}】` : `[${citations.join("; ")}]`;
}
