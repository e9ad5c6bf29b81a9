"""A rulebook that has nothing to do with the shipped one: a few months' rent for small bodies."""

from pathlib import Path

FILES = {
    "sources.yaml": """\
sources:
  - id: notice-7
    kind: policy
    number: 示例发〔2022〕7号
    title: {zh: 示例通知, en: Example notice}
    issuer: {zh: 示例区政府, en: Example district}
    issued: 2022-03-01
    expires: 2022-12-31
    clauses:
      - {id: 一, about: {zh: 补助对象和标准, en: Who gets how much}}
      - {id: 二（一）, about: {zh: 酌情事项, en: What is left to people}}
""",
    "facts/applicant.yaml": """\
subject: applicant
label: {zh: 申请方, en: Applicant}
facts:
  - id: employees
    type: count
    unit: 人
    label: {zh: 从业人员, en: Employees}
    question: {zh: "有多少从业人员？", en: "How many people are employed?"}
  - id: monthly_rent
    type: amount
    unit: 元/月
    label: {zh: 月租金, en: Monthly rent}
    question: {zh: "每月租金多少？", en: "What is the rent a month?"}
  - id: has_rent_free_period
    type: yes_no
    label: {zh: 有免租期, en: Rent-free period}
    question: {zh: "有没有免租期？", en: "Is there a rent-free period?"}
""",
    "rent.yaml": """\
programme: example/rent-2022
title: {zh: 示例租金补助, en: Example rent subsidy}
summary: {zh: 小型单位补助几个月租金。, en: A few months' rent for small bodies.}
authority: {zh: 示例区政府, en: Example district}
subject: applicant
from: 2022-03-01
cite: [{source: notice-7, clause: 一}]
parameters:
  most_employees: [{value: 10, unit: 人, cite: [{source: notice-7, clause: 一}]}]
  months: [{value: 3, unit: 月, cite: [{source: notice-7, clause: 一}]}]
  parts: [{value: 7, cite: [{source: notice-7, clause: 一}]}]
let:
  part: {title: {zh: 一份租金, en: one part of the rent}, value: applicant.monthly_rent / parts}
  rent: {title: {zh: 几个月的租金, en: rent of the months}, value: part * parts * months}
criteria:
  - id: few-employees
    title: {zh: 从业人员不超过上限, en: No more employees than the limit}
    require: applicant.employees <= most_employees
    cite: [{source: notice-7, clause: 一}]
referrals:
  - id: rent-free-period
    title: {zh: 已有免租期, en: There is a rent-free period}
    when: applicant.has_rent_free_period
    reason: {zh: 已有免租期的，由区里酌情决定。, en: 'With a rent-free period, the district decides.'}
    cite: [{source: notice-7, clause: 二（一）}]
benefit:
  kind: entitlement
  payer: district
  amount: rent
  rounding: {to: 0.01, mode: half_up, cite: [{source: notice-7, clause: 一}]}
  cite: [{source: notice-7, clause: 一}]
""",
}

CASES = """\
programme: example/rent-2022
base:
  as_of: 2022-06-01
  applicant: {employees: 10, monthly_rent: 4000, has_rent_free_period: no}
cases:
  - name: {zh: 正好十人, en: exactly ten people}
    cite: [{source: notice-7, clause: 一}]
    expect: {outcome: eligible, amount: 12000.00, figures: {rent: 12000}}
  - name: {zh: 十一人, en: eleven people}
    cite: [{source: notice-7, clause: 一}]
    change: {applicant.employees: 11}
    expect: {outcome: ineligible, unmet: [few-employees]}
  - name: {zh: 有免租期, en: rent-free period}
    cite: [{source: notice-7, clause: 二（一）}]
    change: {applicant.has_rent_free_period: yes}
    expect: {outcome: referred, amount_if_granted: 12000.00, referrals: [rent-free-period]}
"""


def write(folder: Path, files: dict[str, str]) -> Path:
    """The files below a folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    return folder
