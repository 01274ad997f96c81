"""Work lists about what runs: differences to work off, and waivers that a second person has to answer."""

from __future__ import annotations

from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from licensetrack.core.clock import business_day
from licensetrack.inventory import queries
from licensetrack.inventory.queries import Wanted
from licensetrack.inventory.stages import ASKED, OPEN
from licensetrack.web import inventory_words as words
from licensetrack.web import wording
from licensetrack.web.work_rows import Asked, WorkRow


def to_work_off(db: Session, asked: Asked) -> list[WorkRow]:
    """Open differences, the oldest first."""
    rows = queries.differences(db, Wanted(stage=OPEN), asked.scope)
    found = [_row(row[0], row.unit, row.platform, row.number, row[0].opened_on, asked) for row in rows]
    return sorted(found, key=lambda row: (row.since or asked.as_of, row.label))


def to_explain(db: Session, asked: Asked) -> list[WorkRow]:
    """Open differences of which nobody said anything yet, the oldest first."""
    rows, explained = queries.differences(db, Wanted(stage=OPEN), asked.scope), queries.explained(db)
    found = [
        _row(row[0], row.unit, row.platform, row.number, row[0].opened_on, asked)
        for row in rows
        if row[0].id not in explained
    ]
    return sorted(found, key=lambda row: (row.since or asked.as_of, row.label))


def to_answer(db: Session, asked: Asked) -> list[WorkRow]:
    """Waivers that were asked for, those of the visitor's own hand left out: another person answers."""
    found, last = [], queries.last_steps_at(db, ASKED)
    for row in queries.differences(db, Wanted(stage=ASKED), asked.scope):
        one = row[0]
        if one.asker != asked.actor.login:
            since = business_day(last[one.id])
            found.append(_row(one, row.unit, row.platform, row.number, since, asked, one.reason))
    return sorted(found, key=lambda row: (row.since or asked.as_of, row.label))


def _row(
    one: Any, unit: str | None, platform: str | None, number: str | None, since: Any, asked: Asked, note: str = ""
) -> WorkRow:
    address = url_for("differences.one", difference_id=one.id)
    about = " · ".join(part for part in (wording.word(wording.PRODUCTS, one.product), platform, number) if part)
    where = unit or str(words.SCOPES.get(one.key.split("|", 1)[0], ""))
    said = note or f"{one.ours or '—'} / {one.theirs or '—'}"
    return WorkRow(address, f"{words.KINDS[one.kind]} {one.id}", where, about, since, (asked.as_of - since).days, said)
