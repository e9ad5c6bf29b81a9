#!/bin/sh
# What a change of rules must pass before it is merged. For any CI: it needs git, the branch that is merged into, and
#
#     pip install 'relief-engine[prove,tables,testing]'
#
#   RULES    the folder of the rulebook                        (rules)
#   BASE     the revision that the change is merged into       (origin/main)
#   REPORT   where the report of the differences is written    (diff.md)
#   STRICT   1: fail where the change decides anybody otherwise; else it passes, and a person reads the report
#   MUTATE   1: also make every small mistake in the rules, and fail if no case would notice one, or if that is not
#            decided of one within the limit
set -eu
RULES=${RULES:-rules}
BASE=${BASE:-origin/main}
REPORT=${REPORT:-diff.md}

relief rules check "$RULES"
relief rules test "$RULES"
if [ "${MUTATE:-0}" = 1 ]; then
  relief rules mutate "$RULES"
fi

status=0
relief rules diff "$BASE" "$RULES" --format markdown --output "$REPORT" || status=$?
case $status in
  0) echo "规则的结论没有变化。 No decision changes." ;;
  3)
    echo "规则的结论有变化，请看 $REPORT。 Decisions change: read $REPORT."
    if [ "${STRICT:-0}" = 1 ]; then exit 3; fi
    ;;
  *) exit "$status" ;;
esac
