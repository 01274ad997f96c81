"""Work lists about requests: to review, to approve (also in another's stead), to issue, returned to the unit."""

from __future__ import annotations

from dataclasses import replace

from flask import url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import allows
from licensetrack.allocation.consents import consents
from licensetrack.core.clock import business_day, today
from licensetrack.procurement.models import Entitlement
from licensetrack.requests import waiting
from licensetrack.requests.delegations import principals_of
from licensetrack.requests.fulfillment import open_lines
from licensetrack.requests.queries import RequestRow, requests_at
from licensetrack.requests.stages import ACCEPTED, DRAFT, RETURNED
from licensetrack.units.models import Unit
from licensetrack.web import request_words, wording
from licensetrack.web.shown import count
from licensetrack.web.work_rows import Asked, WorkRow

EDIT = "requests:request:draft"


def to_review(db: Session, asked: Asked) -> list[WorkRow]:
    """Submitted requests that the visitor may accept, return or reject."""
    return [_row(row, asked) for row in waiting.to_review(db, asked.actor)]


def to_approve(db: Session, asked: Asked) -> list[WorkRow]:
    """Accepted requests that the visitor may approve by the own role."""
    rows = requests_at(db, (ACCEPTED,), actor=asked.actor)
    return [_row(row, asked) for row in rows if waiting.can_approve(asked.actor, row, [])]


def delegated(db: Session, asked: Asked) -> list[WorkRow]:
    """Accepted requests that the visitor may approve only in the stead of somebody who named them deputy."""
    principals = principals_of(db, asked.actor, today())
    note = gettext("in the stead of %(name)s", name="、".join(principals))
    return [
        _row(row, asked, note)
        for row in requests_at(db, (ACCEPTED,), actor=asked.actor)
        if waiting.can_approve(asked.actor, row, principals) and not waiting.can_approve(asked.actor, row, [])
    ]


def to_issue(db: Session, asked: Asked) -> list[WorkRow]:
    """Approved requests with lines that wait for their licence; one with a single line leads straight to its issue."""
    lines: dict[int, list[int]] = {}
    for line, request, _unit in open_lines(db, asked.actor):
        lines.setdefault(request.id, []).append(line.id)
    rows = []
    for found in waiting.to_fulfill(db, asked.actor):
        row, waits = _row(found, asked), lines.get(found.id, [])
        rows.append(row if len(waits) != 1 else replace(row, address=url_for("issuing.line", line_id=waits[0])))
    return rows


def returned(db: Session, asked: Asked) -> list[WorkRow]:
    """Requests that were returned to the unit, which has to answer; a unit sees its drafts as well."""
    rows = waiting.waiting_for_unit(db, asked.scope)
    stages = (RETURNED, DRAFT) if asked.actor.role == "unit_user" else (RETURNED,)
    return [_row(row, asked) for row in rows if row.stage in stages]


def to_confirm(db: Session, asked: Asked) -> list[WorkRow]:
    """Consents above a soft cap that somebody else asked for."""
    names = dict(db.query(Unit.id, Unit.name).all())
    rows = []
    for consent in reversed(consents(db, stages=("asked",), most=500)):
        if consent.asked_login == asked.actor.login:
            continue
        bought = db.get_one(Entitlement, consent.entitlement_id)
        since = business_day(consent.asked_at)
        about = f"{wording.word(wording.PRODUCTS, bought.product)} · {count(consent.sets)} / {count(consent.cpus)} CPU"
        rows.append(
            WorkRow(
                url_for("entitlements.one", entitlement_id=bought.id), str(consent.id),
                names.get(consent.unit_id or 0, ""),
                about, since, (asked.as_of - since).days, consent.reason,
            )
        )  # fmt: skip
    return rows


def _row(row: RequestRow, asked: Asked, note: str = "") -> WorkRow:
    writes = row.stage in (RETURNED, DRAFT) and allows(asked.actor, EDIT)
    page = "requests_drafts.edit" if writes else "requests.one"
    since = business_day(row.stage_since)
    return WorkRow(
        url_for(page, number=row.number), row.number, row.unit, wording.word(request_words.STAGES, row.stage), since,
        (asked.as_of - since).days, note or row.requester_name,
    )  # fmt: skip
