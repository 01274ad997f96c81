"""A report as an office would print it: every kind of block, and annexes of 124 units and 184 sets."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from licensetrack.reports.chart_data import BarChart, Bullet, BulletChart, ColumnChart, Panel, Series, TrendChart
from licensetrack.reports.document import (
    AnnexTitle,
    Block,
    ChartBlock,
    Column,
    Document,
    Form,
    FormCell,
    Heading,
    PageBreak,
    Paragraph,
    Properties,
    Section,
    Sheet,
    Signature,
    Table,
    Tone,
)
from licensetrack.reports.numbers import Figure, Kind, Unit
from licensetrack.reports.wording import sentence

FIGURES = {
    figure.name: figure
    for figure in (
        Figure("units.served", 124, Unit.UNITS, "覆盖单位数"),
        Figure("virtualization.accepted_sets", 107, Unit.SETS, "虚拟化软件授权套数"),
        Figure("virtualization.accepted_cpus", 4375, Unit.CPUS, "虚拟化软件授权数量"),
        Figure("cloud_management.accepted_sets", 71, Unit.SETS, "云管理软件授权套数"),
        Figure("cloud_management.accepted_cpus", 20083, Unit.CPUS, "云管理软件授权数量"),
        Figure("bms.accepted_sets", 6, Unit.SETS, "BMS授权套数"),
        Figure("import.pass_rate", Decimal(100), Unit.PERCENT, "正式软件授权导入通过率"),
        Figure("import.first_pass_rate", Decimal("93.48"), Unit.PERCENT, "一次导入通过率"),
        Figure("budget.appropriated", Decimal(7515), Unit.WAN_YUAN, "全年预算数"),
        Figure("budget.spent", Decimal(7515), Unit.WAN_YUAN, "全年执行数"),
        Figure("budget.execution_rate", Decimal(100), Unit.PERCENT, "预算执行率"),
        Figure("evaluation.score", Decimal(99), Unit.POINTS, "总得分"),
    )
}
DISTRICTS = ("市本级", "福田区", "罗湖区", "南山区", "盐田区", "宝安区", "龙岗区", "龙华区", "坪山区", "光明区")
CATEGORIES = ("市级党政机关", "区级党政机关", "法定机构", "事业单位", "公立学校", "公立医院", "科研机构")
PRODUCTS = ("虚拟化软件", "云管理软件", "BMS")
MONTHS = tuple(f"{month}月" for month in range(1, 13))
_OFFICES = (
    "发展局",
    "教育局",
    "科创局",
    "财政局",
    "住建局",
    "水务局",
    "卫健局",
    "审计局",
    "统计局",
    "医保局",
    "政务服务数据局",
)

QUANTITY = (
    "2024年虚拟化软件授权数量完成{virtualization.accepted_cpus}个CPU，"
    "云管理软件授权数量完成{cloud_management.accepted_cpus}个CPU"
)
QUALITY = (
    "已为全市{units.served}家单位提供{virtualization.accepted_sets}套软件授权、"
    "{cloud_management.accepted_sets}套云软件授权以及{bms.accepted_sets}套BMS授权，"
    "正式软件授权导入通过率{import.pass_rate}"
)


def unit_name(number: int) -> str:
    """A unit of the list, some with long names."""
    district = DISTRICTS[number % len(DISTRICTS)]
    office = _OFFICES[number % len(_OFFICES)]
    if number % 17 == 0:
        return f"深圳市{district}智慧城市与{office}信息化和网络安全保障中心（示例）"
    return f"{district}{office}（示例）"


def unit_rows() -> list[tuple[int, str, str, str, str, int, int]]:
    """The 124 units in order of district."""
    rows = [
        (unit_name(n), f"SZ{n:04d}", CATEGORIES[n % 7], DISTRICTS[n % len(DISTRICTS)], n % 3 + 1, n * 37 % 180 + 4)
        for n in range(1, 125)
    ]
    rows.sort(key=lambda row: DISTRICTS.index(row[3]))
    return [
        (i, district, name, code, kind, sets, cpus)
        for i, (name, code, kind, district, sets, cpus) in enumerate(rows, 1)
    ]


def set_rows() -> list[tuple[int, str, str, str, str, int | None, date, date, date, str]]:
    """The 184 licence sets."""
    return [
        (
            n,
            f"SQ-2024-{n:04d}",
            unit_name(n * 7 % 124 + 1),
            PRODUCTS[n % 3],
            f"{unit_name(n * 7 % 124 + 1).removesuffix('（示例）')}{'二期集群' if n % 5 else '医疗与教学业务云平台'}",
            None if n % 3 == 2 else n * 13 % 200 + 8,
            date(2024, n % 12 + 1, n % 27 + 1),
            date(2024, n % 12 + 1, n % 27 + 1),
            date(2024, 12, n % 28 + 1),
            f"SQ-2024-{n:04d}-验收单.pdf",
        )
        for n in range(1, 185)
    ]


def text(template: str, place: str = "sample") -> Paragraph:
    """A body paragraph with bound numbers."""
    return Paragraph(sentence(template, FIGURES, place))


def self_assessment() -> Form:
    """项目支出绩效自评表."""

    def label(value: str, columns: int = 1, rows: int = 1) -> FormCell:
        return FormCell(value, columns, rows, label=True)

    money, rate = FIGURES["budget.appropriated"], FIGURES["budget.execution_rate"]
    indicator_rows = [
        (
            label("产出指标\n（50分）", rows=4),
            label("数量指标"),
            "虚拟化软件授权数量",
            "≥4000个CPU",
            "virtualization.accepted_cpus",
        ),
        (None, label("质量指标"), "正式软件授权导入通过率", "=100%", "import.pass_rate"),
        (None, label("时效指标"), "授权发放按计划完成", "按计划完成", ""),
        (None, label("成本指标"), "项目总成本控制数", "≤7515万元", "budget.spent"),
        (label("效益指标\n（40分）", rows=2), label("社会效益"), "满足全市政务云未来三年扩容需求", "有效保障", ""),
        (None, label("可持续影响"), "避免软件超期服务，降低系统运行的安全风险", "长期有效", ""),
    ]
    rows: list[tuple[FormCell, ...]] = [
        (label("项目名称"), FormCell("全市政务云虚拟化和云管理软件场地授权项目", 7)),
        (
            label("主管部门"),
            FormCell("市政务服务和数据管理局", 3),
            label("实施单位"),
            FormCell("市大数据资源管理中心", 3),
        ),
        (
            label("项目资金\n（万元）", rows=4),
            label(""),
            label("年初预算数"),
            label("全年预算数"),
            label("全年执行数"),
            label("分值"),
            label("执行率"),
            label("得分"),
        ),
    ]
    for name, score in (("年度资金总额", "10"), ("其中：财政拨款", "—"), ("其他资金", "—")):
        amount = money if name != "其他资金" else Decimal(0)
        spent = rate if name != "其他资金" else None
        cells = (amount, amount, amount, score, spent, score)
        rows.append((label(name), *(FormCell(cell, kind=Kind.MONEY) for cell in cells)))
    goal = "为全市党政机关、事业单位提供虚拟化和云管理软件的场地授权，满足存量扩容升级、技术维保和新建的需求。"
    rows += [
        (label("年度总体\n目标", rows=2), label("预期目标", 4), label("实际完成情况", 3)),
        (FormCell(goal, 4), FormCell("已全部完成，授权通过验收并投入使用。", 3)),
        (
            label("绩效指标", rows=7),
            *(label(name) for name in ("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分")),
        ),
    ]
    for first, second, third, target, name in indicator_rows:
        cells_after = (
            FormCell(third),
            FormCell(target),
            FormCell(FIGURES.get(name, "已完成")),
            FormCell("10"),
            FormCell("10"),
        )
        rows.append((*((first,) if first else ()), second, *cells_after))
    rows.append((label("总分", 6), FormCell(100, kind=Kind.SCORE), FormCell(FIGURES["evaluation.score"])))
    return Form(
        (1.1, 1.3, 1.3, 2.2, 1.6, 1.6, 0.9, 0.9),
        tuple(rows),
        "项目支出绩效自评表（2024年度）",
        "填表日期：2025年3月20日",
    )


def score_table() -> Table:
    """The score of every indicator, with joined labels and a total."""
    rows = [
        ("决策", "项目立项", "立项依据充分性", "充分", "充分", Decimal(4), Decimal(4)),
        ("决策", "项目立项", "立项程序规范性", "规范", "规范", Decimal(4), Decimal(4)),
        ("决策", "绩效目标", "绩效目标合理性", "合理", "合理", Decimal(3), Decimal(3)),
        ("决策", "绩效目标", "绩效指标明确性", "明确", "云管理软件未单独设定目标值，扣1分", Decimal(4), Decimal(3)),
        ("过程", "资金管理", "预算执行率", "100%", FIGURES["budget.execution_rate"], Decimal(5), Decimal(5)),
        ("过程", "组织实施", "管理制度健全性", "健全", "健全", Decimal(5), Decimal(5)),
        (
            "产出",
            "产出数量",
            "虚拟化软件授权数量",
            "≥4000个CPU",
            FIGURES["virtualization.accepted_cpus"],
            Decimal(15),
            Decimal(15),
        ),
        ("产出", "产出质量", "正式软件授权导入通过率", "100%", FIGURES["import.pass_rate"], Decimal(10), Decimal(10)),
        ("效益", "项目效益", "社会效益", "满足需求", "满足需求", Decimal("24.5"), Decimal("24.5")),
    ]
    columns = (
        Column("一级指标", merge=True),
        Column("二级指标", merge=True),
        Column("三级指标"),
        Column("年度指标值", group="完成情况"),
        Column("实际完成值", group="完成情况"),
        Column("分值", Kind.SCORE, group="评分"),
        Column("得分", Kind.SCORE, group="评分"),
    )
    total = ("合计", "", "", "", "", Decimal(100), FIGURES["evaluation.score"])
    return Table(columns, rows, "表1 绩效评价指标评分表", "注：得分由各三级指标逐项计算。", totals=(total,))


def unit_table() -> Table:
    """Annex: the units."""
    columns = (
        Column("序号", Kind.INDEX),
        Column("所属区", merge=True),
        Column("单位名称"),
        Column("单位编码"),
        Column("单位类别"),
        Column("套数", Kind.COUNT),
        Column("CPU数", Kind.COUNT),
    )
    return Table(columns, unit_rows())


def set_table() -> Table:
    """Annex: the sets, wide."""
    columns = (
        Column("序号", Kind.INDEX),
        Column("授权编号"),
        Column("单位名称"),
        Column("产品"),
        Column("云平台名称"),
        Column("CPU数", Kind.COUNT),
        Column("发放日期", Kind.DATE),
        Column("导入日期", Kind.DATE),
        Column("验收日期", Kind.DATE),
        Column("验收材料"),
    )
    return Table(columns, set_rows())


BULLETS = BulletChart(
    "数量指标完成情况",
    (Bullet("虚拟化软件授权", 4375, 4000, "个CPU"), Bullet("云管理软件授权", 20083, None, "个CPU")),
)
TREND = TrendChart(
    "授权累计验收趋势",
    MONTHS,
    (
        Panel("虚拟化软件", (210, 480, 820, 1210, 1640, 2045, 2380, 2681, 3050, 3490, 3980, 4375), 4000, "个CPU"),
        Panel(
            "云管理软件", (900, 2100, 3900, 5600, 7300, 8872, 11200, 14634, 16100, 17800, 19200, 20083), None, "个CPU"
        ),
        Panel("BMS", (0, 0, 1, 1, 2, 2, 3, 3, 4, 5, 6, 6), None, "套"),
    ),
)
BY_DISTRICT = BarChart(
    "各区授权套数",
    DISTRICTS,
    (
        Series("已验收", (60, 20, 15, 22, 5, 18, 16, 12, 6, 5), "first"),
        Series("已导入未验收", (2, 0, 1, 3, 0, 1, 0, 0, 1, 0), "second"),
        Series("已发放未导入", (4, 1, 0, 2, 0, 1, 0, 2, 0, 0), "third"),
    ),
    "套",
    stacked=True,
)
BY_MONTH = ColumnChart(
    "每月验收套数",
    MONTHS,
    (
        Series("虚拟化软件", (5, 7, 9, 8, 10, 7, 9, 10, 9, 12, 11, 10)),
        Series("云管理软件", (3, 5, 6, 6, 7, 7, 8, 9, 6, 5, 5, 4), "second"),
    ),
    "套",
)


def annual_report() -> Document:
    """The whole report."""
    background = (
        "为贯彻落实《中共中央 国务院关于全面实施预算绩效管理的意见》（中发〔2018〕34号）和《项目支出绩效评价管理办法》"
        "（财预〔2020〕10号）等文件要求，市大数据资源管理中心对本项目开展绩效评价。项目面向市、区两级党政机关、法定机构、"
        "事业单位（含公立学校、医院、科研机构），提供虚拟化（virtualization）与云管理软件的场地授权，"
        "版面依照GB/T 9704-2012。"
    )
    blocks: list[Block] = [
        text(background),
        Heading(1, "一、基本情况"),
        Heading(2, "（一）项目概况"),
        Heading(3, "1.项目背景"),
        text(background),
        Heading(3, "2.资金投入和使用"),
        text("项目全年预算{budget.appropriated}万元，实际支出{budget.spent}万元，预算执行率{budget.execution_rate}。"),
        Heading(2, "（二）绩效目标"),
        *(text("通过统一采购、统一授权，避免软件超期服务，降低系统运行的安全风险。" * 4) for _ in range(4)),
        Heading(1, "二、综合评价情况及评价结论"),
        text("项目总得分{evaluation.score}分，评价等级为“优”。数量指标的目标值为不低于{=4000|approved target}个CPU。"),
        score_table(),
        Heading(1, "三、绩效评价指标分析"),
        Heading(2, "（一）产出数量"),
        text(QUANTITY + "。"),
        ChartBlock(BULLETS, "图1 数量指标完成情况"),
        ChartBlock(TREND, "图2 授权累计验收趋势"),
        Heading(2, "（二）产出质量"),
        text(QUALITY + "。其中一次导入通过率{import.first_pass_rate}。"),
        ChartBlock(BY_DISTRICT, "图3 各区授权套数"),
        ChartBlock(BY_MONTH, "图4 每月验收套数"),
        Heading(3, "1.按类别"),
        Heading(4, "（1）医院与学校"),
        text("各类单位均已覆盖，授权导入后由用户单位、中心和厂商三方签字确认。" * 3),
        Signature(("深圳市大数据资源管理中心", "2025年3月20日")),
        PageBreak(),
        AnnexTitle("附件1", "项目支出绩效自评表"),
        self_assessment(),
        PageBreak(),
        AnnexTitle("附件2", "授权单位名录"),
        Paragraph(("单位按所属区排列。",), Tone.NOTE),
        unit_table(),
        Section(landscape=True),
        AnnexTitle("附件3", "授权明细表"),
        set_table(),
    ]
    return Document(
        title="2024年度全市政务云虚拟化和云管理软件\n场地授权项目绩效评价报告",
        subtitle="深圳市大数据资源管理中心",
        properties=Properties(
            "深圳市大数据资源管理中心", datetime(2025, 3, 20, 8, 0, tzinfo=UTC), "部门评价", "绩效,授权"
        ),
        blocks=tuple(blocks),
        figures=FIGURES,
        sheets=(
            Sheet("自评表", (self_assessment(),)),
            Sheet("指标评分表", (score_table(), ChartBlock(BULLETS), ChartBlock(TREND)), landscape=True),
            Sheet("单位", (unit_table(),), figure="units.served"),
            Sheet(
                "授权明细",
                (set_table(), ChartBlock(BY_DISTRICT), ChartBlock(BY_MONTH)),
                True,
                "virtualization.accepted_sets",
            ),
        ),
    )
