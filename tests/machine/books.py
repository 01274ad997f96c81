"""The program's books beside the model's: figures as of a day, state rows, entitlements, and every invariant."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

from sqlalchemy import select

from licensetrack.accounts.permissions import Scope
from licensetrack.allocation.models import LicenseSet, Revocation
from licensetrack.core.db import reading
from licensetrack.measures.catalogue import figures
from licensetrack.measures.ledger_sums import split
from licensetrack.measures.question import Question
from licensetrack.procurement.models import Entitlement
from licensetrack.units.models import Platform, Unit
from tests.invariants import broken
from tests.machine.model import Trade
from tests.machine.pools import DISTRICTS, METRIC, WORDS

COUNTERS = (
    "issued_sets", "issued_cpus", "imported_sets", "imported_cpus", "accepted_sets", "accepted_cpus", "failed_imports",
)  # fmt: skip
Parts = Counter[tuple[str, str, int]]


def figures_agree(trade: Trade, codes: dict[int, str], by_unit: dt.date, by_district: dt.date) -> None:
    """Per product and stage: of every unit as of one day, of every district as of another."""
    with reading() as db:
        found = _parts(split(db, Question(by_unit), "unit_id"), codes)
        assert found == trade.counts(by_unit), f"by unit as of {by_unit}"
        found = _parts(split(db, Question(by_district), "district"))
        assert found == trade.counts(by_district, "district"), f"by district as of {by_district}"
        used = db.execute(select(Entitlement.product, Entitlement.used_sets, Entitlement.used_cpus)).all()
    assert {row[0]: (row[1], row[2]) for row in used} == {product: trade.used(product) for product in METRIC}


def _parts(found: dict[Any, Any], names: dict[Any, str] | None = None) -> Parts:
    return Counter(
        {
            (names[part] if names else part, product, COUNTERS.index(name)): count
            for part, products in found.items()
            for product, counters in products.items()
            for name, count in counters.items()
            if count
        }
    )


def rows_agree(trade: Trade) -> None:
    """Every set's row shows how it stands now and what was said of it, and the codes that are awaited are those."""
    with reading() as db:
        query = select(LicenseSet, Unit.code, Platform.name).join(Unit, Unit.id == LicenseSet.unit_id)
        shown = db.execute(query.outerjoin(Platform, Platform.id == LicenseSet.platform_id)).all()
        awaited = db.execute(
            select(LicenseSet.number, Revocation.opened_on, Revocation.action, Revocation.fingerprint, Unit.code)
            .join(LicenseSet, LicenseSet.id == Revocation.set_id)
            .join(Unit, Unit.id == Revocation.unit_id)
            .where(Revocation.voided_at.is_(None))
        ).all()
    for one, code, platform in shown:
        at = trade.sets[one.number].now
        told = (at.stage, at.unit, at.cpus, at.issued_on, at.imported_on, at.accepted_on, at.ended_on)
        row = (one.stage, code, one.cpus, one.issued_on, one.imported_on, one.accepted_on, one.ended_on)
        assert row == told, one.number
        until = one.valid_until.isoformat() if one.valid_until else ""
        words = {"platform": platform or "", "site": one.site, "edition": one.edition, "fingerprint": one.fingerprint}
        assert {**words, "valid_until": until} == {name: at.shown.get(name, "") for name in WORDS}, one.number
    assert len(shown) == len(trade.sets)
    codes = [(kept.number, *code) for kept in trade.sets.values() if kept.kind == "formal" for code in kept.now.codes]
    found = sorted(tuple(row) for row in awaited)
    assert found == sorted(codes), f"{found} are awaited, and should be {sorted(codes)}"


def units_agree(trade: Trade) -> None:
    """Units served, for everybody and within each district."""
    with reading() as db:
        for district in (None, *DISTRICTS):
            scope = Scope() if district is None else Scope("district", district)
            assert figures(db, Question(trade.today, scope=scope))["units.served"] == trade.served(
                trade.today, district
            )


def every_invariant_holds() -> None:
    assert broken() == []
