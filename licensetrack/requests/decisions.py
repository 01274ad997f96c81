"""What the manager decides about the daily work, on one page: two people, issuing what one asked for, idle sets."""

from __future__ import annotations

from typing import NamedTuple, NoReturn

from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, require
from licensetrack.core import audit
from licensetrack.core.audit import AuditEntry
from licensetrack.core.clock import BUSINESS_ZONE
from licensetrack.core.columns import canonical_json
from licensetrack.core.db import transaction
from licensetrack.core.digests import digest
from licensetrack.core.errors import Conflict, Refused
from licensetrack.core.settings import change_setting, setting
from licensetrack.requests.fulfillment import OWN, allow_own_fulfillment, own_fulfillment
from licensetrack.requests.policy import CHANGE, NAME, Policy, change_policy, policy

IDLE, IDLE_DAYS, MOST_DAYS = "desk.idle_days", 90, 3650
MEANWHILE = {
    NAME: "Which requests two people decide was changed by %(name)s at %(at)s meanwhile. Please look at it again.",
    OWN: "Who issues what they asked for was changed by %(name)s at %(at)s meanwhile. Please look at it again.",
    IDLE: "When a set counts as idle was changed by %(name)s at %(at)s meanwhile. Please look at it again.",
}


class Decisions(NamedTuple):
    """Which requests two people decide; whether somebody may issue what they asked for; a set that was issued so many
    days ago and never imported is idle."""

    two_people: Policy
    own_fulfillment: bool
    idle_days: int

    @property
    def mark(self) -> int:
        """A number that differs when a decision does: what a visitor saw before changing it."""
        every, kinds, above = self.two_people.every, sorted(self.two_people.kinds), self.two_people.above
        text = canonical_json([every, kinds, above, self.own_fulfillment, self.idle_days])
        return int(digest(text, "sha256")[:7], 16)


def idle_days(db: Session) -> int:
    """After how many days a set that was issued and never imported is idle."""
    return int(setting(db, IDLE, IDLE_DAYS))


def decisions(db: Session) -> Decisions:
    """What holds now."""
    return Decisions(policy(db), own_fulfillment(db), idle_days(db))


def decide(new: Decisions, *, actor: Actor, seen: int | None = None) -> None:
    """Decides anew; what stays as it was leaves no entry. `seen` is the mark of what the visitor saw.

    Raises Refused, and Conflict where it was decided otherwise meanwhile.
    """
    require(actor, CHANGE)
    if not 1 <= new.idle_days <= MOST_DAYS:
        raise Refused("%(days)s days are not between 1 and %(most)s.", days=new.idle_days, most=MOST_DAYS).at(
            "idle_days"
        )
    with transaction() as db:
        audit.lock_head(db)  # two who decide at once come one after the other
        standing = decisions(db)
        if seen is not None and standing.mark != seen:
            _changed(db)
        change_policy(new.two_people, actor=actor)
        allow_own_fulfillment(new.own_fulfillment, actor=actor)
        if new.idle_days != standing.idle_days:
            change_setting(db, IDLE, new.idle_days, actor=actor, tag=CHANGE)


def _changed(db: Session) -> NoReturn:
    """Says what was decided meanwhile, by whom and when. Raises Conflict."""
    subjects = {f"setting:{name}": message for name, message in MEANWHILE.items()}
    query = select(AuditEntry).where(AuditEntry.subject.in_(subjects), AuditEntry.outcome == "done")
    last = db.scalars(query.order_by(AuditEntry.seq.desc()).limit(1)).first()
    if last is None:
        raise Conflict("This page is stale. Please load it again.")
    at = last.at.astimezone(BUSINESS_ZONE).strftime("%Y-%m-%d %H:%M")
    raise Conflict(subjects[last.subject], name=last.actor, at=at)
