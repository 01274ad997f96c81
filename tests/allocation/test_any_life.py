"""Sets live any life there is: what the table of moves allows is done, all else is refused and leaves nothing."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import func, select, update

from licensetrack.allocation import life
from licensetrack.allocation.models import LedgerEvent, LicenseSet
from licensetrack.core import db as database_room
from licensetrack.core.audit import AuditEntry
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import Conflict, DomainError
from licensetrack.core.outbox import OutboxMessage
from licensetrack.measures.catalogue import figures
from licensetrack.measures.question import Question
from licensetrack.procurement.models import Entitlement
from licensetrack.verify.report import verify
from tests.measures.random_trade import ACTIONS, DAYS, RandomTrade, Step, standing_clock
from tests.measures.shadow import ENDS, ShadowSet
from tests.postgres import Server
from tests.trade import ALICE

LAST = dt.date(2024, 12, 31)
CAP_SETS, CAP_CPUS = 5, 150  # small against what is asked for, so that it is hit often
WHILE_HELD = {"expand", "shrink", "relocate", *ENDS}
ALLOWED = {
    "issued": {"import", "import_failed"} | WHILE_HELD,
    "imported": {"accept", "decline"} | WHILE_HELD,
    "declined": {"import", "import_failed", "accept", "decline"} | WHILE_HELD,
    "accepted": WHILE_HELD,
}
STAGE_AFTER = {"issue": "issued", "import": "imported", "accept": "accepted", "decline": "declined"}
numbers = st.integers(0, 40)


class Lives(RuleBasedStateMachine):
    """Half of the steps go on with a life, the others try anything."""

    connect: Callable[[ExitStack], None]

    def __init__(self) -> None:
        super().__init__()
        self.stack, self.looked = ExitStack(), 0
        type(self).connect(self.stack)
        self.trade = RandomTrade(self.stack.enter_context(standing_clock()))
        with transaction() as db:
            capped = update(Entitlement).where(Entitlement.product == "virtualization")
            db.execute(capped.values(cap_rule="hard", cap_sets=CAP_SETS, cap_cpus=CAP_CPUS))

    def teardown(self) -> None:
        assert [finding for finding in verify() if finding.broken] == []
        self.stack.close()

    @rule(which=numbers, how=numbers, size=st.integers(1, 64), day=st.integers(0, len(DAYS) - 1))
    def issue(self, which: int, how: int, size: int, day: int) -> None:
        capped = how % 3 == 0 and how % 7 != 6
        sets, cpus = self.used()
        fits = not capped or (sets < CAP_SETS and cpus + size <= CAP_CPUS)
        self.attempt(fits, lambda: self.trade._issue(Step("issue", which, how, size, day)))

    @precondition(lambda self: self.held())
    @rule(which=numbers, how=numbers, size=st.integers(1, 64), later=st.integers(0, 4))
    def advance(self, which: int, how: int, size: int, later: int) -> None:
        """The next step of a life that goes on, so that lives become long."""
        held = self.held()
        kept = held[which % len(held)]
        moves = sorted(ALLOWED[stage(kept)] - {"revoke", "supersede"})
        on = min(kept.told_until(LAST)[-1].on + dt.timedelta(days=later), LAST)
        action = moves[how % len(moves)]
        self.attempt(self.possible(kept, action, size), lambda: self.trade.act(row(kept), action, on, size))

    @precondition(lambda self: self.trade.shadow.sets)
    @rule(which=numbers, action=st.sampled_from(ACTIONS), size=st.integers(1, 64), day=st.sampled_from(DAYS))
    def anything(self, which: int, action: str, size: int, day: dt.date) -> None:
        """On a day before the last fact it depends on all that follows; but either all of it is done or nothing."""
        everything = list(self.trade.shadow.sets.values())
        kept = everything[which % len(everything)]
        afterwards = day >= kept.told_until(LAST)[-1].on
        allowed = self.possible(kept, action, size) if afterwards else None
        self.attempt(allowed, lambda: self.trade.act(row(kept), action, day, size))

    @precondition(lambda self: self.trade.shadow.sets)
    @rule(which=numbers, how=numbers, size=st.integers(1, 64), day=st.integers(0, len(DAYS) - 1))
    def say_it_right(self, which: int, how: int, size: int, day: int) -> None:
        correcting = self.trade._correct if size % 4 else self.trade._drop
        self.attempt(None, lambda: correcting(Step("correct", which, how, size, day)))

    @precondition(lambda self: self.held())
    @rule(which=numbers, size=st.integers(1, 9))
    def two_people_with_one_set(self, which: int, size: int) -> None:
        """Both looked at the set before either acted: the second must look again."""
        held = [kept for kept in self.held() if self.possible(kept, "relocate", size)]
        kept = held[which % len(held)]
        mine, theirs, on = row(kept), row(kept), kept.told_until(LAST)[-1].on
        self.attempt(True, lambda: self.trade.act(mine, "relocate", on, size))
        before = rows()
        with pytest.raises(Conflict):
            life.return_set(theirs, actor=ALICE, on=on, reason="停用")
        assert rows() == before

    @rule()
    def start_the_program_anew(self) -> None:
        database_room.connect(database_room.engine().url.render_as_string(hide_password=False))

    @invariant()
    def the_books_say_what_was_told(self) -> None:
        with reading() as db:
            assert figures(db, Question(LAST)) == self.trade.shadow.figures(LAST)
            used = db.execute(
                select(Entitlement.used_sets, Entitlement.used_cpus).where(Entitlement.product == "virtualization")
            ).one()
        assert tuple(used) == self.used()

    @invariant()
    def the_books_are_right(self) -> None:
        """Every fifth time: it takes longer than all the rest."""
        self.looked += 1
        if self.looked % 5 == 0:
            assert [finding for finding in verify() if finding.broken] == []

    def attempt(self, allowed: bool | None, act: Callable[[], object]) -> None:
        """Acts; refused or done as foretold, where it can be foretold; and a refused act leaves nothing behind."""
        before = rows()
        try:
            act()
            done = True
        except DomainError:
            done = False
        assert allowed in (None, done)
        assert done or rows() == before

    def held(self) -> list[ShadowSet]:
        return [kept for kept in self.trade.shadow.sets.values() if stage(kept) in ALLOWED]

    def used(self) -> tuple[int, int]:
        """How much of the capped entitlement is used."""
        found = [one for one in self.trade.shadow.counted(LAST) if one.product == "virtualization"]
        return len(found), sum(one.counters["issued_cpus"] for one in found)

    def possible(self, kept: ShadowSet, action: str, size: int) -> bool:
        if action not in ALLOWED.get(stage(kept), ()):
            return False
        if action not in ("expand", "shrink"):
            return True
        if kept.product == "bms":
            return False
        cpus = sum(fact.cpus or 0 for fact in kept.facts.values())
        if action == "shrink":
            return size < cpus
        return kept.product != "virtualization" or kept.kind != "formal" or self.used()[1] + size <= CAP_CPUS


def stage(kept: ShadowSet) -> str:
    """Where a set stands after all that was told of it."""
    actions = [fact.action for fact in kept.told_until(LAST)]
    if any(action in ENDS for action in actions):
        return "ended"
    return next(STAGE_AFTER[action] for action in reversed(actions) if action in STAGE_AFTER)


def row(kept: ShadowSet) -> LicenseSet:
    with reading() as db:
        return db.scalars(select(LicenseSet).where(LicenseSet.number == kept.number)).one()


def rows() -> tuple[int, ...]:
    with reading() as db:
        tables = (LicenseSet, LedgerEvent, AuditEntry, OutboxMessage)
        return tuple(db.scalar(select(func.count()).select_from(table)) or 0 for table in tables)


def run(connect: Callable[[ExitStack], None], lives: int, steps: int) -> None:
    machine = type("Lives", (Lives,), {"connect": staticmethod(connect)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=lives, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_any_life(migrated_sqlite: Path) -> None:
    def connect(stack: ExitStack) -> None:
        path = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "lives.db"
        shutil.copyfile(migrated_sqlite, path)
        stack.callback(database_room.connect(f"sqlite:///{path}").dispose)

    run(connect, lives=6, steps=25)


@pytest.mark.postgres
def test_any_life_on_postgres(postgres_server: Server) -> None:
    def connect(stack: ExitStack) -> None:
        url = stack.enter_context(postgres_server.migrated())
        stack.callback(database_room.connect(url).dispose)

    run(connect, lives=1, steps=25)
