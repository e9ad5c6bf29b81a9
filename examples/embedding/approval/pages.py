"""Pages for the officer, in plain HTML. Whatever comes from a case is escaped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from approval.cases import STATES, Case
from relief_engine import Engine
from relief_engine.explanation.lists import fact_record

#: What the form asks at first; what else matters, the case asks for.
ASKED_FIRST = (
    "applicant.name", "applicant.kind", "applicant.industry", "applicant.employees", "applicant.revenue",
    "applicant.registered_in_beijing", "lease.owner_kind", "lease.tenancy", "lease.premises_district", "lease.start",
    "lease.end", "lease.monthly_rent",
)  # fmt: skip

_MARKS = {"met": "✓", "unmet": "✗", "unknown": "？"}
_STYLE = (
    "body{font:1em/1.6 sans-serif;max-width:56em;margin:2em auto;padding:0 1em}label{display:block}small{color:#555}"
)


def front(cases: Sequence[Case], engine: Engine) -> str:
    """All cases, and the form for a new one."""
    listed = "".join(
        f'<li><a href="/cases/{case.id}/page">{escape(case.reference)}</a> '
        f"{STATES[case.state]} {case.amount or ''}</li>"
        for case in cases
    )
    form = "".join(_field(name, engine) for name in ASKED_FIRST)
    return _page(
        "租金减免审批（示例）",
        f'<ul>{listed}</ul><h2>新申请</h2><form method="post" action="/cases">'
        '<label>申请编号 <input name="reference" required></label>'
        '<label>受理日 <input name="filed_on" type="date"></label>'
        f"{form}<button>提交</button></form>",
    )


def case(shown: Case, report: Mapping[str, Any] | None, engine: Engine) -> str:
    """A case with its reasons, and a form for what it waits for."""
    head = f"<p>受理日 {shown.filed_on}，<b>{STATES[shown.state]}</b> {escape(shown.amount or '')}</p>"
    if report is None:
        return _page(shown.reference, head)
    (decision,) = report["decisions"]
    return _page(shown.reference, head + "".join(_decided(shown, report, decision, engine)))


def _decided(shown: Case, report: Mapping[str, Any], decision: Mapping[str, Any], engine: Engine) -> Iterator[str]:
    told = decision["explanation"]
    yield f"<p>{escape(told['headline'])}</p><ul>"
    for criterion in told["criteria"]:
        yield _reason(criterion["reason"])
    yield "</ul>"
    for line in told["calculation"]:
        worth = " = ".join(dict.fromkeys(filter(None, (line["written"], line["result"]))))
        yield f"<p>{escape(line['title'] or '')} {escape(worth)}</p>"
    hidden = f'<input type="hidden" name="version" value="{shown.version}">'
    if shown.state == "waiting":
        yield f'<h2>请补充</h2><form method="post" action="/cases/{shown.id}/facts">{hidden}'
        yield "".join(_field(one["fact"], engine) for one in report["questions"]) + "<button>补充</button></form>"
    if shown.state == "with_people":
        for referral in decision["referrals"]:
            yield f"<h2>{escape(referral['title'])}</h2><p>{escape(referral['reason'])}"
            yield f"<small>{escape('；'.join(referral['citations']))}</small></p>"
            yield f'<form method="post" action="/cases/{shown.id}/answer">{hidden}'
            yield f'<input type="hidden" name="referral" value="{escape(referral["id"])}">'
            yield '<label>同意 <select name="granted"><option>是</option><option>否</option></select></label>'
            yield '<label>商定金额（元） <input name="amount" inputmode="decimal"></label>'
            yield '<label>日期 <input name="on" type="date" required></label>'
            yield '<label>认定单位 <input name="by" required></label><label>说明 <input name="note"></label>'
            yield "<button>登记</button></form>"
    if decision["resolution"] is not None:
        yield f"<p>人工认定：{escape(decision['resolution']['state_label'])}</p>"
        yield "".join(f"<p>{escape(reason)}</p>" for reason in decision["resolution"]["reasons"])
    by_hand = "".join(f"<li>{escape(one['text'])}</li>" for one in decision["check_by_hand"])
    yield f"<h2>人工核对</h2><ul>{by_hand}</ul><p><small>判定日 {report['as_of']}，台账第 {shown.record} 条，"
    yield f"规则库 {escape(report['rulebook']['digest'])}</small></p>"


def _reason(reason: Mapping[str, Any]) -> str:
    citations = f" <small>{escape('；'.join(reason['citations']))}</small>" if reason["citations"] else ""
    parts = "".join(_reason(part) for part in reason["parts"])
    inner = f"<ul>{parts}</ul>" if parts else ""
    return f"<li>{_MARKS[reason['status']]} {escape(reason['text'])}{citations}{inner}</li>"


def _field(name: str, engine: Engine) -> str:
    """A field for a fact, as the rulebook describes it."""
    fact: Any = engine.rulebook.facts[name]
    shown = fact_record(fact, "zh")
    options = [choice["label"] for choice in shown["choices"]] or (["是", "否"] if shown["type"] == "yes_no" else [])
    entry = f'<input name="{escape(name)}">'
    if options:
        listed = "".join(f"<option>{escape(label)}</option>" for label in options)
        entry = f'<select name="{escape(name)}"><option></option>{listed}</select>'
    unit = "" if shown["unit"] is None else f"（{shown['unit']}）"
    return f"<label>{escape(shown['question'] + unit)} {entry}</label>"


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="zh-CN"><meta charset="utf-8">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style><h1>{escape(title)}</h1>{body}</html>"
    )
