"""The part of the books that asking writes, and how each of its invariants can be broken."""

from __future__ import annotations

import datetime as dt

from licensetrack.accounts.permissions import SYSTEM, Actor
from licensetrack.accounts.users import create_user
from licensetrack.core.clock import today
from licensetrack.core.db import reading
from licensetrack.requests.delegations import delegate, deputies
from licensetrack.requests.drafting import submit_request
from licensetrack.requests.reviewing import accept_request, approve_request, return_request
from licensetrack.units.models import Unit
from tests.asking import ALICE, RITA, bob, drafted, line, submitted
from tests.verify.breakages import Case
from tests.verify.forgery import cover_up

VERSIONS = "every version of a request is what was submitted"


def ask_and_review(holder: Unit) -> None:
    """A draft; a request returned, corrected and approved by a deputy with less than it asks."""
    drafted(holder)
    for login, role in (("rolf", "reviewer"), ("opal", "operator")):
        create_user(login, login.title(), role, "correct horse 4", actor=SYSTEM)
    with reading() as db:
        people = {user.login: user for user in deputies(db)}
    rolf, opal = (Actor(people[n].id, n, n.title(), people[n].role) for n in ("rolf", "opal"))
    delegate(people["opal"], actor=rolf, first_day=today(), last_day=today() + dt.timedelta(days=7))
    request = return_request(submitted(holder, line(key="a", fingerprint="ESN-0003")), actor=RITA, note="补正")
    again = submit_request(request, actor=bob(holder))
    approve_request(accept_request(again, actor=ALICE), actor=opal, grants={"a": 12})


LAST = "(SELECT max(id) FROM license_request WHERE stage = 'approved')"
VERSION, WAY = (
    "a request's version is the number of its moves",
    "a request stands where its moves led, one after the other",
)
PEOPLE = "whoever took a request on or approved it is named, and neither asked for it"
TWO = "two people decided where two were needed"
AUDITED = "every move of a request is in the audit trail"
LINES = "no line is granted more than it asks, and none before its request is approved"

REQUEST_CASES = [
    Case(VERSION, (f"UPDATE license_request SET version = version + 1 WHERE id = {LAST}",)),
    Case(WAY, ("UPDATE license_request SET stage = 'withdrawn' WHERE stage = 'draft'",)),
    Case(WAY, (f"UPDATE request_event SET from_stage = 'draft' WHERE action = 'accept' AND request_id = {LAST}",)),
    Case(
        WAY,
        (
            "UPDATE request_event SET from_stage = 'returned' WHERE action = 'submit' AND seq = 2"
            f" AND request_id = {LAST}",
        ),
    ),
    Case(PEOPLE, (f"UPDATE request_event SET login = 'carol' WHERE action = 'accept' AND request_id = {LAST}",)),
    Case(PEOPLE, (f"UPDATE license_request SET approver = NULL WHERE id = {LAST}",)),
    Case(PEOPLE, (f"UPDATE request_event SET login = 'bob' WHERE action = 'return' AND request_id = {LAST}",)),
    Case(
        TWO,
        (
            f"UPDATE request_event SET login = 'alice' WHERE action = 'approve' AND request_id = {LAST}",
            f"UPDATE license_request SET approver = 'alice' WHERE id = {LAST}",
        ),
    ),
    Case(
        "a deputy approved on a day for which they were named",
        ("UPDATE delegation SET first_day = '2031-01-01', last_day = '2031-01-02'",),
    ),
    Case(LINES, (f"UPDATE request_line SET cpus_granted = 17 WHERE request_id = {LAST}",)),
    Case(LINES, (f"UPDATE request_line SET stage = 'asked', cpus_granted = NULL WHERE request_id = {LAST}",)),
    Case(LINES, (f"UPDATE request_line SET cpus_granted = 0 WHERE request_id = {LAST}",)),
    Case(
        "the numbers of a year's requests have no hole",
        ("UPDATE license_request SET number = substr(number, 1, 8) || '0900' WHERE stage = 'draft'",),
    ),
    Case(
        AUDITED,
        ("UPDATE audit_entry SET outcome = 'refused' WHERE tag = 'requests:request:return'",),
        cover_up,
    ),
    Case(VERSIONS, (f"UPDATE request_version SET content = '{{}}' WHERE request_id = {LAST} AND number = 1",)),
    Case(VERSIONS, (f"DELETE FROM request_version WHERE request_id = {LAST} AND number = 2",)),
]
