"""A comparison run: what it finds is opened, what it finds again goes on, what it does not find any more is closed."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import EVERYWHERE, Actor, require
from licensetrack.core import audit, outbox
from licensetrack.core.clock import now, today
from licensetrack.core.columns import canonical_json
from licensetrack.core.db import transaction
from licensetrack.core.errors import Forbidden
from licensetrack.inventory import queries
from licensetrack.inventory.comparison import Found, Sides, compare
from licensetrack.inventory.models import Difference, DifferenceStep, HostScan, ReconciliationRun
from licensetrack.inventory.moving import NO_WAIVER, begin, move
from licensetrack.inventory.positions import positions, totals
from licensetrack.inventory.rules import check_run_day
from licensetrack.inventory.sides import Asked, as_plain, in_portions, read_sides
from licensetrack.inventory.stages import ASKED, CLOSED, OPEN, WAIVED, WORKED_OFF

PERMISSION = "inventory:run:make"
_SAID = ("kind", "severity", "ours", "theirs", "quantity")


def make_run(as_of: dt.date, floors: Mapping[str, int] | None = None, *, actor: Actor) -> ReconciliationRun:
    """Compares contract, ledger and what runs to the end of a day, and moves every difference accordingly.

    `floors`: product → CPUs that were promised. Runs are made one after the other. Raises Refused for a day to come or
    one before the last run's, Forbidden for who does not see the whole city.
    """
    require(actor, PERMISSION)
    if actor.scope != EVERYWHERE:
        raise Forbidden("Your role does not allow this: %(permission)s.", permission=PERMISSION)
    with transaction() as db:
        audit.lock_head(db)  # one run after the other, and none beside a step of a difference
        last = queries.last_run(db)
        check_run_day(as_of, today(), last.as_of if last else None)
        sides = read_sides(db, Asked(as_of), floors)
        found = compare(sides)
        made = ReconciliationRun(
            as_of=as_of, at=now(), actor_id=actor.id, login=actor.login, name=actor.name, inputs=_inputs(db, sides),
            digest=digest_of(sides), counts={},
        )  # fmt: skip
        counts: dict[str, Any] = {"found": len(found), "new": 0, "still": 0, "reopened": 0, "closed": 0}
        db.add(made)
        db.flush()
        _follow(db, made, found, actor, counts)
        made.counts = {**counts, "totals": _totals(sides)}
        db.flush()
        audit.record(db, PERMISSION, f"run:{made.id}", actor, as_of=as_of, digest=made.digest, **counts)
        outbox.post(db, PERMISSION, run_id=made.id)
    return made


def digest_of(sides: Sides) -> str:
    """SHA-256 over everything that went into a comparison."""
    return hashlib.sha256(canonical_json(as_plain(sides)).encode()).hexdigest()


def _inputs(db: Session, sides: Sides) -> dict[str, Any]:
    ids = sorted({one.scan_id for one in sides.deployed})
    digests: dict[int, str] = {}
    for some in in_portions(ids):
        digests.update(db.execute(select(HostScan.id, HostScan.digest).where(HostScan.id.in_(some))).all())
    return {
        "scans": [[scan_id, digests[scan_id]] for scan_id in ids],
        "platforms": len(sides.deployed),
        "hosts": sum(len(one.hosts) for one in sides.deployed),
        "sets": len(sides.licensed),
        "rights": len(sides.rights),
        "floors": dict(sides.floors),
    }


def _totals(sides: Sides) -> dict[str, dict[str, int]]:
    """Product → what needs a licence, is issued, missing, idle, and on how many platforms nobody looked."""
    return {
        product: {name: getattr(sum_, name) for name in ("needed", "issued", "missing", "idle", "unseen")}
        for product, sum_ in totals(positions(sides)).items()
    }


def _follow(db: Session, run: ReconciliationRun, found: list[Found], actor: Actor, counts: dict[str, Any]) -> None:
    standing = {one.key: one for one in db.scalars(select(Difference).where(Difference.stage != CLOSED))}
    for one in found:
        known = standing.pop(one.key, None)
        if known is None:
            begin(db, _opened(run, one), actor, run.id)
            counts["new"] += 1
        else:
            _see(db, run, known, one, actor, counts)
    for gone in standing.values():
        move(db, gone, "close", actor, row={**NO_WAIVER, "closed_run_id": run.id}, run_id=run.id)
        counts["closed"] += 1


def _opened(run: ReconciliationRun, one: Found) -> Difference:
    return Difference(
        key=one.key, kind=one.kind, severity=one.severity, unit_id=one.unit_id, platform_id=one.platform_id,
        product=one.product, set_id=one.set_id, ours=one.ours, theirs=one.theirs, quantity=one.quantity,
        facts=dict(one.facts), opened_on=run.as_of, opened_run_id=run.id, seen_run_id=run.id, reason="", asker="",
    )  # fmt: skip


def _see(
    db: Session, run: ReconciliationRun, known: Difference, one: Found, actor: Actor, counts: dict[str, Any]
) -> None:
    """A difference that is still there: a waiver that is over or meant other figures lapses, a correction that did
    not help reopens it."""
    counts["still"] += 1
    now_said = {name: getattr(one, name) for name in _SAID}
    changed = now_said != {name: getattr(known, name) for name in _SAID}
    row = {**now_said, "facts": dict(one.facts), "seen_run_id": run.id, "set_id": one.set_id}
    if known.stage in (ASKED, WAIVED):
        over = known.waived_until is not None and known.waived_until < run.as_of
        if over or changed:
            move(db, known, "lapse", actor, row=row | NO_WAIVER, run_id=run.id, note=_words(known, one, changed))
            counts["reopened"] += 1
            return
    elif known.stage == WORKED_OFF and _helps_by(db, known) <= run.as_of:
        move(db, known, "reopen", actor, row=row, run_id=run.id, note=_words(known, one, changed))
        counts["reopened"] += 1
        return
    elif known.stage in (OPEN, WORKED_OFF) and changed:
        move(db, known, "change", actor, row=row, run_id=run.id, note=_words(known, one, changed))
        return
    known.seen_run_id, known.facts = run.id, dict(one.facts)
    db.flush()


def _helps_by(db: Session, known: Difference) -> dt.date:
    """The day from which the last correction counts: a run of an earlier day can not see it yet."""
    query = (
        select(DifferenceStep.on)
        .where(DifferenceStep.difference_id == known.id, DifferenceStep.action == "work_off")
        .order_by(DifferenceStep.seq.desc())
        .limit(1)
    )
    return db.scalar(query) or known.opened_on


def _words(known: Difference, one: Found, changed: bool) -> str:
    """Ours and theirs before and now, where they changed."""
    return f"{known.ours or '—'} / {known.theirs or '—'} → {one.ours or '—'} / {one.theirs or '—'}" if changed else ""
