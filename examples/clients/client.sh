#!/bin/sh
# Asks a decision service with curl and jq.
#   relief serve --ledger decisions.ledger
#   sh examples/clients/client.sh http://127.0.0.1:8080 explanation.html
set -eu
base=${1:-http://127.0.0.1:8080}
page=${2:-explanation.html}
here=$(dirname "$0")
rent=beijing-tongzhou/rent-reduction-2022

# Prints the body of an answer. With --fail-with-body, curl ends with 22 where the service refuses.
ask() {
  path=$1
  shift
  curl --silent --show-error --fail-with-body --max-time 30 "$base$path?lang=en" "$@"
}
post() {
  ask "$1" --header 'Content-Type: application/json' --data-binary @-
}

ask /v1/version | jq -r '"engine \(.engine.version), rulebook \(.rulebook.digest)"'

# One decision, with a record: it is on disk once the answer is here.
jq --arg rent "$rent" '{profile: ., as_of: "2022-06-01", programmes: [$rent], record: true}' "$here/tenant.json" |
  post /v1/decide |
  jq -r '(.decisions[] | "\(.programme) \(.subject) \(.outcome) \(.amount)"), "record \(.record.number) \(.record.digest)"'

# Many, each by itself.
jq --arg rent "$rent" '{profiles: [., {applicant: {kind: "enterprize"}}], as_of: "2022-06-01", programmes: [$rent]}' "$here/tenant.json" |
  post /v1/decide-many |
  jq -r '.results[] | if .report then "many: \(.report.decisions[0].outcome)" else "many: \(.problem.detail)" end'

# What is wrong with a profile, all at once.
printf '{"profile": {"applicant": {"kind": "enterprize", "employees": -1}}}' | post /v1/decide |
  jq -r '"\(.status) \(.type): \(.title)", (.errors[] | "  \(.pointer): \(.message)")' || true

# The reasons, as a page.
jq --arg rent "$rent" '{profile: ., as_of: "2022-06-01", programmes: [$rent]}' "$here/tenant.json" | post /v1/explain > "$page"
echo "reasons: $page"
