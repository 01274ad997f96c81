"""Reading evidence: files and what they prove, what an evaluation rests on, what it still lacks; within a scope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import EVERYWHERE, Scope
from licensetrack.accounts.scoping import rows_within
from licensetrack.allocation.models import LicenseSet
from licensetrack.core.errors import NotFound
from licensetrack.core.pages import last_page, page_within
from licensetrack.performance import frameworks, freezing
from licensetrack.performance.evidence_models import EvidenceFile, EvidenceLink
from licensetrack.performance.evidence_rules import BUDGET, INDICATOR, ORDER, SET, Target
from licensetrack.performance.framework import Framework, framework
from licensetrack.performance.models import Evaluation
from licensetrack.performance.sheet import EvidencePaper
from licensetrack.performance.stages import SIGNED
from licensetrack.procurement.models import BudgetEntry
from licensetrack.support.models import ServiceOrder
from licensetrack.units.models import Unit

PAGE_SIZE = 50
STATES = ("standing", "unlinked", "withdrawn")


@dataclass(frozen=True)
class EvidenceAsked:
    """Which files: `search` looks at number, title, name, document number and digest; `state` is one of STATES."""

    search: str = ""
    evidence_class: str = ""
    state: str = "standing"


@dataclass(frozen=True)
class EvidencePage:
    """One page of files, and how many there are."""

    rows: Sequence[EvidenceFile]
    total: int
    number: int

    @property
    def last(self) -> int:
        """The number of the last page; at least 1."""
        return last_page(self.total, PAGE_SIZE)


def evidence_file(db: Session, number: str, scope: Scope = EVERYWHERE) -> EvidenceFile:
    """One file by its number. Raises NotFound, also for one that the scope does not cover."""
    query = select(EvidenceFile).where(EvidenceFile.number == number, *_within(scope))
    found = db.scalars(query).one_or_none()
    if found is None:
        raise NotFound("There is no such evidence.")
    return found


def page_of_evidence(db: Session, asked: EvidenceAsked, page: int = 1, scope: Scope = EVERYWHERE) -> EvidencePage:
    """One page of files, the newest first."""
    wanted = [*_within(scope), *_filters(asked)]
    total = db.scalar(select(func.count()).select_from(EvidenceFile).where(*wanted)) or 0
    number = page_within(page, total, PAGE_SIZE)
    query = select(EvidenceFile).where(*wanted).order_by(EvidenceFile.id.desc())
    return EvidencePage(db.scalars(query.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)).all(), total, number)


def whole_evidence(db: Session, asked: EvidenceAsked, scope: Scope = EVERYWHERE) -> Sequence[EvidenceFile]:
    """Every matching file, in order of number."""
    query = select(EvidenceFile).where(*_within(scope), *_filters(asked))
    return db.scalars(query.order_by(EvidenceFile.id)).all()


def links_of(db: Session, evidence_id: int) -> Sequence[EvidenceLink]:
    """What a file proves and once proved, in order."""
    query = select(EvidenceLink).where(EvidenceLink.evidence_id == evidence_id)
    return db.scalars(query.order_by(EvidenceLink.id)).all()


def standing_links(db: Session, evidence_ids: Sequence[int]) -> dict[int, list[EvidenceLink]]:
    """What each of these files proves now."""
    found: dict[int, list[EvidenceLink]] = {}
    for start in range(0, len(evidence_ids), 500):
        chunk = evidence_ids[start : start + 500]
        query = select(EvidenceLink).where(EvidenceLink.evidence_id.in_(chunk), EvidenceLink.undone_at.is_(None))
        for link in db.scalars(query.order_by(EvidenceLink.id)):
            found.setdefault(link.evidence_id, []).append(link)
    return found


def evidence_for(db: Session, kind: str, subject: str, scope: Scope = EVERYWHERE) -> Sequence[EvidenceFile]:
    """The standing files of a set, a voucher or a service order."""
    query = select(EvidenceFile).where(
        EvidenceFile.withdrawn_at.is_(None),
        exists().where(_standing(), EvidenceLink.target == kind, EvidenceLink.subject == subject),
        *_within(scope),
    )
    return db.scalars(query.order_by(EvidenceFile.id)).all()


def evidence_of(db: Session, found: Evaluation) -> tuple[EvidencePaper, ...]:
    """The papers that an evaluation rests on, for the index of its binder: as frozen once it is signed, else as now."""
    if found.stage == SIGNED:
        return freezing.load(db, found.id, with_traces=False).papers
    return papers_of(db, found.framework_code, found.year)


def papers_of(db: Session, framework_code: str, year: int) -> tuple[EvidencePaper, ...]:
    """The standing files linked to indicators of a framework and year, in order of number."""
    query = (
        select(EvidenceFile, EvidenceLink.subject, EvidenceLink.wanted)
        .join(EvidenceLink, EvidenceLink.evidence_id == EvidenceFile.id)
        .where(
            EvidenceFile.withdrawn_at.is_(None),
            EvidenceLink.undone_at.is_(None),
            EvidenceLink.target == INDICATOR,
            EvidenceLink.framework == framework_code,
            EvidenceLink.year == year,
        )
        .order_by(EvidenceFile.id, EvidenceLink.subject, EvidenceLink.wanted)
    )
    files: dict[int, EvidenceFile] = {}
    proves: dict[int, list[tuple[str, str]]] = {}
    for file, code, wanted in db.execute(query):
        files[file.id] = file
        proves.setdefault(file.id, []).append((code, wanted))
    return tuple(
        EvidencePaper(
            number=file.number, title=file.title, evidence_class=file.evidence_class, name=file.name, kind=file.kind,
            digest=file.digest, size=file.size, document_number=file.document_number,
            document_date=file.document_date, proves=tuple(proves[file.id]),
        )
        for file in files.values()
    )  # fmt: skip


def framework_for(db: Session, code: str, year: int) -> Framework | None:
    """The framework of that code: the newest evaluation's of the year, else the one in force, else the library's."""
    query = (
        select(Evaluation)
        .where(Evaluation.framework_code == code, Evaluation.year == year)
        .order_by(Evaluation.version.desc())
    )
    found = db.scalars(query.limit(1)).first()
    if found is not None:
        return framework(found.framework, found.framework_code)
    try:
        return frameworks.named(db, code)
    except NotFound:
        return None


def is_there(db: Session, target: Target) -> bool:
    """Whether there is such a set, voucher or order. (Indicators: `framework_for`.)"""
    query: Mapping[str, Any] = {
        SET: select(LicenseSet.id).where(LicenseSet.number == target.subject),
        BUDGET: select(BudgetEntry.id).where(BudgetEntry.voucher == target.subject),
        ORDER: select(ServiceOrder.id).where(ServiceOrder.number == target.subject),
    }
    return db.scalar(query[target.kind].limit(1)) is not None


def _filters(asked: EvidenceAsked) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked.search:
        columns = (
            EvidenceFile.number, EvidenceFile.title, EvidenceFile.name, EvidenceFile.document_number,
            EvidenceFile.digest,
        )  # fmt: skip
        found.append(or_(*(column.icontains(asked.search, autoescape=True) for column in columns)))
    if asked.evidence_class:
        found.append(EvidenceFile.evidence_class == asked.evidence_class)
    if asked.state == "withdrawn":
        found.append(EvidenceFile.withdrawn_at.is_not(None))
    else:
        found.append(EvidenceFile.withdrawn_at.is_(None))
    if asked.state == "unlinked":
        found.append(~exists().where(_standing()))
    return found


def _standing() -> ColumnElement[bool]:
    return and_(EvidenceLink.evidence_id == EvidenceFile.id, EvidenceLink.undone_at.is_(None))


def _within(scope: Scope) -> list[ColumnElement[bool]]:
    """Whoever sees a part of the city sees a file that proves something there and, of sets, orders and money, nothing
    elsewhere: a paper is as confidential as the most confidential row that it belongs to.
    """
    if scope == EVERYWHERE:
        return []
    unit = rows_within(scope, district=Unit.district, unit_id=Unit.id)
    holder = select(LicenseSet.id).join(Unit, Unit.id == LicenseSet.unit_id)
    sets = holder.where(LicenseSet.number == EvidenceLink.subject, *unit).correlate(EvidenceLink).exists()
    orders = exists().where(
        ServiceOrder.number == EvidenceLink.subject,
        ServiceOrder.superseded_at.is_(None),
        *rows_within(scope, district=ServiceOrder.district, unit_id=ServiceOrder.unit_id),
    )
    covered = or_(and_(EvidenceLink.target == SET, sets), and_(EvidenceLink.target == ORDER, orders))
    return [
        exists().where(_standing(), covered),
        ~exists().where(_standing(), EvidenceLink.target != INDICATOR, ~covered),
    ]
