"""Many requests reviewed in one transaction, through the same verbs: all of them, or none and the reasons."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from licensetrack.accounts.permissions import Actor
from licensetrack.core.db import transaction
from licensetrack.core.errors import Conflict, DomainError, NotFound, Refused
from licensetrack.requests.models import LicenseRequest
from licensetrack.requests.queries import request_by_number
from licensetrack.requests.reviewing import accept_request, approve_request, reject_request, return_request

MOST = 200
ACTS: dict[str, Callable[..., LicenseRequest]] = {
    "accept": accept_request,
    "approve": approve_request,
    "return": return_request,
    "reject": reject_request,
}
_WITH_NOTE = ("return", "reject")


class ManyRefused(Refused):
    """Some of many were refused, so none was done; `refusals` names each with its reason."""

    def __init__(self, refusals: Sequence[tuple[str, DomainError]]) -> None:
        self.refusals = tuple(refusals)
        super().__init__(
            "Nothing was done: %(count)s of the requests ticked can not be handled so.", count=len(refusals)
        )


def review_many(picks: Sequence[tuple[str, int]], action: str, *, actor: Actor, note: str = "") -> list[LicenseRequest]:
    """Accepts, approves, returns or rejects the requests picked, each with the version seen; what is approved is
    granted as asked. Raises ManyRefused with every refusal, and nothing is written."""
    if action not in ACTS:
        raise Refused("“%(action)s” is not possible here.", action=action)
    if not picks:
        raise Refused("Nothing is ticked.")
    if len(picks) > MOST:
        raise Refused("At most %(most)s requests at once.", most=MOST)
    done: list[LicenseRequest] = []
    refusals: list[tuple[str, DomainError]] = []
    more: dict[str, Any] = {"note": note} if action in _WITH_NOTE or note else {}
    with transaction() as db:
        for number, seen in sorted(set(picks)):  # numbers rise with ids: one order for all
            try:
                request = request_by_number(db, number, actor=actor)
                done.append(ACTS[action](request, actor=actor, seen=seen, **more))
            except (Refused, Conflict, NotFound) as refusal:
                if refusal.field == "note":
                    raise
                refusals.append((number, refusal))
        if refusals:
            raise ManyRefused(refusals)
    return done
