"""The program's own verbs, called for an act as pages call them: once for each key, and all or nothing."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy import event, select, text

from licensetrack.accounts.models import User
from licensetrack.accounts.permissions import SYSTEM, Actor, Scope
from licensetrack.accounts.users import actor_of, create_user
from licensetrack.allocation import issuing, life
from licensetrack.allocation.fold import Fact
from licensetrack.allocation.ledger import facts_of, standing_events
from licensetrack.allocation.models import LicenseSet
from licensetrack.allocation.unit_changes import change_unit
from licensetrack.core import db as database
from licensetrack.core import idempotency
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import DomainError
from licensetrack.procurement.caps import change_cap
from licensetrack.procurement.models import Entitlement
from licensetrack.units.directory import UnitEntry, entry_of, register_unit
from licensetrack.units.models import Unit
from tests.machine.pools import CAP_CPUS, CAP_SETS, CAPPED, CATEGORY, PEOPLE, UNITS
from tests.machine.set_model import Act

GROWING = (
    "ledger_event", "license_set", "outbox_message", "idempotency_key", "license_request", "request_event",
    "request_line", "request_version",
)  # fmt: skip
_ROWS = f"SELECT {', '.join(f'(SELECT count(*) FROM {table})' for table in GROWING)}, seq FROM audit_head"


_STANDING = """
    SELECT e.position, e.action, e."on", e.cpus, e.unit_id, e.district
    FROM ledger_event e JOIN license_set s ON s.id = e.set_id
    WHERE s.number = :number AND e.reverses_id IS NULL
      AND NOT EXISTS (SELECT 1 FROM ledger_event back WHERE back.reverses_id = e.id)
    ORDER BY e.seq"""


class Recorded(NamedTuple):
    """A fact as the ledger tells it."""

    action: str
    on: dt.date
    cpus: int | None
    unit: str
    district: str


class PowerCut(Exception):
    """What breaks a transaction off."""


def furnish() -> None:
    """Units, people and a capped entitlement, into the database that the process is bound to."""
    ids = {}
    for code, district in UNITS.items():
        unit = register_unit(UnitEntry(code, f"单位{code}", CATEGORY, district), actor=SYSTEM)
        ids[code] = str(unit.id)
    for login, person in PEOPLE.items():
        scope = Scope(person.scope, ids.get(person.value, person.value))
        create_user(login, login.title(), person.role, "correct horse 42", actor=SYSTEM, scope=scope)
    resize_cap(CAP_SETS, CAP_CPUS)


def resize_cap(sets: int, cpus: int) -> None:
    """Another ceiling for the capped entitlement."""
    with reading() as db:
        entitlement = db.scalars(select(Entitlement.id).where(Entitlement.product == CAPPED)).one()
    change_cap(entitlement, rule="hard", cap_sets=sets, cap_cpus=cpus, reason="补充协议", actor=SYSTEM)


class Hands:
    """Whoever does an act: knows the people by their login and fetches what an act is about."""

    def __init__(self) -> None:
        with reading() as db:
            self.people: dict[str, Actor] = {user.login: actor_of(user) for user in db.scalars(select(User))}
            self.codes: dict[int, str] = dict(db.execute(select(Unit.id, Unit.code)).all())

    def unit(self, code: str) -> Unit:
        with reading() as db:
            return db.scalars(select(Unit).where(Unit.code == code)).one()

    def set(self, number: str) -> LicenseSet:
        """The set as it is recorded now."""
        with reading() as db:
            return db.scalars(select(LicenseSet).where(LicenseSet.number == number)).one()

    def recorded(self, number: str) -> dict[int, Recorded]:
        """Position → what stands in the ledger there; of a relocation's two legs the second one."""
        found: dict[int, Recorded] = {}
        with reading() as db:
            for position, action, on, cpus, unit_id, district in db.execute(text(_STANDING), {"number": number}):
                day = on if isinstance(on, dt.date) else dt.date.fromisoformat(on)
                found[position] = Recorded(action, day, cpus, self.codes[unit_id], district)
        return found

    def facts(self, number: str) -> dict[int, Fact]:
        """Position → fact, as the ledger tells them."""
        with reading() as db:
            set_id = db.scalars(select(LicenseSet.id).where(LicenseSet.number == number)).one()
            return facts_of(standing_events(db, set_id))

    def do(self, act: Act, key: str, seen: LicenseSet | None = None) -> dict[str, Any]:
        """Does the act once for its key; the answer says how many events there were then."""
        fingerprint = hashlib.sha256(repr(act).encode()).hexdigest()
        with transaction() as db:
            answer = idempotency.answered(db, key, fingerprint)
            if answer is None:
                self._verb(act, seen)
                answer = {"set": act.number, "kept": rows()[0]}
                idempotency.remember(db, key, answer)
        return answer

    def _verb(self, act: Act, seen: LicenseSet | None) -> None:
        actor = self.people[act.who]
        if act.verb == "issue":
            issuing.issue_set(
                act.number, self.unit(act.to), act.product, cpus=act.cpus, on=act.on, actor=actor, kind=act.kind,
                details=dict(act.says),
            )  # fmt: skip
            return
        found = seen or self.set(act.number)
        if act.verb in ("correct", "drop"):
            self._say_right(act, found, actor)
        else:
            verb, words = self._verbs(act, found)[act.verb]
            verb(found, actor=actor, on=act.on, **words)

    def _verbs(self, act: Act, found: LicenseSet) -> dict[str, tuple[Callable[..., object], dict[str, Any]]]:
        why, size = {"reason": act.reason}, {"cpus": act.cpus, "reason": act.reason}
        words = dict(act.says)
        until, hosts = words.get("valid_until"), {}
        if act.verb == "replace_host":
            hosts = {"old_fingerprint": words["old_fingerprint"], "new_fingerprint": words["fingerprint"]}
        return {
            "import": (life.record_import, {}),
            "import_failed": (life.record_failed_import, why),
            "accept": (life.accept_import, {"evidence": "验收单.pdf"}),
            "decline": (life.decline_import, why),
            "expand": (life.expand_set, size),
            "shrink": (life.shrink_set, size),
            "relocate": (life.relocate_set, {"to": self.unit(act.to), **words, **why} if act.to else why),
            "return": (life.return_set, why),
            "revoke": (life.revoke_set, why),
            "supersede": (life.supersede_set, {}),
            "void": (life.void_set, why),
            "move": (life.move_set, {**words, **why}),
            "upgrade": (life.upgrade_set, {"edition": words.get("edition", ""), **why}),
            "renew": (life.renew_set, {"valid_until": dt.date.fromisoformat(until) if until else None, **why}),
            "replace_host": (life.replace_host, {**hosts, **why}),
            "formalize": (life.formalize_set, {"number": act.new_number, "cpus": act.cpus}),
        }

    def _say_right(self, act: Act, found: LicenseSet, actor: Actor) -> None:
        if act.verb == "drop":
            life.drop_fact(found, act.position, actor=actor, reason=act.reason)
            return
        fact = self.facts(act.number)[act.position]
        sized = fact.action in ("issue", "expand") and act.cpus
        right = fact._replace(on=act.on, cpus=act.cpus if sized else fact.cpus)
        life.correct_fact(found, right, actor=actor, reason=act.reason)

    def move_unit(self, code: str, district: str, on: dt.date) -> None:
        """A unit comes under another district, and its sets with it."""
        found = self.unit(code)
        change_unit(found, replace(entry_of(found), district=district), on=on, actor=self.people["alice"])


def rows() -> tuple[Any, ...]:
    """How much is written: whatever an act leaves behind changes one of these."""
    with reading() as db:
        return tuple(db.execute(text(_ROWS)).one())


def refused(foretold: set[str], act: Callable[[], object]) -> None:
    """Acts; the refusal must be one of those foretold."""
    refusal = None
    try:
        act()
    except DomainError as error:
        refusal = error
    assert foretold & {kind.__name__ for kind in type(refusal).__mro__}, f"{refusal!r}, and foretold was {foretold}"


@contextmanager
def power_cut(statement: int) -> Iterator[None]:
    """The program ends at that statement of the next transaction, or just before its commit, and is started anew."""
    left = [statement]

    def count(*_: object) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise PowerCut

    def at_the_end(*_: object) -> None:
        if left[0] > 0:
            raise PowerCut

    engine = database.engine()
    event.listen(engine, "before_cursor_execute", count)
    event.listen(engine, "commit", at_the_end)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", count)
        event.remove(engine, "commit", at_the_end)
        database.connect(engine.url.render_as_string(hide_password=False))
