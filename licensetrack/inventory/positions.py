"""Where a unit stands: what runs, what is licensed, what is missing and what lies idle, by one function, purely.

Missing and idle are found platform by platform and product by product, and only then added: what is too much on one
platform does not help another. Where nobody looked yet, nothing is missing and nothing idle: it is unknown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from licensetrack.inventory.comparison import Deployed, Licensed, Place, Sides, needed


@dataclass(frozen=True)
class Position:
    """One platform (None: sets that name none) and product of a unit. CPUs; `needed` counts cores where a rule says so.

    `seen_on` is None where nobody looked: then `hosts`, `missing` and `idle` say nothing.
    """

    unit_id: int
    platform_id: int | None
    product: str
    sets: tuple[Licensed, ...] = ()
    seen: Deployed | None = None
    needed: int = 0
    by_set: bool = False

    @property
    def seen_on(self) -> dt.date | None:
        """The day of the newest scan."""
        return None if self.seen is None else self.seen.seen_on

    @property
    def hosts(self) -> int:
        """Servers that run it."""
        return 0 if self.seen is None else len(self.seen.hosts)

    @property
    def sockets(self) -> int:
        """Physical CPUs of those servers."""
        return 0 if self.seen is None else sum(host.sockets for host in self.seen.hosts)

    @property
    def issued(self) -> int:
        """CPUs issued."""
        return sum(one.issued_cpus for one in self.sets)

    @property
    def imported(self) -> int:
        """CPUs imported."""
        return sum(one.imported_cpus for one in self.sets)

    @property
    def accepted(self) -> int:
        """CPUs accepted."""
        return sum(one.accepted_cpus for one in self.sets)

    @property
    def missing(self) -> int:
        """CPUs that run without a licence."""
        return 0 if self.seen is None or self._by_set_and_held else max(0, self.needed - self.issued)

    @property
    def idle(self) -> int:
        """CPUs that are licensed and do not run."""
        return 0 if self.seen is None or self.by_set else max(0, self.issued - self.needed)

    @property
    def _by_set_and_held(self) -> bool:
        return self.by_set and bool(self.sets)


@dataclass(frozen=True)
class Total:
    """Several positions of one product together; `unseen` counts those that hold sets where nobody looked."""

    product: str
    needed: int = 0
    sockets: int = 0
    hosts: int = 0
    issued: int = 0
    accepted: int = 0
    missing: int = 0
    idle: int = 0
    unseen: int = 0


def positions(sides: Sides) -> list[Position]:
    """One position for each unit, platform and product that anything is known of, in their order."""
    seen: dict[Place, Deployed] = {(one.platform_id, one.product): one for one in sides.deployed}
    held: dict[tuple[int, int | None, str], list[Licensed]] = {}
    for one in sides.licensed:
        held.setdefault((one.unit_id, one.platform_id, one.product), []).append(one)
    places = {(one.unit_id, one.platform_id, one.product) for one in sides.deployed} | set(held)
    ordered = sorted(places, key=lambda place: (place[0], place[1] or 0, place[2]))
    return [_position(sides, place, held.get(place, ()), seen) for place in ordered]


def totals(those: Iterable[Position]) -> dict[str, Total]:
    """Product → all its positions added up. CPUs of different products are never added."""
    found: dict[str, list[Position]] = {}
    for one in those:
        found.setdefault(one.product, []).append(one)
    return {product: _total(product, members) for product, members in sorted(found.items(), reverse=True)}


def _position(
    sides: Sides, place: tuple[int, int | None, str], sets: Sequence[Licensed], seen: dict[Place, Deployed]
) -> Position:
    unit_id, platform_id, product = place
    found = None if platform_id is None else seen.get((platform_id, product))
    if found is not None and found.unit_id != unit_id:
        found = None
    count = 0 if found is None else needed(sides, found)
    return Position(unit_id, platform_id, product, tuple(sets), found, count, product in sides.by_set)


def _total(product: str, members: Sequence[Position]) -> Total:
    def add(what: Callable[[Position], int]) -> int:
        return sum(map(what, members))

    return Total(
        product, add(lambda p: p.needed), add(lambda p: p.sockets), add(lambda p: p.hosts), add(lambda p: p.issued),
        add(lambda p: p.accepted), add(lambda p: p.missing), add(lambda p: p.idle),
        sum(p.seen is None and bool(p.sets) for p in members),
    )  # fmt: skip
