"""The evaluation's annexes 2 to 6: scores with reasons, units, sets, papers, and what the report was made from."""

from __future__ import annotations

from licensetrack.performance.sheet import EvaluationSheet
from licensetrack.performance.sheet_lines import SetLine, UnitLine
from licensetrack.reports.document import Align, Column, Form, FormCell, Row, Table
from licensetrack.reports.evaluation_charts import counts_in, products_of
from licensetrack.reports.evaluation_text import Texts, verdict
from licensetrack.reports.evaluation_words import (
    ACTIONS,
    STAGE_NAMES,
    joined,
    long_day,
    long_instant,
    product_name,
)
from licensetrack.reports.numbers import Cell, Kind

PROGRAM = "licensetrack"


def score_details(sheet: EvaluationSheet, texts: Texts, caption: str = "") -> Table:
    """附件2: all levels, weights, rules, targets, results, scores, reasons and papers."""
    columns = (
        Column("一级\n指标", merge=True, align=Align.CENTER, width=0.05),
        Column("二级\n指标", merge=True, align=Align.CENTER, width=0.07),
        Column("三级指标", width=0.115),
        Column("分值", Kind.SCORE, 0.045, Align.CENTER),
        Column("评分标准", width=0.175),
        Column("年度指标值", align=Align.CENTER, width=0.095),
        Column("实际完成值", align=Align.CENTER, width=0.095),
        Column("得分", Kind.SCORE, 0.045, Align.CENTER),
        Column("评分说明", width=0.18),
        Column("佐证材料", width=0.13),
    )
    rows = [
        (
            leaf.level1,
            leaf.level2,
            leaf.name,
            texts[f"weight.{leaf.code}"],
            leaf.rule_text,
            leaf.target_text,
            leaf.value_text or "—",
            texts.get(f"score.{leaf.code}"),
            verdict(leaf, texts),
            joined(leaf.evidence),
        )
        for leaf in sheet.leaves()
    ]
    grade = f"评价等级：{sheet.grade}"
    total: Row = ("合计", "", "", texts["weight.total"], "", "", "", texts["score.total"], grade, "")
    assumed = [leaf.name for leaf in sheet.leaves() if leaf.assumption]
    note = f"注：标有【假设】的评分（{'、'.join(assumed)}）系假设，依据见评分说明。" if assumed else ""
    return Table(columns, rows, caption, note, (total,))


def unit_list(sheet: EvaluationSheet, texts: Texts, caption: str = "") -> Table:
    """附件3: the units served, with their sets and CPUs of each product."""
    products = products_of(sheet)
    counted = [product for product in products if counts_in(sheet, product) == "cpus"]
    columns = [
        Column("序号", Kind.INDEX),
        Column("单位编码", align=Align.CENTER),
        Column("单位名称"),
        Column("单位类别"),
        Column("所属区", align=Align.CENTER),
        *(Column(_brief(product), Kind.COUNT, group="授权套数（套）") for product in products),
        *(Column(_brief(product), Kind.COUNT, group="CPU数（个）") for product in counted),
    ]
    rows = [_unit_row(number, unit, products, counted) for number, unit in enumerate(sheet.units, 1)]
    total: list[Cell] = ["合计", "", f"{texts['units.served'].text()}家单位", "", ""]
    total += [texts[f"{product}.accepted_sets"] for product in products]
    total += [texts[f"{product}.accepted_cpus"] for product in counted]
    note = "注：统计评价基准日仍有效且已通过验收的正式授权；不同产品的CPU数分别统计，不相加。"
    return Table(tuple(columns), rows, caption, note, (total,), f"评价基准日：{long_day(sheet.as_of)}")


def _brief(product: str) -> str:
    return product_name(product).removesuffix("软件")


def _unit_row(number: int, unit: UnitLine, products: list[str], counted: list[str]) -> Row:
    sets = [unit.held[product][0] if product in unit.held else None for product in products]
    cpus = [unit.held[product][1] if product in unit.held else None for product in counted]
    return (number, unit.code, unit.name, unit.category, unit.district, *sets, *cpus)


def set_list(sheet: EvaluationSheet, texts: Texts, caption: str = "") -> Table:
    """附件4: the formal sets held on the day, with a subtotal for each product."""
    columns = (
        Column("序号", Kind.INDEX),
        Column("授权编号", align=Align.CENTER),
        Column("单位名称"),
        Column("所属区", align=Align.CENTER),
        Column("产品", align=Align.CENTER),
        Column("CPU数", Kind.COUNT),
        Column("发放日期", Kind.DATE),
        Column("导入日期", Kind.DATE),
        Column("验收日期", Kind.DATE),
        Column("验收材料"),
    )
    rows = [_set_row(number, one) for number, one in enumerate(sheet.sets, 1)]
    totals: list[Row] = []
    for product in products_of(sheet):
        sets = texts[f"{product}.accepted_sets"]
        cpus: Cell = texts[f"{product}.accepted_cpus"] if counts_in(sheet, product) == "cpus" else None
        totals.append(("小计", "", f"已验收{sets.text()}套", "", product_name(product), cpus, "", "", "", ""))
    note = "注：列示评价基准日仍有效的正式授权；BMS授权按套统计，不计CPU数；不同产品的CPU数分别统计，不相加。"
    return Table(columns, rows, caption, note, tuple(totals), f"评价基准日：{long_day(sheet.as_of)}")


def _set_row(number: int, one: SetLine) -> Row:
    return (
        number,
        one.number,
        one.unit,
        one.district,
        product_name(one.product),
        one.cpus,
        one.issued_on,
        one.imported_on,
        one.accepted_on,
        one.paper or "—",
    )


def paper_list(sheet: EvaluationSheet, caption: str, *, broken: bool = False) -> Table:
    """附件5, second part: the stored files that the figures come from; `broken` sets each digest in two lines."""
    columns = (
        Column("序号", Kind.INDEX),
        Column("材料名称"),
        Column("大小（字节）", Kind.COUNT),
        Column("摘要（SHA-256）"),
    )
    rows = [
        (number, paper.name, paper.size, in_two(paper.digest) if broken else paper.digest)
        for number, paper in enumerate(sheet.evidence, 1)
    ]
    return Table(columns, rows, caption)


def evidence_list(sheet: EvaluationSheet, caption: str) -> Table:
    """附件5, first part: the papers named for each indicator, and which indicators each proves."""
    proves: dict[str, list[str]] = {}
    for leaf in sheet.leaves():
        for paper in leaf.evidence:
            proves.setdefault(paper, []).append(leaf.name)
    columns = (Column("序号", Kind.INDEX, 0.08), Column("材料名称", width=0.36), Column("证明的指标", width=0.56))
    rows = [(number, paper, "、".join(names)) for number, (paper, names) in enumerate(proves.items(), 1)]
    return Table(columns, rows, caption)


def proof_list(sheet: EvaluationSheet, caption: str) -> Table:
    """附件5, the files that prove indicators, by the numbers under which binder and pack hold them."""
    columns = (
        Column("序号", Kind.INDEX, 0.07),
        Column("材料编号", width=0.18, align=Align.CENTER),
        Column("材料名称", width=0.26),
        Column("证明的\n指标", width=0.13, align=Align.CENTER),
        Column("摘要（SHA-256）", width=0.36),
    )
    rows = [
        (number, paper.number, paper.title or paper.name, "、".join(paper.indicators), in_two(paper.digest))
        for number, paper in enumerate(sheet.papers, 1)
    ]
    return Table(columns, rows, caption)


def in_two(digest: str) -> str:
    """A digest on two lines, so that a narrow column holds it."""
    half = len(digest) // 2
    return f"{digest[:half]}\n{digest[half:]}"


def colophon(sheet: EvaluationSheet, caption: str = "") -> Form:
    """附件6: from what and when the report was made, so that anyone can print or check it again."""
    facts = [
        ("评价基准日", long_day(sheet.as_of)),
        ("评价时段", f"{long_day(sheet.header.period_start)}至{long_day(sheet.header.period_end)}"),
        ("数据截止时点", f"{long_instant(sheet.known_at)}（此后补录、更正的台账记录不影响本报告）"),
        ("报告版本", f"第{sheet.version}版（{STAGE_NAMES.get(sheet.stage, sheet.stage)}）"),
        ("签发时间", long_instant(sheet.signed_at) if sheet.signed_at else "未签发"),
        ("评价依据", "\n".join(sheet.header.basis)),
        ("评价方法", "、".join(sheet.header.methods)),
        ("评价指标体系", f"{sheet.framework_name}（{sheet.framework}）"),
        ("指标体系摘要", in_two(sheet.framework_digest)),
        ("评价快照摘要", in_two(sheet.digest) if sheet.digest else "未签发，无快照"),
        ("生成程序", PROGRAM),
    ]
    rows = [(FormCell(name, label=True), FormCell(value, 3, align=Align.LEFT)) for name, value in facts]
    rows.append(tuple(FormCell(name, label=True) for name in ("办理环节", "办理人", "办理时间", "说明")))  # type: ignore[arg-type]
    for step in sheet.steps:
        action = ACTIONS.get(step.action, step.action)
        cells = (action, f"{step.name}（{step.login}）", long_instant(step.at), step.note or "—")
        rows.append(tuple(FormCell(cell, align=Align.CENTER) for cell in cells))  # type: ignore[arg-type]
    note = "注：快照摘要由签发时冻结的全部数据、评分和文字计算得出；以同一快照重新生成的文件逐字节相同。"
    return Form((1.2, 2.0, 2.4, 1.4), tuple(rows), caption, note)
