"""What a unit held on a day, set by set, and what was installed and uninstalled there: read from the ledger's facts.

Which formal sets are held is asked of the same function that the figures rest on; the facts add words and days. What
was installed minus what was uninstalled is what the figures count as imported.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Scope
from licensetrack.allocation.fold import Fact, State, fold, in_order
from licensetrack.allocation.ledger import facts_of, standing_events
from licensetrack.allocation.models import LedgerEvent, LicenseSet
from licensetrack.allocation.stages import FORMAL, TEMPORARY
from licensetrack.measures.catalogue import figures
from licensetrack.measures.ledger_sums import sets_behind
from licensetrack.measures.question import Question, Value
from licensetrack.units.models import Unit, UnitName

INSTALL, UNINSTALL = "install", "uninstall"
# Facts after which the software stands elsewhere, or in another version, than before.
_REPLACING = {"upgrade": "版本升级", "replace_host": "更换主机", "move": "平台或机房调整"}
_ENDING = {"return": "交回", "revoke": "收回", "supersede": "转为正式授权", "void": "作废"}


class Held(NamedTuple):
    """One set that the unit held on the day."""

    id: int
    number: str
    product: str
    kind: str
    edition: str
    platform: str
    site: str
    cpus: int | None
    issued_on: dt.date
    imported_on: dt.date | None
    accepted_on: dt.date | None
    valid_until: dt.date | None
    stage: str


class Operation(NamedTuple):
    """One line of 《软件安装维护情况明细表》; `cpus` is how many licences it brought or took, always above zero."""

    on: dt.date
    act: str
    product: str
    edition: str
    number: str
    fingerprint: str
    platform: str
    sets: int
    cpus: int
    note: str


@dataclass(frozen=True)
class Holdings:
    """A unit's papers rest on this: the unit under its name of that day, its sets, its figures, its operations."""

    unit_id: int
    name: str
    code: str
    as_of: dt.date
    formal: Sequence[Held]
    temporary: Sequence[Held]
    figures: dict[str, Value]
    operations: Sequence[Operation]


def holdings(db: Session, unit: Unit, as_of: dt.date) -> Holdings:
    """Everything that the papers of a unit say as of a day."""
    question = Question(as_of, None, Scope("unit", str(unit.id)))
    counted = {row["set_id"] for row in sets_behind(db, question)}
    formal: list[Held] = []
    temporary: list[Held] = []
    operations: list[Operation] = []
    ever = select(LedgerEvent.set_id).where(LedgerEvent.unit_id == unit.id, LedgerEvent.on <= as_of).distinct()
    for license_set in db.scalars(select(LicenseSet).where(LicenseSet.id.in_(ever)).order_by(LicenseSet.number)):
        facts = in_order([f for f in facts_of(standing_events(db, license_set.id)).values() if f.on <= as_of])
        if not facts:
            continue
        states = [fold(facts[:count])[0] for count in range(1, len(facts) + 1)]
        if license_set.kind == FORMAL:
            operations += _operations(unit.id, license_set, facts, states)
            if license_set.id in counted:
                formal.append(_held(license_set, states[-1]))
        elif license_set.kind == TEMPORARY and states[-1].holder.unit_id == unit.id and states[-1].standing()[0]:
            temporary.append(_held(license_set, states[-1]))
    return Holdings(
        unit.id, name_on(db, unit, as_of), unit.code, as_of, formal, temporary, figures(db, question),
        sorted(operations, key=lambda one: (one.on, one.number, one.act == INSTALL)),
    )  # fmt: skip


def name_on(db: Session, unit: Unit, day: dt.date) -> str:
    """The name that the unit had on a day."""
    query = select(UnitName.name).where(UnitName.unit_id == unit.id, UnitName.until.is_not(None), UnitName.until > day)
    return db.scalar(query.order_by(UnitName.until).limit(1)) or unit.name


def _held(license_set: LicenseSet, state: State) -> Held:
    shown = state.shown
    return Held(
        license_set.id, license_set.number, license_set.product, license_set.kind, shown.edition, shown.platform,
        shown.site, state.cpus, state.issued_on, state.imported_on, state.accepted_on,
        dt.date.fromisoformat(shown.valid_until) if shown.valid_until else None, state.stage,
    )  # fmt: skip


def _operations(
    unit_id: int, license_set: LicenseSet, facts: Sequence[Fact], states: Sequence[State]
) -> Iterator[Operation]:
    """The set's facts as seen from one unit: what came onto its platforms and what left them."""

    def told(act: str, on: dt.date, state: State, note: str, cpus: int | None = None, sets: int = 1) -> Operation:
        shown, size = state.shown, abs(state.cpus or 0 if cpus is None else cpus)
        return Operation(
            on, act, license_set.product, shown.edition, license_set.number, shown.fingerprint, shown.platform, sets,
            size, note,
        )  # fmt: skip

    before = states[0]
    for fact, after in zip(facts[1:], states[1:], strict=True):
        was, now = _installed(before, unit_id), _installed(after, unit_id)
        if was and now and fact.action in _REPLACING:
            yield told(UNINSTALL, fact.on, before, _REPLACING[fact.action])
            yield told(INSTALL, fact.on, after, _REPLACING[fact.action])
        elif was and now and fact.action in ("expand", "shrink"):
            act, note = (INSTALL, "扩容") if fact.action == "expand" else (UNINSTALL, "缩容")
            yield told(act, fact.on, after, note, fact.cpus, sets=0)
        elif was and not now:
            yield told(UNINSTALL, fact.on, before, _ENDING.get(fact.action, "调出"))
        elif now and not was:
            yield told(INSTALL, fact.on, after, "导入授权" if fact.action == "import" else "调入")
        before = after


def _installed(state: State, unit_id: int) -> bool:
    """Whether the set stands on a platform of this unit: imported and still held there."""
    return state.holder.unit_id == unit_id and bool(state.standing()[2])
