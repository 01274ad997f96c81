"""Seeded bugs of asking and reviewing; the machine for requests must find every one (see zoo.py)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any
from unittest.mock import patch

from licensetrack.accounts import permissions
from licensetrack.core import audit, numbering
from licensetrack.requests import drafting, fulfillment, moving, reviewing
from licensetrack.requests.stages import APPROVED, GRANTED, SUBMITTED
from tests.machine.zoo import instead

REQUEST_ZOO: dict[str, Callable[[], Any]] = {}


def bug(seeded: Callable[[], Iterator[None]]) -> Callable[[], Iterator[None]]:
    """Puts a bug into the zoo under its name."""
    REQUEST_ZOO[seeded.__name__.replace("_", " ")] = contextmanager(seeded)
    return seeded


@bug
def whoever_asked_may_accept() -> Iterator[None]:
    def check(before: Any, login: str, *, writers: Any, acceptor: str | None = None) -> None:
        before(login, writers=() if acceptor is None else writers, acceptor=acceptor)

    with instead(reviewing, "check_other_person", check):
        yield


@bug
def whoever_accepted_may_approve() -> Iterator[None]:
    def check(before: Any, login: str, *, writers: Any, acceptor: str | None = None) -> None:
        before(login, writers=writers)

    with instead(reviewing, "check_other_person", check):
        yield


@bug
def more_is_granted_than_was_asked() -> Iterator[None]:
    def grant(before: Any, line: Any, grants: Any) -> bool:
        given = grants.get(line.key)
        if given is not None and line.cpus_asked is not None and given > line.cpus_asked:
            line.cpus_granted, line.cpus_asked, line.stage = given, given, GRANTED
            return True
        return bool(before(line, grants))

    with instead(reviewing, "grant_line", grant):
        yield


@bug
def a_request_is_approved_that_nobody_accepted() -> Iterator[None]:
    moves = MappingProxyType({**moving.REQUEST_MOVES, (SUBMITTED, "approve"): APPROVED})
    with patch.object(moving, "REQUEST_MOVES", moves):
        yield


@bug
def a_stale_review_wins() -> Iterator[None]:
    claim = moving.claim
    with (
        patch.object(reviewing, "claim", lambda db, request_id, _: claim(db, request_id, None)),
        patch.object(drafting, "claim", lambda db, request_id, _: claim(db, request_id, None)),
    ):
        yield


@bug
def a_line_is_fulfilled_twice() -> Iterator[None]:
    def opened(before: Any, db: Any, line: Any, actor: Any, seen: int | None) -> Any:
        request = moving.claim(db, line.request_id, seen)
        unit = moving.may_touch(db, request, fulfillment.FULFILL, actor)
        return request, db.get_one(type(line), line.id, populate_existing=True), unit

    moves = MappingProxyType({**moving.LINE_MOVES, ("fulfilled", "fulfill"): "fulfilled"})
    with instead(fulfillment, "_open", opened), patch.object(moving, "LINE_MOVES", moves):
        yield


@bug
def a_request_is_fulfilled_with_its_first_line() -> Iterator[None]:
    with patch.object(moving, "GRANTED", "asked"):
        yield


@bug
def what_is_asked_is_issued_not_what_was_granted() -> Iterator[None]:
    with patch.object(fulfillment._Task, "cpus", property(lambda task: task.line.cpus_asked)):
        yield


@bug
def another_units_request_can_be_submitted() -> Iterator[None]:
    def touch(before: Any, db: Any, request: Any, permission: str, actor: Any) -> Any:
        if permission.endswith(":submit"):
            return db.get_one(fulfillment.Unit, request.unit_id)
        return before(db, request, permission, actor)

    with instead(drafting, "may_touch", touch):
        yield


@bug
def a_unit_may_accept_its_own_request() -> Iterator[None]:
    more = (*permissions.GRANTS["unit_user"], "requests:request:accept")
    with (
        patch.dict(permissions.GRANTS, unit_user=more),
        patch.object(reviewing, "check_other_person", lambda *_, **__: None),
    ):
        yield


@bug
def numbers_have_holes() -> Iterator[None]:
    with instead(drafting, "next_number", lambda before, db, series: before(db, series) and before(db, series)):
        yield


@bug
def a_rejection_leaves_no_audit_entry() -> Iterator[None]:
    def record(before: Any, db: Any, tag: str, *args: Any, **details: Any) -> int:
        return 0 if tag.endswith(":reject") else int(before(db, tag, *args, **details))

    with instead(audit, "record", record):
        yield


@bug
def a_request_is_returned_without_a_word() -> Iterator[None]:
    with patch.object(reviewing, "check_note", lambda note: note):
        yield


@bug
def a_line_without_a_size_can_be_submitted() -> Iterator[None]:
    def check(before: Any, *args: Any) -> Any:
        asked, findings = before(*args)
        return asked, [found for found in findings if found.field != "cpus"]

    with instead(drafting, "check", check):
        yield


@bug
def a_correction_takes_another_number() -> Iterator[None]:
    def move(before: Any, db: Any, request: Any, action: str, *args: Any, **more: Any) -> Any:
        if action == "submit" and request.stage == "returned":
            year = request.number.split("-")[1]
            number = f"XQ-{year}-{numbering.next_number(db, f'request-{year}'):04d}"
            more["values"] = {**more["values"], "number": number}
        return before(db, request, action, *args, **more)

    with instead(drafting, "move", move):
        yield
