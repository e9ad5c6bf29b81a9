// Asks a decision service with fetch: Node 20, nothing else.
//   relief serve --ledger decisions.ledger
//   node examples/clients/client.mjs http://127.0.0.1:8080 explanation.html
import { readFile, writeFile } from "node:fs/promises";

const [base = "http://127.0.0.1:8080", page = "explanation.html"] = process.argv.slice(2);
const RENT = "beijing-tongzhou/rent-reduction-2022";

/** What the service says is wrong: `problem` is its document (RFC 9457). */
class Refused extends Error {
  constructor(problem, requestId) {
    super(`${problem.status} ${problem.type}: ${problem.title}`);
    Object.assign(this, { problem, requestId });
  }
}

async function ask(path, body) {
  const sent = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(`${base}${path}?lang=en`, {
    ...(body === undefined ? {} : sent),
    signal: AbortSignal.timeout(30_000),
  });
  if (!answer.ok) throw new Refused(await answer.json(), answer.headers.get("X-Request-Id"));
  return answer.headers.get("Content-Type").startsWith("application/json") ? answer.json() : answer.text();
}

const tenant = JSON.parse(await readFile(new URL("tenant.json", import.meta.url), "utf8"));
const asked = { as_of: "2022-06-01", programmes: [RENT] };

const version = await ask("/v1/version");
console.log(`engine ${version.engine.version}, rulebook ${version.rulebook.digest}`);

// One decision, with a record: it is on disk once the answer is here. Amounts are text: don't make them numbers.
const report = await ask("/v1/decide", { profile: tenant, ...asked, record: true });
for (const { programme, subject, outcome, amount } of report.decisions) {
  console.log(programme, subject, outcome, amount);
}
console.log("record", report.record.number, report.record.digest);

// Many, each by itself.
const many = await ask("/v1/decide-many", { profiles: [tenant, { applicant: { kind: "enterprize" } }], ...asked });
for (const { report, problem } of many.results) {
  console.log("many:", report ? report.decisions[0].outcome : problem.detail);
}

// What is wrong with a profile, all at once.
try {
  await ask("/v1/decide", { profile: { applicant: { kind: "enterprize", employees: -1 } } });
} catch (refused) {
  if (!(refused instanceof Refused)) throw refused;
  console.log(refused.message);
  for (const { pointer, message } of refused.problem.errors) console.log(`  ${pointer}: ${message}`);
}

// The reasons, as a page.
await writeFile(page, await ask("/v1/explain", { profile: tenant, ...asked }));
console.log("reasons:", page);
