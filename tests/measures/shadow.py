"""A second bookkeeping, kept by the test while the program keeps its own: no fold, no deltas, no SQL.

It knows only what was told (which fact, on which day) and answers by looking at the facts of one set at a time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal

PRODUCTS = ("virtualization", "cloud_management", "bms")
COUNTERS = (
    "issued_sets", "issued_cpus", "imported_sets", "imported_cpus", "accepted_sets", "accepted_cpus", "failed_imports",
)  # fmt: skip
ENDS = ("return", "revoke", "supersede", "void")


@dataclass(frozen=True)
class Place:
    """A unit and where it stood in the directory on that day."""

    unit_id: int
    district: str
    category: str


@dataclass(frozen=True)
class Told:
    """A fact as it was told; `order` says which of two facts of one day comes first."""

    order: int
    action: str
    on: dt.date
    cpus: int | None = None
    place: Place | None = None


@dataclass(frozen=True)
class Counted:
    """What one set counts for at the end of one day, and where."""

    number: str
    product: str
    place: Place
    counters: dict[str, int]


@dataclass
class ShadowSet:
    """What was told about one set."""

    number: str
    product: str
    kind: str
    facts: dict[int, Told] = field(default_factory=dict)

    def copy(self) -> ShadowSet:
        return replace(self, facts=dict(self.facts))

    def told_until(self, day: dt.date) -> list[Told]:
        return sorted((f for f in self.facts.values() if f.on <= day), key=lambda f: (f.on, f.order))

    def counted(self, day: dt.date) -> Counted | None:
        """None for a set that is not yet, or no longer, held at the end of that day."""
        told = self.told_until(day)
        actions = [fact.action for fact in told]
        if not told or any(action in ENDS for action in actions):
            return None
        size = sum(fact.cpus or 0 for fact in told if fact.action in ("issue", "expand", "shrink"))
        imported, accepted = int("import" in actions), int("accept" in actions)
        counters = (1, size, imported, size * imported, accepted, size * accepted, actions.count("import_failed"))
        return Counted(self.number, self.product, self._place(told), dict(zip(COUNTERS, counters, strict=True)))

    @staticmethod
    def _place(told: list[Told]) -> Place:
        at = told[0].place
        assert at is not None
        for fact in told[1:]:
            if fact.place is not None and (fact.action == "relocate" or fact.place.unit_id == at.unit_id):
                at = fact.place
        return at


@dataclass(frozen=True)
class Money:
    """One budget entry, in yuan."""

    kind: str
    on: dt.date
    amount: Decimal
    voucher: str


@dataclass(frozen=True)
class Order:
    """The last version of a service order."""

    number: str
    district: str
    received: dt.datetime
    responded: dt.datetime | None
    completed: dt.datetime | None
    mark: int | None


@dataclass
class Shadow:
    """Everything that was told, and how it stood after each act."""

    sets: dict[str, ShadowSet] = field(default_factory=dict)
    money: dict[str, Money] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    history: list[tuple[dt.datetime, Shadow]] = field(default_factory=list)

    def remember(self, instant: dt.datetime) -> None:
        """Keeps how things stood at an instant."""
        sets = {number: kept.copy() for number, kept in self.sets.items()}
        self.history.append((instant, Shadow(sets, dict(self.money), dict(self.orders))))

    def days(self) -> list[dt.date]:
        """The days on which anything may change, and the days before them."""
        on = {f.on for kept in self.sets.values() for f in kept.facts.values()} | {m.on for m in self.money.values()}
        on |= {time.date() for o in self.orders.values() for time in (o.received, o.responded, o.completed) if time}
        return sorted(on | {day - dt.timedelta(days=1) for day in on})

    def counted(self, day: dt.date, *, district: str | None = None, kind: str = "formal") -> Iterator[Counted]:
        """What counts at the end of a day, set by set."""
        for kept in self.sets.values():
            found = kept.counted(day) if kept.kind == kind else None
            if found is not None and district in (None, found.place.district):
                yield found

    def figures(self, day: dt.date, district: str | None = None) -> dict[str, int | Decimal | None]:
        """Every figure by its name, as the contract with the outside names them."""
        held = list(self.counted(day, district=district))
        found: dict[str, int | Decimal | None] = {
            "units.served": len({one.place.unit_id for one in held if one.counters["accepted_sets"]})
        }
        for product in PRODUCTS:
            for counter in COUNTERS[:-1]:
                found[f"{product}.{counter}"] = sum(one.counters[counter] for one in held if one.product == product)
        imported = [one for one in held if one.counters["imported_sets"]]
        at_once = sum(one.counters["failed_imports"] == 0 for one in imported)
        found["import.pass_rate"] = rate(sum(one.counters["accepted_sets"] for one in held), len(held))
        found["import.first_pass_rate"] = rate(at_once, len(imported))
        return found | self._money(day, district) | self._service(day, district)

    def _money(self, day: dt.date, district: str | None) -> dict[str, int | Decimal | None]:
        known = [entry for entry in self.money.values() if entry.on <= day and district is None]
        year = max((entry.on.year for entry in known), default=0)
        sums = {kind: Decimal(0) for kind in ("appropriation", "adjustment", "receipt", "payment")}
        for entry in known:
            if entry.on.year == year:
                sums[entry.kind] += entry.amount / 10_000
        granted = sums["appropriation"] + sums["adjustment"]
        return {
            "budget.initial": sums["appropriation"],
            "budget.adjusted": sums["adjustment"],
            "budget.appropriated": granted,
            "budget.received": sums["receipt"],
            "budget.spent": sums["payment"],
            "budget.execution_rate": rate(sums["payment"], granted),
        }

    def _service(self, day: dt.date, district: str | None) -> dict[str, int | Decimal | None]:
        received = [order for order in self.orders.values() if order.received.date() <= day]
        year = max((order.received.year for order in received), default=0)
        orders = [o for o in received if o.received.year == year and district in (None, o.district)]
        on_time = [
            o for o in orders
            if o.responded and o.responded.date() <= day and o.responded - o.received <= dt.timedelta(hours=4)
        ]  # fmt: skip
        marked = [o for o in orders if o.mark and o.completed and o.completed.date() <= day]
        return {
            "support.orders": len(orders),
            "support.on_time_rate": rate(len(on_time), len(orders)),
            "support.overdue_orders": sum(self._late(o, day) for o in received if district in (None, o.district)),
            "support.satisfaction_rate": rate(sum((o.mark or 0) >= 4 for o in marked), len(marked)),
        }

    @staticmethod
    def _late(order: Order, day: dt.date) -> bool:
        """Four hours went by before midnight, and nobody had answered or finished it by then."""
        until = dt.datetime.combine(day, dt.time()) + dt.timedelta(days=1)
        done = [time for time in (order.responded, order.completed) if time and time.date() <= day]
        return order.received + dt.timedelta(hours=4) < until and not done


def rate(part: int | Decimal, whole: int | Decimal) -> Decimal | None:
    """In percent with two decimals, half up; None of nothing."""
    if whole == 0:
        return None
    return (Decimal(part) / Decimal(whole) * 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
