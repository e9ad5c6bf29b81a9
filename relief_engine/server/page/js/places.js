// Where an answer stands in a profile: a fact such as "lease.start" of a subject such as "leases[0]".

import { book, state } from "./state.js";
import { language, listed } from "./i18n.js";

/** The subject's parts: its key in the profile and its place in a list, null where there is no list. */
function parts(subject) {
  const [, name, index] = /^(\w+?)(?:\[(\d+)\])?$/.exec(subject) || [null, subject, undefined];
  return { name, index: index === undefined ? null : Number(index) };
}

/** The key of a fact inside its subject. */
export function keyOf(fact) {
  return fact.slice(fact.indexOf(".") + 1);
}

/** The id that the field of an answer has on the page. */
export function fieldId(fact, subject) {
  return `${placed(subject)}.${keyOf(fact)}`;
}

/** A subject with its place: where a list was asked for and nothing is in it yet, its first. */
export function placed(subject) {
  const { name, index } = parts(subject);
  return index === null && kindOf(name)?.list ? `${name}[0]` : subject;
}

/** The kind of subject that a key of a profile holds. */
export function kindOf(name) {
  return book.subjects.find((kind) => (kind.list || kind.id) === name);
}

/** What a profile says of a fact; undefined if nothing. */
export function valueAt(profile, fact, subject) {
  const { name, index } = parts(placed(subject));
  const holder = index === null ? profile[name] : profile[name]?.[index];
  return holder?.[keyOf(fact)];
}

/** Whether there is a fact of this name, and its subject among those that are known: a lease may have been removed. */
export function hasPlace({ fact, subject }) {
  const { name, index } = parts(placed(subject));
  const held = state.profile[name];
  return book.facts.has(fact) && (index === null || !Array.isArray(held) || index < held.length);
}

/** A profile in which a fact has another value; undefined takes it away. The given one stays as it is. */
export function withValue(profile, fact, subject, value) {
  const { name, index } = parts(placed(subject));
  const made = structuredClone(profile);
  let holder;
  if (index === null) holder = made[name] ??= {};
  else {
    const list = made[name] ??= [];
    while (list.length <= index) list.push({});
    holder = list[index];
  }
  if (value === undefined) delete holder[keyOf(fact)];
  else holder[keyOf(fact)] = value;
  return made;
}

/** A subject by its place, where it is named by what the profile calls it: "leases[id=A-12]" is "leases[0]". */
export function atItsPlace(subject, profile) {
  const written = String(subject ?? "applicant").trim();
  const [, name, id] = /^(\w+)\[id ?= ?([^[\]]+)\]$/.exec(written) || [];
  const index = name ? (profile[name] || []).findIndex((one) => String(one?.id ?? "") === id.trim()) : -1;
  return index < 0 ? written : `${name}[${index}]`;
}

/** The same the other way round: by what the profile calls it, if it does, so that it may be moved about. */
export function byItsName({ subject, subject_id: id }) {
  return id === undefined ? subject : `${parts(subject).name}[id=${id}]`;
}

/** A profile without one of a list. People's answers about it go too, and those about the next ones follow them. */
export function withoutSubject(profile, list, index) {
  const made = { ...profile, [list]: profile[list].filter((_, place) => place !== index) };
  if (!Array.isArray(made.resolutions)) return made;
  made.resolutions = made.resolutions.flatMap((one) => {
    const place = atItsPlace(one?.subject, profile);
    const about = parts(place);
    if (about.name !== list || about.index === null || about.index < index) return [one];
    if (about.index === index) return [];
    return [place === String(one.subject).trim() ? { ...one, subject: `${list}[${about.index - 1}]` } : one];
  });
  return made;
}

/** A profile with so many in a list. Those that are there stay, from the first on. */
export function withNumber(profile, list, number) {
  let made = { ...profile, [list]: profile[list] || [] };
  while (made[list].length > number) made = withoutSubject(made, list, made[list].length - 1);
  const more = Array.from({ length: number - made[list].length }, () => ({}));
  return { ...made, [list]: [...made[list], ...more] };
}

/** The fact and the subject that a finding is about, by its JSON pointer; null if it is about none. */
export function aboutWhat(pointer) {
  const way = (pointer || "").split("/").slice(1).map((part) => part.replace(/~1/g, "/").replace(/~0/g, "~"));
  if (way[0] === "profile") way.shift();
  const kind = kindOf(way[0]);
  const index = kind?.list ? way[1] : null;
  const name = kind?.list ? way[2] : way[1];
  const fact = kind && name !== undefined && book.facts.get(`${kind.id}.${name}`);
  return fact ? { fact: fact.fact, subject: index === null ? way[0] : `${way[0]}[${index}]` } : null;
}

/** The same for a place as explanations give it, such as "profile:leases[0].start". */
export function aboutPlace(place) {
  const found = /^profile:(\w+)(\[(\d+)\])?\.(\w+)/.exec(place || "");
  return found && aboutWhat(`/${found[1]}${found[2] ? `/${found[3]}` : ""}/${found[4]}`);
}

/** A subject in words: 申请方, 第2份租约, lease 2. */
export function subjectName(subject) {
  const { name, index } = parts(placed(subject));
  const kind = kindOf(name);
  if (!kind) return subject;
  if (index === null) return kind.label;
  const id = state.profile?.[name]?.[index]?.id;
  if (language === "zh") return `第${index + 1}${kind.counter}${kind.label}${id ? `（${id}）` : ""}`;
  return `${kind.label} ${index + 1}${id ? ` (${id})` : ""}`;
}

/**
 * Several subjects in words, three and more in a row as one: 第1、3—12份租约, Lease 1, 3 to 12.
 * @param {string[]} subjects of one kind
 */
export function subjectNames(subjects) {
  const all = subjects.map((subject) => parts(placed(subject)));
  const kind = kindOf(all[0].name);
  if (all.length < 2 || !kind) return listed(subjects.map(subjectName));
  const runs = [];
  for (const { index } of all) {
    const run = runs.at(-1);
    if (run && run.at(-1) === index) run.push(index + 1);
    else runs.push([index + 1]);
  }
  const to = language === "zh" ? "—" : " to ";
  const said = listed(runs.flatMap((run) => (run.length > 2 ? [`${run[0]}${to}${run.at(-1)}`] : run)));
  return language === "zh" ? `第${said}${kind.counter}${kind.label}` : `${kind.label} ${said}`;
}

/** Every answer of a profile in the order of the form: the fact, its subject, its value. */
export function* answers(profile) {
  for (const kind of book.subjects) {
    const held = profile[kind.list || kind.id];
    const all = kind.list ? (held || []).map((one, index) => [`${kind.list}[${index}]`, one]) : [[kind.id, held || {}]];
    for (const [subject, values] of all) {
      for (const fact of book.facts.values()) {
        if (fact.subject !== kind.id) continue;
        const value = values[keyOf(fact.fact)];
        if (value !== undefined && value !== null) yield { fact, subject, value };
      }
    }
  }
}
