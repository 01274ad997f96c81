"""Papers for a unit: 授权配发证明, and rows ready for its 软件正版化 ledgers (forms 1 and 3), as of a day.

That licences are handed down by a higher office (上级配发) is a recognized source of genuine software; these papers are
what a unit files as its proof.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from licensetrack.core.errors import NotFound
from licensetrack.reports.document import (
    Align,
    Block,
    Column,
    Document,
    Paragraph,
    Properties,
    Sheet,
    Signature,
    Table,
    Tone,
)
from licensetrack.reports.evaluation_words import in_order, local_day, long_day, measure_label, product_name
from licensetrack.reports.numbers import Cell, Figure, Kind, Unit
from licensetrack.reports.pdf import render_pdf
from licensetrack.reports.unit_holdings import INSTALL, Held, Holdings
from licensetrack.reports.wording import sentence
from licensetrack.reports.xlsx import render_xlsx

PROOF, SUMMARY, MAINTENANCE = "proof", "summary", "maintenance"
TITLES = {PROOF: "软件授权配发证明", SUMMARY: "软件使用情况汇总表", MAINTENANCE: "软件安装维护情况明细表"}
SOURCE = "上级配发"
STAGES = {"issued": "已发放", "imported": "已导入", "declined": "待整改", "accepted": "已验收"}
ACTS = {"install": "安装", "uninstall": "卸载"}


class Printed(NamedTuple):
    """Who prints the paper, and when."""

    office: str
    at: dt.datetime


def write_unit_paper(kind: str, held: Holdings, printed: Printed, form: str) -> bytes:
    """One paper as bytes. Raises NotFound for a kind or form that does not exist."""
    makers = {PROOF: proof, SUMMARY: summary, MAINTENANCE: maintenance}
    if kind not in makers or form not in ("pdf", "xlsx"):
        raise NotFound("There is no such paper.")
    document = makers[kind](held, printed)
    return render_pdf(document) if form == "pdf" else render_xlsx(document)


def paper_name(kind: str, held: Holdings, form: str) -> str:
    """软件授权配发证明-SZ0001-2025-03-01.pdf."""
    return f"{TITLES[kind]}-{held.code}-{held.as_of.isoformat()}.{form}"


def proof(held: Holdings, printed: Printed) -> Document:
    """授权配发证明: which formal sets the unit holds, by numbers that each lead to a set."""
    figures = _figures(held)
    table = Table(
        (
            Column("序号", Kind.INDEX, 0.055), Column("授权编号", width=0.15), Column("软件名称\n版本", width=0.17),
            Column("云平台\n部署地点", width=0.2), Column("许可数\n(CPU)", Kind.COUNT, 0.08),
            Column("有效期止", width=0.125, align=Align.CENTER), Column("配发日期", Kind.DATE, 0.125),
            Column("状态", width=0.09, align=Align.CENTER),
        ),
        [_proved(number, one) for number, one in enumerate(held.formal, 1)],
        "配发授权明细",
    )  # fmt: skip
    who = f"截至{long_day(held.as_of)}，{held.name}（单位编码：{held.code}）"
    if held.formal:
        template = f"持有由我单位统一配发的正式软件授权：{_counted(held)}。明细如下。"
        opening = Paragraph((f"兹证明，{who}", *sentence(template, figures, TITLES[PROOF])))
    else:
        opening = Paragraph((f"兹证明，{who}未持有由我单位配发的正式软件授权。",))
    source = Paragraph(
        (f"上述授权来源为{SOURCE}，由持有单位在所列平台上使用，不得转让、出借或另行安装。临时授权不计入本证明。",)
    )
    blocks: list[Block] = [opening]
    if held.formal:
        blocks += [table, source]
    blocks.append(Signature((f"{printed.office}（盖章）", long_day(local_day(printed.at)))))
    sheet = Sheet("配发证明", (table,), landscape=True)
    return _document(PROOF, printed, held, blocks, (sheet,), figures)


def summary(held: Holdings, printed: Printed) -> Document:
    """Rows for 《软件使用情况汇总表》: one for each software and version, source 上级配发."""
    columns = (
        Column("序号", Kind.INDEX), Column("软件名称"), Column("版本"), Column("软件类别"), Column("来源类型"),
        Column("套数", Kind.COUNT), Column("许可数(CPU)", Kind.COUNT), Column("已安装套数", Kind.COUNT),
        Column("有效期"), Column("配发日期"), Column("许可证号码（授权编号）"),
    )  # fmt: skip
    rows = [_summed(number, found) for number, found in enumerate(_by_software(held.formal), 1)]
    narrow = (
        Column("序号", Kind.INDEX, 0.055),
        Column("软件名称\n版本", width=0.16),
        Column("软件类别\n来源类型", width=0.135),
        Column("套数", Kind.COUNT, 0.07),
        Column("许可数\n(CPU)", Kind.COUNT, 0.09),
        Column("已安装\n套数", Kind.COUNT, 0.09),
        Column("配发日期\n有效期", width=0.15, align=Align.CENTER),
        Column("许可证号码\n（授权编号）", width=0.19),
    )
    table = Table(columns, rows, _of(held))
    printed_rows = [
        (
            row[0],
            f"{row[1]}\n{row[2]}",
            f"{row[3]}\n{row[4]}",
            *row[5:8],
            f"{row[9]}\n{row[8]}",
            str(row[10]).replace("、", "\n"),
        )
        for row in rows
    ]
    blocks: list[Block] = [Table(narrow, printed_rows, _of(held))]
    if not rows:
        blocks = [Paragraph((f"{_of(held)}：未持有上级配发的软件。",), Tone.CENTERED)]
    note = Paragraph(("注：网络版软件按1套计算，许可数按实际许可量填写；不同软件的许可数不相加。",), Tone.NOTE)
    sheet = Sheet("软件使用情况汇总表", (table,), landscape=True)
    return _document(SUMMARY, printed, held, [*blocks, note], (sheet,), {})


def maintenance(held: Holdings, printed: Printed) -> Document:
    """Rows for 《软件安装维护情况明细表》, a table for each software; an upgrade uninstalls old and installs new."""
    columns = (
        Column("序号", Kind.INDEX), Column("日期", Kind.DATE), Column("操作"), Column("套数", Kind.COUNT),
        Column("许可数(CPU)", Kind.COUNT), Column("授权编号"), Column("云平台"), Column("设备信息码"), Column("说明"),
    )  # fmt: skip
    narrow = (
        Column("序号", Kind.INDEX, 0.055),
        Column("日期", Kind.DATE, 0.125),
        Column("操作", width=0.075, align=Align.CENTER),
        Column("套数", Kind.COUNT, 0.07),
        Column("许可数\n(CPU)", Kind.COUNT, 0.085),
        Column("授权编号", width=0.15),
        Column("云平台\n设备信息码", width=0.24),
        Column("说明", width=0.15),
    )
    blocks: list[Block] = [Paragraph((_of(held),), Tone.CENTERED)]
    sheets: list[Sheet] = []
    for number, (name, edition, rows) in enumerate(_by_operation(held), 1):
        title = f"软件编号{number:02d}：{name}{f'（{edition}）' if edition else ''}　来源：{SOURCE}"
        printed_rows = [(*row[:6], f"{row[6]}\n{row[7]}", row[8]) for row in rows]
        blocks.append(Table(narrow, printed_rows, title))
        sheets.append(
            Sheet(_sheet_name(f"{number:02d} {name} {edition}".strip()), (Table(columns, rows, title),), True)
        )
    if not sheets:
        blocks.append(Paragraph(("无安装或卸载记录。",), Tone.CENTERED))
        sheets = [Sheet("无记录", (Table(columns, [], _of(held)),), True)]
    return _document(MAINTENANCE, printed, held, blocks, tuple(sheets), {})


def _document(
    kind: str,
    printed: Printed,
    held: Holdings,
    blocks: Sequence[Block],
    sheets: tuple[Sheet, ...],
    figures: dict[str, Figure],
) -> Document:
    properties = Properties(printed.office, printed.at, TITLES[kind], f"{held.code} {held.as_of.isoformat()}")
    return Document(TITLES[kind], properties, tuple(blocks), sheets=sheets, figures=figures)


def _of(held: Holdings) -> str:
    return f"{held.name}（截至{long_day(held.as_of)}）"


def _figures(held: Holdings) -> dict[str, Figure]:
    """The unit's figures of what was issued to it, bound to their names."""
    found = {}
    for name, value in held.figures.items():
        if name.endswith((".issued_sets", ".issued_cpus")):
            unit = Unit.SETS if name.endswith("sets") else Unit.CPUS
            found[name] = Figure(name, value, unit, measure_label(name, name))
    return found


def _counted(held: Holdings) -> str:
    """A template: 虚拟化软件{virtualization.issued_sets}套、{virtualization.issued_cpus}个CPU."""
    parts = []
    for product in in_order(one.product for one in held.formal):
        cpus = f"、{{{product}.issued_cpus}}个CPU" if held.figures.get(f"{product}.issued_cpus") else ""
        parts.append(f"{product_name(product)}{{{product}.issued_sets}}套{cpus}")
    return "，".join(parts)


def _proved(number: int, one: Held) -> tuple[Cell, ...]:
    software = "\n".join(filter(None, (product_name(one.product), one.edition)))
    place = "\n".join(filter(None, (one.platform, one.site))) or "—"
    until = one.valid_until.isoformat() if one.valid_until else "长期"
    return (number, one.number, software, place, one.cpus, until, one.issued_on, STAGES.get(one.stage, one.stage))


def _by_software(sets: Sequence[Held]) -> Iterator[list[Held]]:
    for product in in_order(one.product for one in sets):
        for edition in sorted({one.edition for one in sets if one.product == product}):
            yield [one for one in sets if (one.product, one.edition) == (product, edition)]


def _summed(number: int, sets: Sequence[Held]) -> tuple[Cell, ...]:
    first = sets[0]
    ends = sorted({one.valid_until for one in sets if one.valid_until})
    until = "长期" if not ends else "、".join(day.isoformat() for day in ends)
    cpus = sum(one.cpus or 0 for one in sets)
    installed = sum(one.stage != "issued" for one in sets)
    return (
        number, product_name(first.product), first.edition or "—", "服务器软件", SOURCE, len(sets), cpus or None,
        installed, until, min(one.issued_on for one in sets).isoformat(), "、".join(one.number for one in sets),
    )  # fmt: skip


def _by_operation(held: Holdings) -> Iterator[tuple[str, str, list[tuple[Cell, ...]]]]:
    for product in in_order(one.product for one in held.operations):
        for edition in sorted({one.edition for one in held.operations if one.product == product}):
            found = [one for one in held.operations if (one.product, one.edition) == (product, edition)]
            rows: list[tuple[Cell, ...]] = [
                (
                    number, one.on, ACTS[one.act], one.sets if one.act == INSTALL else -one.sets,
                    (one.cpus if one.act == INSTALL else -one.cpus) or None, one.number, one.platform or "—",
                    one.fingerprint or "—", one.note,
                )
                for number, one in enumerate(found, 1)
            ]  # fmt: skip
            yield product_name(product), edition, rows


def _sheet_name(name: str) -> str:
    """A name that Excel allows."""
    return "".join("-" if sign in "[]:*?/\\'" else sign for sign in name)[:31]
