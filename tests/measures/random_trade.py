"""A trade that does random things through the program's verbs and tells the second bookkeeping what was accepted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, NamedTuple

import time_machine
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from licensetrack.allocation import issuing, life
from licensetrack.allocation.fold import Fact, Holder
from licensetrack.allocation.ledger import Operation, facts_of, standing_events
from licensetrack.allocation.models import LicenseSet
from licensetrack.core.clock import now
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import DomainError
from licensetrack.procurement.budgets import BudgetLine, post_entry, reverse_entry, standing_entries
from licensetrack.support.orders import OrderLine, record_orders
from licensetrack.units.directory import UnitEntry, update_unit
from tests.measures.shadow import PRODUCTS, Money, Order, Place, Shadow, ShadowSet, Told
from tests.trade import ALICE, unit

DISTRICTS, CATEGORIES = ("福田区", "南山区", "罗湖区"), ("公立学校", "机关单位")
DAYS = [dt.date(2024, 1, 10) + dt.timedelta(days=14 * step) for step in range(24)]
NEXT = {
    "issued": ("import", "import", "import_failed", "expand", "relocate", "return"),
    "imported": ("accept", "accept", "decline", "expand", "shrink"),
    "declined": ("import", "accept", "import_failed"),
    "accepted": ("expand", "shrink", "relocate", "replace_host", "renew", "move", "upgrade", "return", "revoke"),
}
ACTIONS = (
    "import", "import_failed", "accept", "decline", "expand", "shrink", "relocate", "return", "revoke", "supersede",
    "void", "move", "replace_host", "renew", "upgrade",
)  # fmt: skip
WHAT = (
    *("issue",) * 4, *("bulk",) * 2, *("advance",) * 10, *("anything",) * 4, "correct", "correct", "drop", "reclassify",
    "grant", "spend", "take_back", "order", "rate",
)  # fmt: skip


class Step(NamedTuple):
    """One random thing to do; the numbers choose among what there is at that moment."""

    what: str
    which: int
    how: int
    size: int
    day: int


steps = st.builds(
    Step,
    st.sampled_from(WHAT),
    st.integers(0, 40),
    st.integers(0, 40),
    st.integers(1, 64),
    st.integers(0, len(DAYS) - 1),
)


class RandomTrade:
    """Five units in three districts, and whatever happens to them."""

    def __init__(self, clock: time_machine.Traveller) -> None:
        self._clock = clock
        self.shadow = Shadow()
        self.units = [
            unit(f"SZ{number:04}", district=DISTRICTS[number % 3], category=CATEGORIES[number % 2])
            for number in range(5)
        ]
        self._numbers = 0
        self._positions: dict[str, set[int]] = {}

    def do(self, step: Step) -> bool:
        """Does one thing, a second after the last; whether the program accepted it."""
        self._clock.shift(dt.timedelta(seconds=1))
        try:
            done = bool(getattr(self, f"_{step.what}")(step))
        except DomainError:
            done = False
        self.shadow.remember(now())
        return done

    def place(self, number: int) -> Place:
        found = self.units[number % len(self.units)]
        return Place(found.id, found.district, found.category)

    def chosen(self, number: int) -> LicenseSet | None:
        with reading() as db:
            sets = db.query(LicenseSet).order_by(LicenseSet.number).all()
        return sets[number % len(sets)] if sets else None

    def _new(self, step: Step) -> tuple[ShadowSet, Place, int | None]:
        product = PRODUCTS[step.how % 3]
        kind = "temporary" if step.how % 7 == 6 else "formal"
        self._numbers += 1
        number = f"SQ-{self._numbers:04}"
        return ShadowSet(number, product, kind), self.place(step.which), None if product == "bms" else step.size

    def _issue(self, step: Step) -> bool:
        new, at, cpus = self._new(step)
        holder = self.units[step.which % len(self.units)]
        issuing.issue_set(
            new.number, holder, new.product, cpus=cpus, on=DAYS[step.day], actor=ALICE, kind=new.kind,
            details={"platform": f"云平台{step.how % 2}", "fingerprint": f"ESN-{step.how % 5}"},
        )  # fmt: skip
        self._note(new, Fact("issue", DAYS[step.day], 0, cpus, Holder(*_values(at))))
        return True

    def _bulk(self, step: Step) -> bool:
        """A set that comes in with its whole life, as from a ledger of last year."""
        new, at, cpus = self._new(step)
        other = self.place(step.which + step.how)
        day = [DAYS[min(step.day + later, len(DAYS) - 1)] for later in range(6)]
        facts = [
            Fact("issue", day[0], 0, cpus, Holder(*_values(at))), Fact("import_failed", day[1]), Fact("import", day[1]),
            Fact("accept", day[2]), Fact("relocate", day[3], holder=Holder(*_values(other))),
            Fact("expand" if cpus else "renew", day[4], cpus=5 if cpus else None), Fact("return", day[5]),
        ][: 1 + step.size % 7]  # fmt: skip
        with transaction() as db:
            operation = Operation(ALICE)
            entitlement = 1 + PRODUCTS.index(new.product)
            issuing.add_sets(db, [issuing.NewSet(new.number, new.product, new.kind, entitlement, facts)], operation)
            operation.record(db, "exchange:ledger:load", "files")
        self._note(new, *facts)
        return True

    def _advance(self, step: Step) -> bool:
        """The next step of a set that is held, not before its last one."""
        found = self.chosen(step.which)
        if found is None or found.stage not in NEXT:
            return False
        moves = NEXT[found.stage]
        last = max(fact.on for fact in self.shadow.sets[found.number].facts.values())
        return self.act(found, moves[step.how % len(moves)], max(last, DAYS[step.day]), step.size)

    def _anything(self, step: Step) -> bool:
        found = self.chosen(step.which)
        return found is not None and self.act(found, ACTIONS[step.how % len(ACTIONS)], DAYS[step.day], step.size)

    def act(self, found: LicenseSet, action: str, on: dt.date, size: int) -> bool:
        """Does one thing with a set; `size` is the change in CPUs, and chooses the unit it may go to."""
        others = [one for one in self.units if one.id != found.unit_id]
        to = others[size % len(others)]
        verbs: dict[str, tuple[Any, dict[str, Any]]] = {
            "import": (life.record_import, {}),
            "import_failed": (life.record_failed_import, {"reason": "设备信息码不匹配"}),
            "accept": (life.accept_import, {"evidence": "验收单.pdf"}),
            "decline": (life.decline_import, {"reason": "容量不一致"}),
            "expand": (life.expand_set, {"cpus": size, "reason": "扩容"}),
            "shrink": (life.shrink_set, {"cpus": size, "reason": "缩容"}),
            "relocate": (life.relocate_set, {"to": to, "reason": "划转"}),
            "return": (life.return_set, {"reason": "停用"}),
            "revoke": (life.revoke_set, {"reason": "违规"}),
            "supersede": (life.supersede_set, {}),
            "void": (life.void_set, {"reason": "发放有误"}),
            "move": (life.move_set, {"site": f"机房{size}", "platform": f"云平台{size % 3}", "reason": "搬迁"}),
            "renew": (life.renew_set, {"valid_until": dt.date(2025, 1, 1) + dt.timedelta(size), "reason": "续期"}),
            "upgrade": (life.upgrade_set, {"edition": f"版本{size % 4}", "reason": "升级"}),
            "replace_host": (
                life.replace_host,
                {"old_fingerprint": found.fingerprint, "new_fingerprint": f"ESN-{size}", "reason": "换机"},
            ),
        }
        verb, words = verbs[action]
        verb(found, actor=ALICE, on=on, **words)
        cpus = {"expand": size, "shrink": -size}.get(action)
        holder = Holder(to.id, to.district, to.category) if action == "relocate" else None
        self._note(self.shadow.sets[found.number], Fact(action, on, 0, cpus, holder))
        return True

    def _correct(self, step: Step) -> bool:
        """Another day, or another size, for something told before."""
        found = self.chosen(step.which)
        if found is None:
            return False
        facts = self._recorded(found)
        position = sorted(facts)[step.how % len(facts)]
        fact = facts[position]
        sized = fact.action in ("issue", "expand") and fact.cpus is not None and step.size % 2
        new = fact._replace(cpus=step.size) if sized else fact._replace(on=DAYS[step.day])
        life.correct_fact(found, new, actor=ALICE, reason="录入错误")
        kept = self.shadow.sets[found.number]
        told = kept.facts[position]
        kept.facts[position] = Told(position, told.action, new.on, new.cpus, told.place)
        self._follow(found)
        return True

    def _drop(self, step: Step) -> bool:
        found = self.chosen(step.which)
        if found is None:
            return False
        position = sorted(self._recorded(found))[step.how % len(self._recorded(found))]
        life.drop_fact(found, position, actor=ALICE, reason="并未发生")
        del self.shadow.sets[found.number].facts[position]
        self._follow(found)
        return True

    def _reclassify(self, step: Step) -> bool:
        """A unit moves to another district, and each of its sets follows if it can."""
        moved = self.units[step.which % len(self.units)]
        entry = UnitEntry(moved.code, moved.name, moved.category, DISTRICTS[step.how % 3])
        if not update_unit(moved, entry, on=DAYS[step.day], actor=ALICE):
            return False
        with reading() as db:
            sets = db.query(LicenseSet).filter(LicenseSet.unit_id == moved.id).order_by(LicenseSet.number).all()
        for held in sets:
            try:
                life.reclassify_set(held, moved, actor=ALICE, on=DAYS[step.day])
            except DomainError:
                continue
            holder = Holder(moved.id, moved.district, moved.category)
            self._note(self.shadow.sets[held.number], Fact("reclassify", DAYS[step.day], holder=holder))
        return True

    def _grant(self, step: Step) -> bool:
        return self._post(step, ("appropriation", "adjustment", "receipt")[step.how % 3])

    def _spend(self, step: Step) -> bool:
        return self._post(step, "payment")

    def _post(self, step: Step, kind: str) -> bool:
        on = DAYS[step.day].replace(year=2023 + step.which % 2)
        amount = Decimal(step.size * 12345) / 100
        voucher = f"PZ-{step.which}"
        post_entry(BudgetLine(kind, on, amount, voucher), actor=ALICE)
        self.shadow.money[voucher] = Money(kind, on, amount, voucher)
        return True

    def _take_back(self, step: Step) -> bool:
        with reading() as db:
            standing = standing_entries(db)
        if not standing:
            return False
        entry = standing[step.which % len(standing)]
        reverse_entry(entry, actor=ALICE, reason="重复入账")
        del self.shadow.money[entry.voucher]
        return True

    def _order(self, step: Step) -> bool:
        """A service order, or another version of one: answered after some hours, completed after some days."""
        received = dt.datetime.combine(DAYS[step.day], dt.time(9, 30)).replace(year=2023 + step.how % 2)
        responded = received + dt.timedelta(minutes=step.size * 8) if step.how % 5 else None
        completed = received + dt.timedelta(days=step.how % 4, hours=14) if responded else None
        mark = 1 + step.size % 5 if completed and step.how % 3 else None
        at = self.units[step.which % len(self.units)]
        line = OrderLine(
            f"FW-{step.which}", at.id, at.district, "巡检", received, responded, completed, satisfaction=mark
        )
        record_orders([line], actor=ALICE)
        self.shadow.orders[line.number] = Order(line.number, at.district, received, responded, completed, mark)
        return True

    _rate = _order

    def _note(self, kept: ShadowSet, *facts: Fact) -> None:
        """Tells the second bookkeeping. Where a fact stands among those of its day is looked up, not thought out."""
        self.shadow.sets[kept.number] = kept
        with reading() as db:
            positions = db.execute(
                text(
                    "SELECT DISTINCT e.position FROM ledger_event e JOIN license_set s ON s.id = e.set_id"
                    " WHERE s.number = :number ORDER BY e.position"
                ),
                {"number": kept.number},
            ).scalars()
            new = [position for position in positions if position not in self._used(kept.number)]
            found = session_set(db, kept.number)
        if len(new) > len(facts):  # given late to a unit that moved since: the set follows it by itself
            recorded = self._recorded(found)
            followed = [p for p in new if recorded[p].action == "reclassify"]
            told_first = [p for p in new if p not in followed]
            new, facts = [*told_first, *followed], (*facts, *(recorded[p] for p in followed))
        assert len(new) == len(facts)
        for position, fact in zip(new, facts, strict=True):
            self._tell(kept.number, position, fact)

    def _follow(self, found: LicenseSet) -> None:
        """A set whose past was said anew follows its unit by itself: what the program added is told here too."""
        recorded = self._recorded(found)
        added = sorted(recorded.keys() - self.shadow.sets[found.number].facts.keys())
        assert all(recorded[position].action == "reclassify" for position in added)
        for position in added:
            self._tell(found.number, position, recorded[position])

    def _tell(self, number: str, position: int, fact: Fact) -> None:
        place = Place(*fact.holder) if fact.holder else None
        self.shadow.sets[number].facts[position] = Told(position, fact.action, fact.on, fact.cpus, place)
        self._used(number).add(position)

    def _used(self, number: str) -> set[int]:
        return self._positions.setdefault(number, set())

    @staticmethod
    def _recorded(found: LicenseSet) -> dict[int, Fact]:
        with reading() as db:
            return facts_of(standing_events(db, found.id))


def session_set(db: Session, number: str) -> LicenseSet:
    return db.query(LicenseSet).filter(LicenseSet.number == number).one()


def _values(place: Place) -> tuple[int, str, str]:
    return (place.unit_id, place.district, place.category)


@contextmanager
def standing_clock() -> Iterator[time_machine.Traveller]:
    """The clock stands still at the end of 2024; whoever acts lets it tick."""
    with time_machine.travel(dt.datetime(2024, 12, 31, 1, tzinfo=dt.UTC), tick=False) as clock:
        yield clock
