"""Who hears of what happens to requests, certificates, what was bought, and units."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from licensetrack.accounts.models import User
from licensetrack.accounts.users import actor_of
from licensetrack.allocation.models import CapConsent
from licensetrack.core.clock import today
from licensetrack.handover.acceptance_models import AcceptanceCertificate
from licensetrack.notices.audiences import (
    center_with,
    holders_of_unit,
    people_by_login,
    people_with,
)
from licensetrack.notices.links import path_of
from licensetrack.notices.telling_of import Act, Teller, Telling
from licensetrack.procurement.models import Entitlement
from licensetrack.requests.delegations import principals_of
from licensetrack.requests.models import Delegation, LicenseRequest, RequestEvent
from licensetrack.units.models import Unit

TAKE_ON, APPROVE, FULFILL = "requests:request:accept", "requests:request:approve", "requests:request:fulfill"


def _request(act: Act) -> Iterator[Telling]:
    db, request = act.db, act.db.get_one(LicenseRequest, act.payload["request_id"])
    unit = db.get_one(Unit, request.unit_id)
    told = {"number": request.number, "unit": unit.name, "reason": _last_note(db, request.id, act.action)}
    subject, link = f"request:{request.number}", path_of("request", request.number)

    def tell(kind: str, to: list[int]) -> Telling:
        return Telling(kind, to, subject, link, told, unit.id)

    own = {*holders_of_unit(db, unit.id), *people_by_login(db, [request.requester])}
    if act.action == "submit":
        yield tell("request_submitted", center_with(db, TAKE_ON, unit.id))
    elif act.action == "withdraw":
        yield tell("request_withdrawn", people_by_login(db, [request.acceptor]))
    elif act.action == "accept":
        yield tell("request_taken_on", sorted(own))
        yield tell("request_to_approve", _approvers(db, unit.id))
    elif act.action == "approve":
        yield tell("request_approved", sorted(own))
        yield tell("request_to_fulfill", center_with(db, FULFILL, unit.id))
    else:
        kind = {"return": "request_returned", "reject": "request_rejected", "fulfill": "request_fulfilled"}[act.action]
        yield tell(kind, sorted(own))


def _last_note(db: Session, request_id: int, action: str) -> str:
    query = select(RequestEvent.note).where(RequestEvent.request_id == request_id, RequestEvent.action == action)
    return db.scalar(query.order_by(RequestEvent.seq.desc()).limit(1)) or ""


def _approvers(db: Session, unit_id: int) -> list[int]:
    """Who may approve today, by role or in somebody's stead."""
    deputies = [
        user
        for user in db.scalars(select(User).join(Delegation, Delegation.deputy_id == User.id).where(User.active))
        if principals_of(db, actor_of(user), today())
    ]
    return sorted({*center_with(db, APPROVE, unit_id), *(user.id for user in deputies)})


def _deputy(act: Act) -> Iterator[Telling]:
    principal = aliased(User)
    made, name = act.db.execute(
        select(Delegation, principal.name)
        .join(principal, principal.id == Delegation.principal_id)
        .where(Delegation.id == act.payload["delegation_id"])
    ).one()
    told = {"name": name, "first": made.first_day, "last": made.last_day}
    yield Telling("deputy_named", [made.deputy_id], f"delegation:{made.id}", path_of("delegations"), told)


def _certificate(act: Act) -> Iterator[Telling]:
    db, found = act.db, act.db.get_one(AcceptanceCertificate, act.payload["certificate_id"])
    told = {"number": found.number, "unit": found.unit_name, "reason": found.ended_reason}
    unit, center = (
        holders_of_unit(db, found.unit_id),
        center_with(db, "handover:certificate:countersign", found.unit_id),
    )
    kind, to = {
        "draw": ("certificate_to_sign", unit),
        "sign": ("certificate_to_countersign", center),
        "scan": ("certificate_to_countersign", center),
        "countersign": ("certificate_accepted", unit),
        "decline": ("certificate_declined", [*unit, *center] if act.by_unit else unit),
        "void": ("certificate_voided", unit),
    }[act.action]
    subject, link = f"certificate:{found.number}", path_of("certificate", found.number)
    yield Telling(kind, to, subject, link, told, found.unit_id)


def _consent_asked(act: Act) -> Iterator[Telling]:
    consent, entitlement = _consent(act)
    told = {
        "contract": entitlement.contract, "sets": consent.sets, "cpus": consent.cpus, "reason": consent.reason,
    }  # fmt: skip
    to = people_with(act.db, "allocation:cap:confirm")
    link = path_of("entitlement", entitlement.id)
    yield Telling("cap_consent_asked", to, f"entitlement:{entitlement.id}", link, told)


def _consent_answered(act: Act) -> Iterator[Telling]:
    consent, entitlement = _consent(act)
    to = people_by_login(act.db, [consent.asked_login])
    link, told = path_of("entitlement", entitlement.id), {"contract": entitlement.contract}
    yield Telling("cap_consent_answered", to, f"entitlement:{entitlement.id}", link, told)


def _consent(act: Act) -> tuple[CapConsent, Entitlement]:
    consent = act.db.get_one(CapConsent, act.payload["consent_id"])
    return consent, act.db.get_one(Entitlement, consent.entitlement_id)


def _cap(act: Act) -> Iterator[Telling]:
    entitlement = act.db.get_one(Entitlement, act.payload["entitlement_id"])
    to = people_with(act.db, "procurement:entitlement:cap")
    link, told = path_of("entitlement", entitlement.id), {"contract": entitlement.contract}
    yield Telling("cap_changed", to, f"entitlement:{entitlement.id}", link, told)


def _unit(act: Act) -> Iterator[Telling]:
    unit = act.db.get_one(Unit, act.payload["unit_id"])
    to = holders_of_unit(act.db, unit.id)
    if unit.merged_into_id is not None:
        to = holders_of_unit(act.db, unit.merged_into_id)
    told, seen = {"unit": unit.name}, unit.merged_into_id or unit.id
    yield Telling("unit_changed", to, f"unit:{unit.code}", path_of("unit", seen), told, seen)


TELLERS: dict[str, Teller] = {
    **{f"requests:request:{action}": _request for action in (
        "submit", "withdraw", "accept", "return", "reject", "approve", "fulfill")},
    "requests:delegation:make": _deputy,
    **{f"handover:certificate:{action}": _certificate for action in (
        "draw", "sign", "scan", "countersign", "decline", "void")},
    "allocation:cap:ask": _consent_asked,
    "allocation:cap:confirm": _consent_answered,
    "allocation:cap:decline": _consent_answered,
    "procurement:entitlement:cap": _cap,
    **{f"units:unit:{action}": _unit for action in ("rename", "merge", "split", "close", "reopen")},
}  # fmt: skip
