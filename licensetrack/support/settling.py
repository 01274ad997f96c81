"""The unit judges, and an order ends: confirmed with a mark, sent back, closed, cancelled, opened again."""

from __future__ import annotations

import datetime as dt

from licensetrack.accounts.permissions import Actor
from licensetrack.allocation.rules import check_reason
from licensetrack.core.errors import Refused
from licensetrack.support.handling_models import ServiceCase
from licensetrack.support.moving import take_step


def confirm_solution(
    case: ServiceCase,
    *,
    actor: Actor,
    mark: int,
    words: str = "",
    moment: dt.datetime | None = None,
    seen: int | None = None,
) -> ServiceCase:
    """handed over → closed: the unit takes the solution and gives a mark, 1 to 5. Raises Refused, Conflict."""
    check_mark(mark, words)
    return take_step(case, "confirm", actor=actor, moment=moment, note=words, seen=seen, said={"mark": mark})


def reject_solution(case: ServiceCase, *, actor: Actor, reason: str, seen: int | None = None) -> ServiceCase:
    """handed over → working again, with what is still wrong. Raises Refused, Conflict."""
    check_reason(reason)
    return take_step(case, "reject", actor=actor, note=reason, seen=seen)


def close_order(case: ServiceCase, *, actor: Actor, reason: str, seen: int | None = None) -> ServiceCase:
    """handed over → closed by the centre where the unit does not answer; without a mark. Raises Refused, Conflict."""
    check_reason(reason)
    return take_step(case, "close", actor=actor, note=reason, seen=seen)


def rate_service(
    case: ServiceCase, *, actor: Actor, mark: int, words: str = "", seen: int | None = None
) -> ServiceCase:
    """The unit's mark for an order that the centre closed. Raises Refused where there is one, Conflict."""
    check_mark(mark, words)
    if case.mark is not None:
        raise Refused("There is a mark already.").at("mark")
    return take_step(case, "rate", actor=actor, note=words, seen=seen, said={"mark": mark})


def cancel_order(case: ServiceCase, *, actor: Actor, reason: str, seen: int | None = None) -> ServiceCase:
    """Not handed over yet → cancelled: it was a mistake, or told twice; it counts no more. Raises Refused, Conflict."""
    check_reason(reason)
    return take_step(case, "cancel", actor=actor, note=reason, seen=seen)


def reopen_order(case: ServiceCase, *, actor: Actor, reason: str, seen: int | None = None) -> ServiceCase:
    """closed → working: it was no solution; the mark goes with the closing. Raises Refused, Conflict."""
    check_reason(reason)
    return take_step(case, "reopen", actor=actor, note=reason, seen=seen, change={"mark": None})


def check_mark(mark: int, words: str) -> None:
    """1 to 5; below 3 the unit says what was wrong. Raises Refused at the field."""
    if not 1 <= mark <= 5:
        raise Refused("A mark is 1 to 5.").at("mark")
    if mark < 3 and not words.strip():
        raise Refused("For a mark of 1 or 2, say what was wrong.").at("words")
