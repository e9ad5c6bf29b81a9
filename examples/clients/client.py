"""Asks a decision service with the Python client: pip install 'relief-engine[client]'.

relief serve --ledger decisions.ledger
python examples/clients/client.py http://127.0.0.1:8080 explanation.html
"""
# ruff: noqa: T201

import json
import sys
from pathlib import Path

from relief_engine.client import Client, InputRefused

RENT = "beijing-tongzhou/rent-reduction-2022"


def main(base: str = "http://127.0.0.1:8080", page: str = "explanation.html") -> None:
    """Ask for one of everything, and print it."""
    tenant = json.loads((Path(__file__).parent / "tenant.json").read_text(encoding="utf-8"))
    with Client(base, language="en", timeout=30) as client:
        version = client.version()
        print(f"engine {version['engine']['version']}, rulebook {version['rulebook']['digest']}")

        # One decision, with a record: it is on disk once the answer is here.
        report = client.decide(tenant, as_of="2022-06-01", programmes=[RENT], record=True)
        for decision in report["decisions"]:
            print(decision["programme"], decision["subject"], decision["outcome"], decision["amount"])
        print("record", report["record"]["number"], report["record"]["digest"])

        # Many, each by itself.
        slip = {"applicant": {"kind": "enterprize"}}
        for one in client.decide_many([tenant, slip], as_of="2022-06-01", programmes=[RENT]):
            if "report" in one:
                print("many:", one["report"]["decisions"][0]["outcome"])
            else:
                print("many:", one["problem"]["detail"])

        # What is wrong with a profile, all at once.
        try:
            client.decide({"applicant": {"kind": "enterprize", "employees": -1}})
        except InputRefused as refused:
            print(f"{refused.status} urn:relief-engine:problem:{refused.kind}: {refused.title}")
            for mistake in refused.errors:
                print(f"  {mistake['pointer']}: {mistake['message']}")

        # The reasons, as a page.
        html = client.explain(tenant, as_of="2022-06-01", programmes=[RENT])
        Path(page).write_text(html, encoding="utf-8")
        print("reasons:", page)


if __name__ == "__main__":
    main(*sys.argv[1:])
