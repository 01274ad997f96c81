"""The door to finished files: which forms there are, what a file is called, and the bytes of an evaluation report."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

from licensetrack.core.errors import NotFound
from licensetrack.performance.goals import GoalSheet
from licensetrack.performance.monitoring_sheet import MonitoringSheet
from licensetrack.performance.sheet import EvaluationSheet
from licensetrack.reports.document import Document
from licensetrack.reports.docx import render_docx
from licensetrack.reports.evaluation import evaluation_document, evaluation_workbook, self_assessment_document
from licensetrack.reports.evaluation_brief import brief_document
from licensetrack.reports.evaluation_lists import score_document, set_document, unit_document
from licensetrack.reports.goal_form import goals_document
from licensetrack.reports.monitoring import Results, monitoring_document
from licensetrack.reports.pdf import render_pdf
from licensetrack.reports.xlsx import render_xlsx

Form = Literal["pdf", "docx", "xlsx"]
FORMS: tuple[Form, ...] = get_args(Form)
EVALUATION, SELF_ASSESSMENT = "evaluation", "self-assessment"
SCORE_TABLE, BRIEF, UNITS, SETS = "score-table", "brief", "units", "sets"
KIND_NAMES = {
    EVALUATION: "部门评价报告",
    SELF_ASSESSMENT: "项目支出绩效自评表",
    SCORE_TABLE: "绩效指标评分表",
    BRIEF: "领导简报",
    UNITS: "授权单位名单",
    SETS: "授权明细表",
}
KINDS = tuple(KIND_NAMES)
MONITORING, GOALS = "monitoring", "goals"
MONITORING_NAME, GOALS_NAME = "绩效运行监控表", "绩效目标申报表"
_BUILDERS: dict[str, Callable[[EvaluationSheet], Document]] = {
    EVALUATION: evaluation_document,
    SELF_ASSESSMENT: self_assessment_document,
    SCORE_TABLE: score_document,
    BRIEF: brief_document,
    UNITS: unit_document,
    SETS: set_document,
}
MEDIA_TYPES: dict[Form, str] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def write_evaluation(sheet: EvaluationSheet, form: str, kind: str = EVALUATION) -> bytes:
    """One document of an evaluation as bytes; the same sheet gives the same bytes on any machine, day and hour.

    `kind` is the whole report, or one of the papers that stand alone (KIND_NAMES).
    Raises NotFound for another form or kind, sentences.WordingError for a number in a text that no figure backs, and
    ValueError for the report's workbook from a sheet without traces.
    """
    if kind == EVALUATION and form == "xlsx":
        return rendered(evaluation_workbook(sheet), form)
    return rendered(document_of(sheet, kind), form)


def document_name(sheet: EvaluationSheet, kind: str) -> str:
    """What a document is called: the report of a unit's self-assessment is no department's."""
    return "绩效自评报告" if (kind, sheet.kind) == (EVALUATION, SELF_ASSESSMENT) else KIND_NAMES[kind]


def write_monitoring(sheet: MonitoringSheet, form: str, results: Results | None = None) -> bytes:
    """项目支出绩效运行监控表 as bytes; the same sheet gives the same bytes. Raises NotFound, sentences.WordingError."""
    return rendered(monitoring_document(sheet, results), form)


def write_goals(sheet: GoalSheet, form: str) -> bytes:
    """项目支出绩效目标申报表 as bytes. Raises NotFound, sentences.WordingError."""
    return rendered(goals_document(sheet), form)


def document_of(sheet: EvaluationSheet, kind: str) -> Document:
    """What a kind of document says on paper. Raises NotFound, sentences.WordingError."""
    if kind not in _BUILDERS:
        raise NotFound("There is no kind of document “%(kind)s”.", kind=kind)
    return _BUILDERS[kind](sheet)


def rendered(document: Document, form: str) -> bytes:
    """The document in one of FORMS. Raises NotFound for another."""
    match form:
        case "pdf":
            return render_pdf(document)
        case "docx":
            return render_docx(document)
        case "xlsx":
            return render_xlsx(document)
    raise NotFound("There is no output form “%(form)s”.", form=form)


def file_name(sheet: EvaluationSheet, form: str, kind: str = "") -> str:
    """evaluation-2024.pdf; later versions and drafts say so: evaluation-2024-v2.pdf, evaluation-2024-draft.pdf."""
    mark = "-draft" if not sheet.frozen else f"-v{sheet.version}" if sheet.version > 1 else ""
    return f"{kind or sheet.kind}-{sheet.year}{mark}.{form}"
