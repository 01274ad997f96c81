"""What all verbs of a set share: who may, which day, what the visitor saw; then one posting, audited and told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypedDict

from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import EVERYWHERE, Actor, require
from licensetrack.allocation.fold import Fact, State
from licensetrack.allocation.ledger import Operation, post, shown_on
from licensetrack.allocation.models import LicenseSet
from licensetrack.allocation.papers import NO_PAPER, Paper, with_paper
from licensetrack.allocation.rules import check_day
from licensetrack.allocation.shown import Shown, check_words
from licensetrack.allocation.state_row import check_seen
from licensetrack.core import outbox
from licensetrack.core.db import transaction
from licensetrack.units.models import Unit


class How(TypedDict, total=False):
    """What every verb may be told besides."""

    seen: int | None
    paper: Paper


@contextmanager
def operation(
    license_set: LicenseSet, on: dt.date, permission: str, actor: Actor, how: How
) -> Iterator[tuple[Session, Operation]]:
    """Who may, which day; then one transaction into which the set is brought; its version tells whether it is stale."""
    require(actor, permission)
    check_day(on)
    with transaction() as db:
        if license_set not in db:
            db.add(license_set)
        if actor.scope != EVERYWHERE:
            holder = db.get_one(Unit, license_set.unit_id)
            require(actor, permission, district=holder.district, unit_id=holder.id)
        check_seen(db, license_set, how.get("seen"))
        yield db, Operation(actor)


def act(
    license_set: LicenseSet,
    fact: Fact,
    permission: str,
    actor: Actor,
    how: How,
    check: Callable[[Shown, Fact], None] | None = None,
) -> State:
    """Adds one fact to a set, after `check` has compared it with what the set shows on that day."""
    fact = with_paper(fact, how.get("paper", NO_PAPER))
    check_words(fact.details)
    with operation(license_set, fact.on, permission, actor, how) as (db, acting):
        if check is not None:
            check(shown_on(db, license_set, fact.on), fact)
        state = post(db, license_set, acting, add=[fact])
        acting.record(db, permission, f"set:{license_set.number}", on=fact.on, cpus=fact.cpus)
        outbox.post(db, permission, set_id=license_set.id)
    return state
