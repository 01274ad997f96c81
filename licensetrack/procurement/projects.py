"""The projects of a year: what every form's head says of them, registered once; what changed stays on record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, require_city
from licensetrack.core import audit
from licensetrack.core.clock import now
from licensetrack.core.db import row_with_id, transaction
from licensetrack.core.errors import Refused
from licensetrack.procurement.claims import Changed, change_row, check_lengths
from licensetrack.procurement.contract_models import Project
from licensetrack.procurement.models import BudgetEntry
from licensetrack.procurement.rules import check_needed, check_period, check_year

NATURES = ("", "new", "continuing")


@dataclass(frozen=True)
class ProjectEntry:
    """What is told of a project. `authority` is the 主管部门, `implementer` the 实施单位."""

    year: int
    code: str
    name: str
    category: str = ""
    nature: str = ""
    authority: str = ""
    authority_code: str = ""
    implementer: str = ""
    implementer_code: str = ""
    leader: str = ""
    leader_phone: str = ""
    finance_leader: str = ""
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    overview: str = ""
    basis: str = ""


def check_project(entry: ProjectEntry) -> None:
    """Year, code and name are needed, and the period does not end before it begins. Raises Refused."""
    check_year(entry.year)
    check_needed(entry.code, "code")
    check_needed(entry.name, "name")
    check_period(entry.starts_on, entry.ends_on)
    if entry.nature not in NATURES:
        raise Refused("There is no such nature of a project.").at("nature")


def register_project(entry: ProjectEntry, *, actor: Actor) -> Project:
    """A new project of its year. Raises Refused when the year has one of this code already."""
    require_city(actor, "procurement:project:register")
    check_project(entry)
    check_lengths(Project, asdict(entry))
    with transaction() as db:
        _check_free(db, entry)
        project = Project(**asdict(entry), version=1, recorded_at=now())
        db.add(project)
        db.flush()
        audit.record(db, "procurement:project:register", _subject(entry), actor, new=asdict(entry))
    return project


def change_project(project_id: int, entry: ProjectEntry, *, actor: Actor, seen: int | None = None) -> Changed:
    """Changes what is told of a project; returns what changed. `seen` is the version that the visitor saw.

    Raises Refused for a code that the year has already or a year in which no entry of the project lies, Conflict.
    """
    require_city(actor, "procurement:project:change")
    check_project(entry)
    check_lengths(Project, asdict(entry))
    with transaction() as db:
        _check_free(db, entry, project_id)
        _check_year_stays(db, entry, project_id)
        _, changed = change_row(db, Project, project_id, entry, seen)
        if changed:
            audit.record(db, "procurement:project:change", _subject(entry), actor, changed=changed)
    return changed


def projects(db: Session, year: int | None = None) -> Sequence[Project]:
    """The projects of a year, or all with the newest year first, in order of their code."""
    query = select(Project).order_by(Project.year.desc(), Project.code)
    return db.scalars(query if year is None else query.where(Project.year == year)).all()


def project(db: Session, project_id: int) -> Project:
    """One project. Raises NotFound."""
    return row_with_id(db, Project, project_id)


def project_of(db: Session, year: int, code: str = "") -> Project | None:
    """The project of a year with this code; without one, the year's first by code."""
    return next((one for one in projects(db, year) if not code or one.code == code), None)


def _check_free(db: Session, entry: ProjectEntry, own: int | None = None) -> None:
    known = project_of(db, entry.year, entry.code)
    if known is not None and known.id != own:
        raise Refused("%(year)s has a project “%(code)s” already.", year=entry.year, code=entry.code).at("code")


def _check_year_stays(db: Session, entry: ProjectEntry, project_id: int) -> None:
    first, last = dt.date(entry.year, 1, 1), dt.date(entry.year, 12, 31)
    outside = select(BudgetEntry.id).where(BudgetEntry.project_id == project_id, ~BudgetEntry.on.between(first, last))
    if db.scalar(outside.limit(1)) is not None:
        raise Refused("The project has budget entries of another year.").at("year")


def _subject(entry: ProjectEntry) -> str:
    return f"project:{entry.year}:{entry.code}"
