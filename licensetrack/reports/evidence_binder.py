"""佐证材料 as a binder: one ZIP with an index that says which paper proves what, and what is still missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import BinaryIO

from licensetrack.performance.evidence_wanted import WantedLine
from licensetrack.performance.sheet import EvaluationSheet
from licensetrack.reports.document import Align, Block, Column, Document, Row, Sheet, Table
from licensetrack.reports.evaluation import document_of
from licensetrack.reports.evaluation_annexes import in_two, paper_list
from licensetrack.reports.evaluation_text import Texts
from licensetrack.reports.evaluation_words import EVIDENCE_CLASSES, long_day
from licensetrack.reports.numbers import Kind
from licensetrack.reports.outputs import FORMS, rendered
from licensetrack.reports.pack_writing import Entry, evidence_entries, facts_of, write_zip

TITLE = "佐证材料目录"
MISSING = "（缺）"


def write_binder(sheet: EvaluationSheet, lines: Sequence[WantedLine], target: BinaryIO) -> None:
    """Writes the binder; the same evidence gives the same bytes. Raises NotFound where a file is missing or damaged."""
    index = index_document(sheet, lines)
    entries = [Entry(f"{TITLE}.{form}", rendered(index, form)) for form in FORMS]
    entries += evidence_entries(sheet)
    write_zip(entries, [facts_of(entry) for entry in entries], target)


def index_document(sheet: EvaluationSheet, lines: Sequence[WantedLine]) -> Document:
    """The index: by indicator with what is missing, every paper with its digest, the files behind the ledgers."""
    tables = [_by_indicator(sheet, lines), _papers(sheet), paper_list(sheet, "三、数据来源文件")]
    blocks: tuple[Block, ...] = tuple(tables)
    names = ("按指标", "材料", "数据文件")
    return replace(
        document_of(sheet, Texts(sheet), blocks, f"{sheet.year}年度　评价基准日：{long_day(sheet.as_of)}"),
        title=TITLE,
        sheets=tuple(Sheet(name, (table,), landscape=True) for name, table in zip(names, tables, strict=True)),
        landscape=True,
    )


def _by_indicator(sheet: EvaluationSheet, lines: Sequence[WantedLine]) -> Table:
    columns = (
        Column("一级指标", merge=True, align=Align.CENTER, width=0.1),
        Column("三级指标", merge=True, width=0.24),
        Column("要求的材料", merge=True, width=0.2),
        Column("材料编号", align=Align.CENTER, width=0.16),
        Column("材料名称", width=0.3),
    )
    rows: list[Row] = []
    for line in lines:
        leaf = line.indicator
        head = (sheet.indicator(leaf.code).level1, f"{leaf.code} {leaf.name}", line.wanted or "其他材料")
        rows += [(*head, paper.number, paper.title or paper.name) for paper in line.papers]
        if line.missing:
            rows.append((*head, "—", MISSING))
    return Table(columns, rows, "一、各指标佐证材料")


def _papers(sheet: EvaluationSheet) -> Table:
    columns = (
        Column("序号", Kind.INDEX, 0.05),
        Column("材料编号", width=0.12, align=Align.CENTER),
        Column("材料名称", width=0.24),
        Column("类别", width=0.08, align=Align.CENTER),
        Column("文号", width=0.11),
        Column("日期", Kind.DATE, 0.09),
        Column("证明的指标", width=0.08, align=Align.CENTER),
        Column("字节数", Kind.COUNT, 0.08),
        Column("摘要（SHA-256）", width=0.25),
    )
    rows: list[Row] = [
        (
            number,
            paper.number,
            paper.title or paper.name,
            EVIDENCE_CLASSES.get(paper.evidence_class, paper.evidence_class),
            paper.document_number or "—",
            paper.document_date,
            "、".join(paper.indicators),
            paper.size,
            in_two(paper.digest),
        )
        for number, paper in enumerate(sheet.papers, 1)
    ]
    return Table(columns, rows, "二、材料一览", "注：包内文件名以材料编号开头。")
