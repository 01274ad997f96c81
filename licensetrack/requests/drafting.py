"""Writing a request: begun for a unit, kept as it is typed, submitted when nothing stands in the way."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, require
from licensetrack.core import audit
from licensetrack.core.clock import BUSINESS_ZONE, now, today
from licensetrack.core.columns import canonical_json
from licensetrack.core.db import transaction
from licensetrack.core.errors import Conflict, Refused
from licensetrack.core.numbering import next_number
from licensetrack.requests.checking import check, product_of, set_ids
from licensetrack.requests.content import Asked, AskedLine, Typed, tidy
from licensetrack.requests.findings import NotReady
from licensetrack.requests.models import LicenseRequest, RequestAttachment, RequestEvent, RequestLine, RequestVersion
from licensetrack.requests.moving import TAG, changed, claim, may_touch, move, ready, record
from licensetrack.requests.stages import ASKED, DRAFT, START, WITH_UNIT
from licensetrack.units.models import Unit
from licensetrack.units.rules import check_in_use


def draft_request(unit: Unit, typed: Mapping[str, Any] | None = None, *, actor: Actor) -> LicenseRequest:
    """Begins a request of a unit; whoever is not of the unit enters it on the unit's behalf (代录).

    Raises NotFound for a unit outside the actor's scope, Refused for a unit that has ended and for a text that no
    request can hold.
    """
    require(actor, f"{TAG}:draft", district=unit.district, unit_id=unit.id)
    content = tidy(typed or {"contact": unit.contact, "phone": unit.phone})
    with transaction() as db:
        check_in_use(db.get_one(Unit, unit.id, populate_existing=True), today())
        at = now()
        year = at.astimezone(BUSINESS_ZONE).year
        request = LicenseRequest(
            number=f"XQ-{year}-{next_number(db, f'request-{year}'):04d}", unit_id=unit.id, stage=DRAFT, version=1,
            revision=1, requester_id=actor.id, requester=actor.login, requester_name=actor.name,
            entered_on_behalf=actor.scope.kind != "unit", typed=content, writers=[actor.login], edited_at=at,
            edited_by=actor.name, created_at=at, stage_since=at,
        )  # fmt: skip
        db.add(request)
        db.flush()
        event = RequestEvent(seq=1, action="draft", from_stage=START, to_stage=DRAFT)
        record(db, request, event, actor, note="", acted_for=None, at=at, on=today(), details={"unit": unit.code})
        db.refresh(request)
    return request


def keep_draft(
    request: LicenseRequest, typed: Mapping[str, Any], *, actor: Actor, seen: int | None = None
) -> LicenseRequest:
    """Keeps what is typed, right or not. The same text again changes nothing; `seen` is the revision that was edited.

    Raises Conflict when somebody else typed meanwhile, or the request is no longer with the unit.
    """
    content = tidy(typed)
    with transaction() as db:
        may_touch(db, request, f"{TAG}:draft", actor)
        fresh = open_draft(db, request.id)
        if content == fresh.typed:
            return fresh
        if seen is not None and seen != fresh.revision:
            at = fresh.edited_at.astimezone(BUSINESS_ZONE).strftime("%H:%M")
            raise Conflict(
                "The request %(number)s was edited by %(name)s at %(at)s meanwhile. Load it again to see the text.",
                number=fresh.number, name=fresh.edited_by, at=at,
            )  # fmt: skip
        places = _differing(fresh.typed, content)
        written(db, fresh, actor, typed=content)
        audit.record(db, f"{TAG}:draft", f"request:{fresh.number}", actor, revision=fresh.revision, changed=places)
    return fresh


def open_draft(db: Session, request_id: int) -> LicenseRequest:
    """The request, locked, if it is with the unit. Raises Conflict."""
    fresh = claim(db, request_id, None)
    if fresh.stage not in WITH_UNIT:
        changed(db, fresh)
    return fresh


def written(db: Session, fresh: LicenseRequest, actor: Actor, **values: Any) -> None:
    """Whoever writes has a hand in the request from now on, and its revision moves."""
    hands = fresh.writers if actor.login in fresh.writers else [*fresh.writers, actor.login]
    step = update(LicenseRequest).where(LicenseRequest.id == fresh.id, LicenseRequest.revision == fresh.revision)
    done = db.execute(
        step.values(
            revision=fresh.revision + 1, writers=hands, edited_at=now(), edited_by=actor.name, **values
        ).execution_options(synchronize_session=False)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        changed(db, fresh)
    db.refresh(fresh)


def _differing(old: Typed, new: Typed) -> list[str]:
    """The fields that differ, as "field" or "line key.field"; what a draft says stays out of the audit."""
    places = [name for name in new if name != "lines" and new[name] != old.get(name)]
    before = {line["key"]: line for line in old["lines"]}
    for line in new["lines"]:
        was = before.pop(line["key"], {})
        places += [f"{line['key']}.{name}" for name in line if line[name] != was.get(name, "")]
    return places + [f"{key}.gone" for key in before]


def submit_request(
    request: LicenseRequest, *, actor: Actor, seen: int | None = None, on: dt.date | None = None
) -> LicenseRequest:
    """draft or returned → submitted: the lines are read from what was typed, and the text becomes a version for good.

    Raises NotReady with every error at its line and field; warnings are kept with the version for the reviewer.
    """
    with transaction() as db:
        unit = may_touch(db, request, f"{TAG}:submit", actor)
        fresh = claim(db, request.id, seen)
        ready(db, fresh, "submit")
        asked, findings = check(db, unit, fresh.typed, actor.scope, on)
        if any(found.stops for found in findings):
            raise NotReady(findings)
        content = _content(db, fresh, asked)
        text = canonical_json(content)
        number = 1 + (db.scalar(select(func.count()).where(RequestVersion.request_id == fresh.id)) or 0)
        digest = hashlib.sha256(text.encode()).hexdigest()
        hands = fresh.writers if actor.login in fresh.writers else [*fresh.writers, actor.login]
        head = {
            "requester_id": actor.id, "requester": actor.login, "requester_name": actor.name, "writers": hands,
            "entered_on_behalf": actor.scope.kind != "unit", "contact": asked.contact, "phone": asked.phone,
            "reason": asked.reason, "wanted_on": asked.wanted_on, "submitted_at": now(), "acceptor": None,
            "approver": None, "approved_for": None,
        }  # fmt: skip
        move(db, fresh, "submit", actor, on=on, values=head, content_version=number, digest=digest)
        db.add(
            RequestVersion(
                request_id=fresh.id, number=number, at=now(), content=content, digest=digest,
                findings=[found.as_row() for found in findings],
            )
        )  # fmt: skip
        _write_lines(db, fresh, asked)
    return fresh


def _write_lines(db: Session, request: LicenseRequest, asked: Asked) -> None:
    """The lines as rows; a line that stood in the version before keeps its row."""
    known = {line.key: line for line in db.scalars(select(RequestLine).where(RequestLine.request_id == request.id))}
    for key in known.keys() - {line.key for line in asked.lines}:
        db.delete(known[key])
    db.flush()
    ids = set_ids(db, request.unit_id, asked)
    for position, line in enumerate(asked.lines, 1):
        row = known.get(line.key)
        if row is None:
            row = RequestLine(request_id=request.id, key=line.key)
            db.add(row)
        set_id = ids.get(line.set_number)
        product, license_kind = product_of(db, line, set_id)
        for name, value in {
            "position": position, "kind": line.kind, "stage": ASKED, "product": product, "license_kind": license_kind,
            "set_id": set_id, "platform": line.platform, "site": line.site, "edition": line.edition,
            "cpus_asked": line.cpus, "cpus_granted": None, "hosts": [host.as_row() for host in line.hosts],
            "fingerprint": line.fingerprint, "valid_until": line.valid_until, "wanted_on": line.wanted_on,
            "reason": line.reason,
        }.items():  # fmt: skip
            setattr(row, name, value)
    db.flush()


def _content(db: Session, request: LicenseRequest, asked: Asked) -> dict[str, Any]:
    """The text of a version: what is asked, and which papers lie with it."""
    query = select(RequestAttachment).where(
        RequestAttachment.request_id == request.id, RequestAttachment.removed_at.is_(None)
    )
    papers = [
        {"id": paper.id, "name": paper.name, "kind": paper.kind, "line": paper.line_key}
        for paper in db.scalars(query.order_by(RequestAttachment.id))
    ]
    return {
        "contact": asked.contact, "phone": asked.phone, "reason": asked.reason, "wanted_on": _plain(asked.wanted_on),
        "lines": [_line_content(line) for line in asked.lines], "papers": papers,
    }  # fmt: skip


def _line_content(line: AskedLine) -> dict[str, Any]:
    return {name: _plain(value) for name, value in asdict(line).items()}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else list(value) if isinstance(value, tuple) else value


def check_note(note: str) -> str:
    """A return or a rejection says why. Raises Refused."""
    if not note.strip():
        raise Refused("A reason is needed.").at("note")
    return note.strip()[:1000]
