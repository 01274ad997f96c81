"""Reading the frameworks that are kept as records: what is in force, every version, and each with its targets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.core.errors import NotFound, Refused
from licensetrack.performance import framework as files
from licensetrack.performance.file_tables import FileError
from licensetrack.performance.framework import Framework, framework
from licensetrack.performance.framework_models import FrameworkStep, FrameworkVersion, TargetRecord
from licensetrack.performance.framework_stages import DRAFT, IN_FORCE, WRITING
from licensetrack.performance.sheet import Step

Records = Mapping[str, Sequence[TargetRecord]]


def in_force(db: Session, code: str) -> Framework:
    """The newest version in force, with all targets recorded for it. Raises NotFound."""
    found = newest_in_force(db, code)
    if found is None:
        raise NotFound("No framework “%(code)s” is in force.", code=code)
    return assembled(db, found)


def named(db: Session, code: str) -> Framework:
    """The framework that a working paper names: the one in force, else the library's of a year. Raises NotFound."""
    found = newest_in_force(db, code)
    if found is not None:
        return assembled(db, found)
    seed = files.load(code)
    if seed.year is None:
        raise NotFound("No framework “%(code)s” is in force.", code=code)
    return seed


def of_year(db: Session, year: int, kind: str = "") -> list[Framework]:
    """The frameworks of a year (and kind) that are in force, each in its newest version with its targets, by code."""
    return [found for found in all_in_force(db) if found.year == year and kind in ("", found.kind)]


def chosen(db: Session, year: int, code: str = "") -> Framework | None:
    """The framework of a year that is in force; `code` says which where several are. None where there is none.

    Raises Refused at `framework` where it is not said which of several, or where no such one is in force.
    """
    standing = of_year(db, year)
    if code:
        standing = [one for one in standing if one.code == code]
        if not standing:
            raise Refused("No framework “%(code)s” of %(year)s is in force.", code=code[:80], year=year).at("framework")
    if len(standing) > 1:
        codes = "、".join(one.code for one in standing)
        raise Refused(
            "Several frameworks of %(year)s are in force (%(codes)s). Say which one.", year=year, codes=codes
        ).at("framework")  # fmt: skip
    return standing[0] if standing else None


def all_in_force(db: Session) -> list[Framework]:
    """Every framework that is in force, in its newest version and with its targets, by code."""
    codes = select(FrameworkVersion.code).where(FrameworkVersion.stage == IN_FORCE).distinct()
    return [in_force(db, code) for code in db.scalars(codes.order_by(FrameworkVersion.code))]


def newest_in_force(db: Session, code: str) -> FrameworkVersion | None:
    """The row of the newest version in force, if there is one."""
    query = select(FrameworkVersion).where(FrameworkVersion.code == code, FrameworkVersion.stage == IN_FORCE)
    return db.scalars(query.order_by(FrameworkVersion.version.desc())).first()


def version_of(db: Session, framework_id: int) -> FrameworkVersion:
    """One version, whatever its stage. Raises NotFound."""
    found = db.get(FrameworkVersion, framework_id)
    if found is None:
        raise NotFound("There is no such framework.")
    return found


def versions(db: Session) -> Sequence[FrameworkVersion]:
    """All versions, the newest year first, each framework's newest version first."""
    order = (FrameworkVersion.year.desc(), FrameworkVersion.kind, FrameworkVersion.code)
    return db.scalars(select(FrameworkVersion).order_by(*order, FrameworkVersion.version.desc())).all()


def waiting_for(db: Session, login: str) -> list[FrameworkVersion]:
    """The drafts that are whole and that this person may put in force, having written nothing of them."""
    drafts = db.scalars(select(FrameworkVersion).where(FrameworkVersion.stage == DRAFT).order_by(FrameworkVersion.id))
    return [draft for draft in drafts if login not in writers_of(db, draft.id) and _is_whole(db, draft)]


def writers_of(db: Session, framework_id: int) -> set[str]:
    """The logins of those who drafted or edited a version."""
    return {step.login for step in steps_of(db, framework_id) if step.action in WRITING}


def _is_whole(db: Session, draft: FrameworkVersion) -> bool:
    try:
        framework(with_targets(draft.content, records_of(db, draft.code)))
    except FileError:
        return False
    return True


def steps_of(db: Session, framework_id: int) -> list[Step]:
    """Who took which step with a version and when, in order."""
    query = select(FrameworkStep).where(FrameworkStep.framework_id == framework_id).order_by(FrameworkStep.id)
    return [Step(step.action, step.login, step.name, step.at, step.note) for step in db.scalars(query)]


def records_of(db: Session, code: str) -> dict[str, list[TargetRecord]]:
    """The targets recorded for a framework, indicator → records, in the order in which they were recorded."""
    query = select(TargetRecord).where(TargetRecord.framework_code == code).order_by(TargetRecord.id)
    found: dict[str, list[TargetRecord]] = {}
    for record in db.scalars(query):
        found.setdefault(record.indicator, []).append(record)
    return found


def assembled(db: Session, found: FrameworkVersion) -> Framework:
    """A version as scoring reads it: its content, with the targets recorded for its code in place of its own.

    A draft need not be whole. Raises FileError for content that nobody could have put in force.
    """
    content = with_targets(found.content, records_of(db, found.code))
    return framework(content, f"{found.code} {found.version}", whole=found.stage == IN_FORCE)


def with_targets(content: Mapping[str, Any], records: Records) -> dict[str, Any]:
    """The content with the recorded targets at their indicators; of two from the same day the later one counts."""
    made = deepcopy(dict(content))
    for leaf in _leaves(made):
        versions = {record.valid_from: record for record in records.get(leaf["code"], ())}
        if versions:
            leaf.pop("target", None)
            leaf["targets"] = [_target(record) for _, record in sorted(versions.items())]
    return made


def _target(record: TargetRecord) -> dict[str, str]:
    """A target as a file says it, in text, so that the same record always reads the same."""
    return {
        "value": format(record.value, "f"), "from": record.valid_from.isoformat(), "author": record.author,
        "document": record.document, "reason": record.reason, "paper": record.paper_digest,
    }  # fmt: skip


def _leaves(content: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    for level1 in content.get("level1", ()):
        for level2 in level1.get("level2", ()):
            yield from level2.get("level3", ())
