"""What an evaluation gives to take away, made the same way for a page and for a job, and which of it takes long."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import BinaryIO, NamedTuple

from sqlalchemy.orm import Session

from licensetrack.core.errors import NotFound
from licensetrack.performance import queries
from licensetrack.performance.evidence_wanted import wanted_of
from licensetrack.performance.models import Evaluation
from licensetrack.performance.sheet import EvaluationSheet
from licensetrack.reports.evidence_binder import write_binder
from licensetrack.reports.outputs import (
    EVALUATION,
    FORMS,
    KINDS,
    MEDIA_TYPES,
    SETS,
    UNITS,
    Form,
    file_name,
    write_evaluation,
)  # fmt: skip
from licensetrack.reports.sealed_pack import Progress, pack_name, read_content, write_content

BINDER, PACK = "evidence.zip", "pack.zip"
ZIP = "application/zip"
# A list of so many lines, or so many bytes of evidence, takes about five seconds on one core: longer is a job's work.
MOST_LINES, MOST_BYTES = 4_000, 200_000_000
REPORTS_IN_A_PACK = 4  # its eighteen documents take as long as four reports


class Output(NamedTuple):
    """One thing to take away: `evaluation.pdf`, `units.xlsx`, … or one of the two archives."""

    name: str

    @property
    def kind(self) -> str:
        """Which document; for an archive its name without the ending."""
        return self.name.rpartition(".")[0]

    @property
    def form(self) -> str:
        """pdf, docx, xlsx or zip."""
        return self.name.rpartition(".")[2]

    @property
    def permission(self) -> str:
        """What it needs to have it."""
        return "performance:pack:download" if self.name == PACK else "performance:read"


class Ready(NamedTuple):
    """An output whose content is read: `write` needs no database any more."""

    name: str  # for people
    media_type: str
    sheet: EvaluationSheet
    write: Callable[[BinaryIO, Progress], None]


def output(name: str) -> Output:
    """The output of that name. Raises NotFound."""
    found = Output(name)
    if name not in (BINDER, PACK) and not (found.kind in KINDS and found.form in FORMS):
        raise NotFound("There is no kind of document “%(kind)s”.", kind=name)
    return found


def takes_long(one: Output, sheet: EvaluationSheet) -> bool:
    """Whether a visitor should not wait for it: the one rule, by lines and bytes. A sheet without traces will do."""
    evidence = sum(paper.size for paper in sheet.papers) + sum(file.size for file in sheet.evidence)
    return _lines(one, sheet) > MOST_LINES or (one.form == "zip" and evidence > MOST_BYTES)


def _lines(one: Output, sheet: EvaluationSheet) -> int:
    """How many lines of lists it holds, weighed for a pack; other documents have as many as indicators."""

    def figure(*names: str) -> int:
        return sum(int(sheet.figures[name].value or 0) for name in names if name in sheet.figures)

    units = figure("units.served")
    sets = figure("virtualization.accepted_sets", "cloud_management.accepted_sets", "bms.accepted_sets")
    whole = units + sets + figure("support.orders")
    return {EVALUATION: whole, "pack": whole * REPORTS_IN_A_PACK, UNITS: units, SETS: sets}.get(one.kind, 0)


def read_output(db: Session, found: Evaluation, one: Output, digests: Sequence[str] = ("sha256",)) -> Ready:
    """Reads what it holds; of a signed evaluation it is written with the same bytes whenever that is done.

    `digests` are those that a pack states. Raises NotFound for the pack of an unsigned evaluation. `write` raises
    NotFound where a stored file is missing or damaged, wording.WordingError for a number that no figure backs.
    """
    if one.name == PACK:
        content = read_content(db, found)
        return Ready(
            pack_name(content.sheet), ZIP, content.sheet,
            lambda target, progress: write_content(content, target, digests=digests, progress=progress),
        )  # fmt: skip
    if one.name == BINDER:
        sheet, lines = queries.sheet(db, found, with_traces=False), wanted_of(db, found)
        return Ready(
            file_name(sheet, "zip", "evidence"), ZIP, sheet, lambda target, _: write_binder(sheet, lines, target)
        )
    sheet = queries.sheet(db, found)
    form: Form = one.form  # type: ignore[assignment]

    def write(target: BinaryIO, progress: Progress) -> None:
        progress(1, 3)
        target.write(write_evaluation(sheet, form, one.kind))
        progress(2, 3)

    return Ready(file_name(sheet, form, one.kind), MEDIA_TYPES[form], sheet, write)
