"""The Chinese words of the evaluation report: what measures, products, steps and budget entries are called on paper.

An official report is Chinese whatever language the screen speaks; so these words are no translations of a page.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from licensetrack.performance.sheet import FrozenFigure

BUSINESS_ZONE = dt.timezone(dt.timedelta(hours=8), "北京时间")

PRODUCTS = {"virtualization": "虚拟化软件", "cloud_management": "云管理软件", "bms": "BMS"}
STAGES = {"issued": "已发放", "imported": "已导入", "accepted": "已验收"}
COUNTERS = {"sets": "套数", "cpus": "CPU数"}

_MEASURES = {
    "units.served": "授权服务单位数",
    "import.pass_rate": "正式软件授权导入通过率",
    "import.first_pass_rate": "正式软件授权一次导入通过率",
    "budget.adjusted": "预算调整数",
    "budget.appropriated": "全年预算数",
    "budget.received": "资金到位数",
    "budget.spent": "全年执行数",
    "budget.execution_rate": "预算执行率",
    "support.orders": "技术服务工单数",
    "support.on_time_rate": "技术服务响应及时率",
    "support.overdue_orders": "技术服务超时工单数",
    "support.satisfaction_rate": "服务对象满意度",
    "sets.accepted": "正式授权套数",
    "budget.initial": "年初预算数",
    "score.total": "总得分",
    "score.lost": "扣分合计",
    "weight.total": "满分",
    "count.level1": "一级指标个数",
    "count.level2": "二级指标个数",
    "count.level3": "三级指标个数",
}
_SHORT = {
    "units.served": "服务单位",
    "import.pass_rate": "导入通过率",
    "import.first_pass_rate": "一次导入通过率",
    "support.orders": "服务工单",
    "support.on_time_rate": "响应及时率",
    "support.overdue_orders": "超时工单",
    "support.satisfaction_rate": "服务满意度",
}
_ASPECTS = {
    "weight": "分值",
    "target": "年度指标值",
    "value": "实际完成值",
    "completion": "完成率",
    "score": "得分",
    "lost": "扣分",
}

FUND_SOURCES = {
    "fiscal": "财政拨款",
    "carried_over": "上年结转资金",
    "special_account": "财政专户管理资金",
    "own": "单位资金",
    "other": "其他资金",
}
BUDGET_KINDS = {"appropriation": "年初预算", "adjustment": "预算调整", "receipt": "资金到位", "payment": "资金支付"}
ACTIONS = {
    "evaluate": "编制",
    "rework": "重新取数",
    "reopen": "重新编制",
    "complete": "提交",
    "review": "复核",
    "send_back": "退回",
    "sign": "签发",
}
EVIDENCE_CLASSES = {"formal": "正式资料", "working": "工作资料", "original": "原始凭证", "explanation": "说明材料"}
STAGE_NAMES = {"draft": "草稿", "completed": "已提交", "reviewed": "已复核", "signed": "已签发"}


def product_name(product: str) -> str:
    """虚拟化软件; a product of later years keeps its code."""
    return PRODUCTS.get(product, product)


def in_order(products: Iterable[str]) -> list[str]:
    """Products as the reports list them: the known ones in their order, then others by code."""
    known = list(PRODUCTS)
    return sorted(set(products), key=lambda code: (known.index(code) if code in known else len(known), code))


def measure_label(name: str, otherwise: str) -> str:
    """What a measure is called in a report: 虚拟化软件已验收CPU数; `otherwise` where it is unknown here."""
    if name in _MEASURES:
        return _MEASURES[name]
    of_all, _, source = name.rpartition(".")
    if of_all in _MEASURES and source in FUND_SOURCES:
        return f"{_MEASURES[of_all]}（{FUND_SOURCES[source]}）"
    product, _, counter = name.partition(".")
    stage, _, what = counter.partition("_")
    if product in PRODUCTS and stage in STAGES and what in COUNTERS:
        return f"{PRODUCTS[product]}{STAGES[stage]}{COUNTERS[what]}"
    return otherwise


def sheet_name(name: str) -> str:
    """A short name for the sheet of a measure's rows, at most 31 characters, without what Excel forbids in it."""
    if name in _SHORT:
        return _SHORT[name]
    label = measure_label(name, name)
    return "".join("-" if sign in "[]:*?/\\'" else sign for sign in label)[:31]


def figure_order(name: str) -> tuple[int, str, int, str]:
    """Sorts figures as a reader looks for them: units, products, imports, funds, service, then scores by indicator."""
    head, _, rest = name.partition(".")
    product = list(PRODUCTS).index(head) if head in PRODUCTS else len(PRODUCTS)
    stage, _, what = rest.partition("_")
    if head in PRODUCTS and stage in STAGES and what in COUNTERS:
        return (1, "", product * 10 + list(STAGES).index(stage) * 2 + list(COUNTERS).index(what), name)
    if name in _MEASURES:
        position = list(_MEASURES).index(name)
        return (0 if position == 0 else 2, "", position, name)
    if name.rpartition(".")[0] in _MEASURES:
        return (2, "", list(_MEASURES).index(name.rpartition(".")[0]), name)
    if head in _ASPECTS:
        return (3, rest, list(_ASPECTS).index(head), name)
    return (4, "", 0, name)


def figure_label(figure: FrozenFigure) -> str:
    """What any figure of the sheet is called: 虚拟化软件授权数量（年度指标值）."""
    label = measure_label(figure.name, "")
    if label:
        return label
    aspect, _, code = figure.name.partition(".")
    return f"{code} {figure.label}（{_ASPECTS[aspect]}）" if aspect in _ASPECTS else figure.label


def joined(names: Iterable[str]) -> str:
    """合同、支付凭证; titles in book marks follow each other without a comma."""
    return "、".join(names).replace("》、《", "》《")


def long_day(day: dt.date) -> str:
    """2024年12月31日."""
    return f"{day.year}年{day.month}月{day.day}日"


def long_instant(instant: dt.datetime) -> str:
    """2025年3月20日16时5分, the hour of Beijing."""
    local = instant.astimezone(BUSINESS_ZONE)
    return f"{long_day(local.date())}{local.hour}时{local.minute}分"


def local_day(instant: dt.datetime) -> dt.date:
    """The day of an instant in Beijing."""
    return instant.astimezone(BUSINESS_ZONE).date()


def short_instant(instant: dt.datetime) -> str:
    """2024-03-05 09:30; an instant without zone is the office's own hour."""
    local = instant if instant.tzinfo is None else instant.astimezone(BUSINESS_ZONE)
    return f"{local:%Y-%m-%d %H:%M}"
