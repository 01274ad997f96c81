"""Builds the evaluation report from its frozen sheet alone: chapters, annexes, workbook, all from the same figures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from licensetrack.performance.sheet import EvaluationSheet
from licensetrack.reports.document import (
    AnnexTitle,
    Block,
    Document,
    PageBreak,
    Paragraph,
    Properties,
    Section,
    Sheet,
    Signature,
)
from licensetrack.reports.evaluation_annexes import (
    colophon,
    evidence_list,
    paper_list,
    proof_list,
    score_details,
    set_list,
    unit_list,
)
from licensetrack.reports.evaluation_chapters import Chapters
from licensetrack.reports.evaluation_forms import TITLE, self_assessment
from licensetrack.reports.evaluation_sheets import sheets
from licensetrack.reports.evaluation_text import Texts
from licensetrack.reports.evaluation_words import local_day, long_day
from licensetrack.reports.scene import text_width

ANNEXES = (TITLE, "绩效指标评分表", "授权单位名单", "授权明细", "佐证材料清单", "报告编制说明")
DRAFT = "（草稿，未经签发）"
_TITLE_LINE = 20
"""Characters of a title's line: 156 mm at 22 points."""
_WHOLE_WORDS = re.compile("年度|软件|系统|平台|服务|工程|授权|建设|运维|项目|部门|绩效")


def evaluation_document(sheet: EvaluationSheet) -> Document:
    """The report to be read, for PDF and Word; the same sheet gives the same document.

    Raises sentences.WordingError for a number in a text that no figure backs, naming the place.
    """
    texts = Texts(sheet)
    return document_of(sheet, texts, blocks=(*_text(sheet, texts), *_closing(sheet), *_annexes(sheet, texts)))


def evaluation_workbook(sheet: EvaluationSheet) -> Document:
    """The same report as sheets, with the rows behind every figure. The sheet has to carry its traces.

    Raises sentences.WordingError as `evaluation_document` does, evaluation_rows.RowsDisagree for rows that do not add
    up, ValueError without traces.
    """
    if not sheet.traces:
        raise ValueError("the workbook shows the rows behind the figures: ask for the sheet with its traces")
    texts = Texts(sheet)
    made = document_of(sheet, texts, blocks=())
    return Document(
        made.title,
        made.properties,
        (),
        made.subtitle,
        tuple(sheets(sheet, texts, _text(sheet, texts))),
        texts.figures,
    )


def self_assessment_document(sheet: EvaluationSheet) -> Document:
    """The form 项目支出绩效自评表 alone, for all three renderers: as a page to be printed, and as a sheet."""
    texts = Texts(sheet)
    form = self_assessment(sheet, texts)
    whole = document_of(sheet, texts, blocks=(form,))
    page = replace(form, caption=f"{TITLE}{form.caption}")
    draft = "" if sheet.frozen else DRAFT
    return replace(whole, title=TITLE, subtitle=draft, sheets=(Sheet("自评表", (page,), whole=True),))


def document_of(sheet: EvaluationSheet, texts: Texts, blocks: tuple[Block, ...], subtitle: str = "") -> Document:
    """A document with the sheet's title, day and figures; without a subtitle, under the implementer's name."""
    header, below = sheet.header, subtitle or sheet.header.implementer
    keywords = f"{sheet.year}年度,绩效评价,评价基准日{sheet.as_of.isoformat()},第{sheet.version}版"
    return Document(
        title=balanced(header.title),
        subtitle=below if sheet.frozen else f"{below}\n{DRAFT}",
        properties=Properties(header.author, sheet.signed_at or sheet.known_at, header.project, keywords),
        blocks=blocks,
        figures=texts.figures,
    )


def balanced(title: str) -> str:
    """A title that needs two lines, parted behind a whole word where they come out most alike, as GB/T 9704 says."""
    if "\n" in title or text_width(title, 1.0) <= _TITLE_LINE:
        return title
    breaks = [word.end() for word in _WHOLE_WORDS.finditer(title, 0, len(title) - 2)]
    fitting = [at for at in breaks if max(text_width(part, 1.0) for part in (title[:at], title[at:])) <= _TITLE_LINE]
    if not fitting:
        return title
    at = min(fitting, key=lambda at: abs(text_width(title[:at], 1.0) - text_width(title[at:], 1.0)))
    return f"{title[:at]}\n{title[at:]}"


def _text(sheet: EvaluationSheet, texts: Texts) -> Iterator[Block]:
    """All that is to be read before the annexes."""
    header = sheet.header
    if header.lead:
        yield texts.paragraph(header.lead, "导语")
    yield from Chapters(sheet, texts).blocks()
    if header.note:
        yield texts.paragraph(f"说明：{header.note}", "说明")


def _closing(sheet: EvaluationSheet) -> Iterator[Block]:
    """The list of annexes, and who signed when."""
    for number, name in enumerate(ANNEXES, 1):
        lead = "附件：" if number == 1 else "　　　"
        yield Paragraph((f"{lead}{number}.{name}",), keep=True)
    if sheet.signed_at:
        yield Signature((sheet.header.author, long_day(local_day(sheet.signed_at))))


def _annexes(sheet: EvaluationSheet, texts: Texts) -> Iterator[Block]:
    titles = iter([AnnexTitle(f"附件{number}", name) for number, name in enumerate(ANNEXES, 1)])
    yield PageBreak()
    yield next(titles)
    yield self_assessment(sheet, texts)
    yield Section(landscape=True)
    yield next(titles)
    yield score_details(sheet, texts)
    yield PageBreak()
    yield next(titles)
    yield unit_list(sheet, texts)
    yield PageBreak()
    yield next(titles)
    yield set_list(sheet, texts)
    yield Section(landscape=False)
    yield next(titles)
    yield evidence_list(sheet, "一、各指标佐证材料")
    if sheet.papers:
        yield proof_list(sheet, "二、佐证材料文件")
    yield paper_list(sheet, "三、数据来源文件" if sheet.papers else "二、数据来源文件", broken=True)
    yield PageBreak()
    yield next(titles)
    yield colophon(sheet)
