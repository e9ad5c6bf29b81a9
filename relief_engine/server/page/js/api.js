// Talking to the service that this page came from. Nothing else is ever asked.

import { language, t } from "./i18n.js";
import { askKey } from "./key.js";

/** What the service could not do, as it says itself (RFC 9457), or that it could not be reached. */
export class Problem extends Error {
  /**
   * @param {{title?: string, detail?: string, status?: number, errors?: Array<{code: string, message: string,
   *   pointer?: string, line?: number, column?: number}>}} document
   */
  constructor(document) {
    super(document.detail || document.title || "");
    this.title = document.title || t("failed");
    this.detail = document.detail || "";
    this.status = document.status || 0;
    this.errors = document.errors || [];
  }
}

/** The API key, if the service wants one. It lives in this variable and nowhere else. */
let key = null;

/** The dialog that asks for it, while it is open: several requests may be refused at once. */
let asking = null;

/**
 * Another key than the one that was refused.
 * @param {string|null} refused
 * @returns {Promise<boolean>} whether there is one
 */
async function otherKey(refused) {
  if (key !== refused) return true;
  asking ??= askKey(refused !== null).finally(() => { asking = null; });
  const given = await asking;
  if (given !== null) key = given;
  return given !== null;
}

/**
 * Ask the service, and give its answer.
 * @param {string} path such as "v1/decide", without a leading slash, so that the page may live below any path
 * @param {{body?: any, raw?: Blob, query?: Array<[string, string]>, signal?: AbortSignal}} options
 * @returns {Promise<Response>}
 */
export async function ask(path, { body, raw, query = [], signal } = {}) {
  const address = `${path}?${new URLSearchParams([["lang", language], ...query])}`;
  const sent = body !== undefined || raw !== undefined;
  for (;;) {
    const headers = { Accept: "application/json, application/problem+json, */*" };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    else if (raw !== undefined) headers["Content-Type"] = "application/octet-stream";
    const used = key;
    if (used !== null) headers.Authorization = `Bearer ${used}`;
    let answer;
    try {
      answer = await fetch(address, {
        method: sent ? "POST" : "GET", headers, signal, body: body === undefined ? raw : JSON.stringify(body),
        cache: "no-store", credentials: "omit", redirect: "error",
      });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new Problem({ title: t("unreachable"), detail: t("unreachable_more") });
    }
    if (answer.ok) return answer;
    const problem = await problemOf(answer);
    if (answer.status !== 401 || !(await otherKey(used))) throw problem;
  }
}

/** The same, for an answer in JSON. */
export async function askJson(path, options) {
  return (await ask(path, options)).json();
}

async function problemOf(answer) {
  try {
    return new Problem({ status: answer.status, ...(await answer.json()) });
  } catch {
    return new Problem({ status: answer.status, title: t("failed"), detail: `HTTP ${answer.status}` });
  }
}
