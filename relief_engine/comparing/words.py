"""Comparing stage: what parts, aspects and reaches are called."""

from __future__ import annotations

from relief_engine.comparing.edit import Aspect, Part, Reach
from relief_engine.text import Text

#: The two sides.
OLD, NEW = Text("旧", "Old"), Text("新", "New")

PARTS = {
    Part.PROGRAMME: Text("项目", "programme"),
    Part.PARAMETER: Text("参数", "parameter"),
    Part.LET: Text("中间量", "figure"),
    Part.CRITERION: Text("条件", "criterion"),
    Part.REFERRAL: Text("转人工情形", "referral"),
    Part.NOT_AVAILABLE: Text("没有数据时的转人工情形", "referral for figures that do not exist"),
    Part.BENEFIT: Text("待遇", "benefit"),
    Part.DEADLINE: Text("期限", "deadline"),
    Part.WAY: Text("给予方式", "way"),
    Part.CHECK_BY_HAND: Text("人工核对事项", "point to check by hand"),
    Part.REMARK: Text("说明", "remark"),
    Part.SUBJECT: Text("对象", "subject"),
    Part.FACT: Text("事实", "fact"),
    Part.CHOICE: Text("选项", "choice"),
    Part.DERIVED: Text("推算的事实", "derived fact"),
    Part.RELATION: Text("事实之间的关系", "relation"),
    Part.STANDARD: Text("标准", "standard"),
    Part.CLASS: Text("类别", "class"),
    Part.CODE: Text("代码", "codes"),
    Part.ROW: Text("行", "row"),
    Part.LIMIT: Text("限额", "limit"),
    Part.SOURCE: Text("文件", "document"),
    Part.CLAUSE: Text("条款", "clause"),
    Part.FORM: Text("表", "form"),
    Part.COLUMN: Text("栏", "column"),
    Part.NOTE: Text("填表说明", "notes"),
    Part.PROPERTY: Text("供测试的性质", "property for tests"),
}

#: What was edited; nothing is said where the two values say it themselves.
ASPECTS = {
    Aspect.VALUE: None,
    Aspect.CONDITION: None,
    Aspect.CLASSES: None,
    Aspect.SETTING: None,
    Aspect.UNIT: Text("单位或写法", "unit"),
    Aspect.DATES: Text("日期", "dates"),
    Aspect.CITATIONS: Text("依据", "clauses"),
    Aspect.TITLE: Text("名称", "title"),
    Aspect.WORDS: Text("文字", "words"),
    Aspect.KIND: Text("种类", "kind"),
    Aspect.PAYER: Text("给予方", "given by"),
    Aspect.IN_PLACE_OF: Text("替代的条件", "in place of"),
    Aspect.AMOUNT: Text("金额", "amount"),
    Aspect.CEILING: Text("上限", "ceiling"),
    Aspect.RATE: Text("比例", "rate"),
    Aspect.PAYABLE: Text("应付", "payable"),
    Aspect.UNTIL: Text("延至", "until"),
    Aspect.ROUNDING: Text("舍入", "rounding"),
    Aspect.ORDER: Text("顺序", "order"),
    Aspect.NAMES: Text("名称和别名", "names"),
    Aspect.TYPE: Text("类型", "type"),
    Aspect.LIMITS: Text("取值范围", "range"),
}

REACHES = {
    Reach.ANSWER: Text("可能改变结论", "can change a decision"),
    Reach.READING: Text("改变资料的读法", "can change how inputs are read"),
    Reach.SHOWN: Text("只改变随结论显示的内容", "only what is shown beside a decision"),
    Reach.WORDING: Text("只改文字", "only words"),
}

#: The figures of a benefit by their names in a transition.
FIGURES = {
    "amount": Text("金额", "amount"),
    "ceiling": Text("上限", "ceiling"),
    "payable": Text("应付", "payable"),
    "rate": Text("比例", "rate"),
    "until": Text("延至", "until"),
}
