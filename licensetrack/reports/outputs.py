"""The door to finished files: which forms there are, what a file is called, and the bytes of an evaluation report."""

from __future__ import annotations

from typing import Literal, get_args

from licensetrack.core.errors import NotFound
from licensetrack.performance.sheet import EvaluationSheet
from licensetrack.reports.docx import render_docx
from licensetrack.reports.evaluation import evaluation_document, evaluation_workbook
from licensetrack.reports.pdf import render_pdf
from licensetrack.reports.xlsx import render_xlsx

Form = Literal["pdf", "docx", "xlsx"]
FORMS: tuple[Form, ...] = get_args(Form)
MEDIA_TYPES: dict[Form, str] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def write_evaluation(sheet: EvaluationSheet, form: str) -> bytes:
    """The report as a file's bytes; the same sheet gives the same bytes on any machine, day and hour.

    Raises NotFound for another form, wording.WordingError for a number in a text that no figure backs, and ValueError
    for a workbook from a sheet without traces.
    """
    match form:
        case "pdf":
            return render_pdf(evaluation_document(sheet))
        case "docx":
            return render_docx(evaluation_document(sheet))
        case "xlsx":
            return render_xlsx(evaluation_workbook(sheet))
    raise NotFound("There is no output form “%(form)s”.", form=form)


def file_name(sheet: EvaluationSheet, form: str) -> str:
    """evaluation-2024.pdf; later versions and drafts say so: evaluation-2024-v2.pdf, evaluation-2024-draft.pdf."""
    mark = "-draft" if not sheet.frozen else f"-v{sheet.version}" if sheet.version > 1 else ""
    return f"{sheet.kind}-{sheet.year}{mark}.{form}"
