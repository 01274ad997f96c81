"""Annexes of the evaluation as documents of their own: the scores with their reasons, the units, the sets."""

from __future__ import annotations

from dataclasses import replace

from licensetrack.performance.sheet import EvaluationSheet
from licensetrack.reports.document import Document, Sheet, Table
from licensetrack.reports.evaluation import document_of
from licensetrack.reports.evaluation_annexes import score_details, set_list, unit_list
from licensetrack.reports.evaluation_text import Texts
from licensetrack.reports.evaluation_words import long_day

SCORE_TABLE, UNIT_LIST, SET_LIST = "绩效指标评分表", "授权单位名单", "授权明细表"


def score_document(sheet: EvaluationSheet) -> Document:
    """绩效指标评分表: every indicator with weight, rule, target, result, score, reason and papers."""
    texts = Texts(sheet)
    return _listing(sheet, texts, SCORE_TABLE, "指标评分表", score_details(sheet, texts))


def unit_document(sheet: EvaluationSheet) -> Document:
    """授权单位名单: the units served, with their sets and CPUs of each product."""
    texts = Texts(sheet)
    return _listing(sheet, texts, UNIT_LIST, "单位名单", unit_list(sheet, texts))


def set_document(sheet: EvaluationSheet) -> Document:
    """授权明细表: the formal sets held on the day."""
    texts = Texts(sheet)
    return _listing(sheet, texts, SET_LIST, "授权明细", set_list(sheet, texts))


def _listing(sheet: EvaluationSheet, texts: Texts, title: str, name: str, table: Table) -> Document:
    """One wide table under a title, on lying pages; it says of which project and day."""
    below = f"{sheet.header.project}　{sheet.year}年度　评价基准日：{long_day(sheet.as_of)}"
    whole = document_of(sheet, texts, blocks=(replace(table, unit=""),), subtitle=below)
    page = replace(table, caption=f"{title}（{sheet.year}年度）", unit=below)
    return replace(whole, title=title, sheets=(Sheet(name, (page,), landscape=True),), landscape=True)
