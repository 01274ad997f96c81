"""What the trade must come to: a second bookkeeping in plain dicts and lists that shares no code with the program.

It keeps for each set what was told, looks at those facts as of any day, and foretells of every act whether it is done
or which refusals it may meet. There is no fold, no delta and no counter here that is carried along.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from tests.machine.pools import CAP_CPUS, CAP_SETS, CAPPED, METRIC, MOST_CPUS, PEOPLE, UNITS

ENDS = {"return": "returned", "revoke": "revoked", "supersede": "superseded"}
WHILE_HELD = {"expand", "shrink", "relocate", "reclassify", *ENDS}
NEXT = {  # stage → what else is possible there → the stage after it
    "issued": {"import": "imported", "import_failed": "issued"},
    "imported": {"accept": "accepted", "decline": "declined"},
    "declined": {"import": "imported", "import_failed": "declined", "accept": "accepted", "decline": "declined"},
    "accepted": {},
}
RANK = {"issue": 0, "import_failed": 1, "import": 2, "decline": 3, "accept": 4, "reclassify": 5, "relocate": 6,
        "expand": 8, "shrink": 8, "return": 9, "revoke": 9, "supersede": 9}  # fmt: skip
UNITS_OWN = {"import", "import_failed"}  # what a unit and the vendor may do with a set; all else is the centre's
NEEDS_REASON = {"import_failed", "decline", "revoke", "correct", "drop"}


class Wrong(Exception):
    """Facts that no life can have."""


@dataclass(frozen=True)
class Act:
    """One thing that somebody wants to do."""

    verb: str
    who: str
    number: str
    on: dt.date
    cpus: int | None = None  # a size for issue, how many more or fewer for expand and shrink
    to: str = ""  # the unit's code, for issue and relocate
    product: str = ""
    kind: str = "formal"
    reason: str = "有理由"
    position: int = 0  # which fact, for correct and drop
    stale: bool = False  # looked at the set before somebody else changed it


@dataclass(frozen=True)
class Told:
    """A fact as it was told; of two on one day the lower position comes first."""

    position: int
    action: str
    on: dt.date
    cpus: int | None = None  # signed where it is a change
    unit: str = ""
    district: str = ""


@dataclass(frozen=True)
class Standing:
    """How a set stands at the end of a day."""

    stage: str
    unit: str
    district: str
    cpus: int | None
    failed: int
    issued_on: dt.date
    imported_on: dt.date | None = None
    accepted_on: dt.date | None = None
    ended_on: dt.date | None = None

    @property
    def is_held(self) -> bool:
        return self.stage in NEXT

    @property
    def counters(self) -> tuple[int, ...]:
        """issued, imported, accepted (sets and CPUs each) and failed imports; nothing when it is no longer held."""
        reached = [True, self.imported_on is not None, self.accepted_on is not None]
        counts = [n for done in reached for n in ((1, self.cpus or 0) if done else (0, 0))]
        return (*counts, self.failed) if self.is_held else (0,) * 7


@dataclass
class SetKept:
    """What was told about one set."""

    number: str
    product: str
    kind: str
    told: list[Told] = field(default_factory=list)

    def in_order(self) -> list[Told]:
        return sorted(self.told, key=lambda one: (one.on, one.position))

    def standing(self, day: dt.date = dt.date.max) -> Standing | None:
        facts = [one for one in self.in_order() if one.on <= day]
        return look(facts, self.product) if facts else None

    @property
    def now(self) -> Standing:
        found = self.standing()
        assert found is not None
        return found


def look(facts: Iterable[Told], product: str) -> Standing:
    """How a set with these facts stands. Raises Wrong where one can not follow the others."""
    first, *others = facts
    if first.action != "issue" or not right_size(product, first.cpus):
        raise Wrong
    at = Standing("issued", first.unit, first.district, first.cpus, 0, first.on)
    for one in others:
        at = after(at, one)
    return at


def after(at: Standing, one: Told) -> Standing:
    """The standing after one more fact."""
    ways = NEXT.get(at.stage)
    if ways is None or (one.action not in ways and one.action not in WHILE_HELD):
        raise Wrong
    at = replace(at, stage=ways.get(one.action, at.stage))
    if one.action == "import":
        return replace(at, imported_on=one.on)
    if one.action == "accept":
        return replace(at, accepted_on=one.on)
    if one.action == "import_failed":
        return replace(at, failed=at.failed + 1)
    if one.action in ("expand", "shrink"):
        more = one.cpus or 0
        if at.cpus is None or (more <= 0 if one.action == "expand" else more >= 0):
            raise Wrong
        if not 0 < at.cpus + more <= MOST_CPUS:
            raise Wrong
        return replace(at, cpus=at.cpus + more)
    if one.action == "relocate" or (one.action == "reclassify" and one.unit == at.unit):
        return replace(at, unit=one.unit, district=one.district)
    if one.action in ENDS:
        return replace(at, stage=ENDS[one.action], ended_on=one.on)
    return at


def right_size(product: str, cpus: int | None) -> bool:
    """Whether a set of that product may be issued with so many CPUs."""
    return METRIC[product] == "set" if cpus is None else 0 < cpus <= MOST_CPUS


@dataclass
class Trade:
    """Everything that was told; `foretell` says what an act meets, `note` takes it in when it was done."""

    today: dt.date
    units: dict[str, str] = field(default_factory=lambda: dict(UNITS))
    sets: dict[str, SetKept] = field(default_factory=dict)
    cap: tuple[int, int] = (CAP_SETS, CAP_CPUS)

    def copy(self) -> Trade:
        kept = {number: replace(one, told=list(one.told)) for number, one in self.sets.items()}
        return Trade(self.today, dict(self.units), kept, self.cap)

    def held(self) -> list[SetKept]:
        return [one for one in self.sets.values() if one.now.is_held]

    def counts(self, day: dt.date, part: str = "unit") -> Counter[tuple[str, str, int]]:
        """(unit or district, product, number of the counter) → formal sets or CPUs at the end of that day."""
        found: Counter[tuple[str, str, int]] = Counter()
        for one in self.sets.values():
            at = one.standing(day) if one.kind == "formal" else None
            for number, count in enumerate(at.counters if at else ()):
                found[getattr(at, part), one.product, number] += count
        return Counter({key: count for key, count in found.items() if count})

    def served(self, day: dt.date, district: str | None = None) -> int:
        """How many units hold an accepted formal set at the end of that day, in one district or anywhere."""
        standing = [one.standing(day) for one in self.sets.values() if one.kind == "formal"]
        accepted = [at for at in standing if at and at.is_held and at.accepted_on]
        return len({at.unit for at in accepted if district in (None, at.district)})

    def used(self, product: str) -> tuple[int, int]:
        """Sets and CPUs of an entitlement that are given out now."""
        total = self.counts(dt.date.max)
        return (sum(total[unit, product, 0] for unit in UNITS), sum(total[unit, product, 1] for unit in UNITS))

    def foretell(self, act: Act) -> set[str]:
        """The refusals that the act may meet; none when it must be done. Who may not act is told nothing else."""
        who = self._who(act)
        what = self._what(act)
        return (who | self._words(act)) if who else what

    def _who(self, act: Act) -> set[str]:
        person = PEOPLE[act.who]
        if person.role != "operator" and not (
            act.verb in UNITS_OWN and person.role in ("unit_user", "vendor_engineer")
        ):
            return {"Forbidden"}
        concerned = {act.to} if act.verb in ("issue", "relocate") else set()
        if act.number in self.sets and act.verb != "issue":
            concerned.add(self.sets[act.number].now.unit)
        for unit in concerned:
            if person.scope == "district" and self.units[unit] != person.value:
                return {"NotFound"}
            if person.scope == "unit" and unit != person.value:
                return {"NotFound"}
        return set()

    def _words(self, act: Act) -> set[str]:
        """What is wrong with the words alone; nobody learns anything of a set from hearing it."""
        blank = act.verb in NEEDS_REASON and not act.reason.strip()
        return {"Refused"} if blank or act.on > self.today or act.verb in ("accept", "decline") else set()

    def _what(self, act: Act) -> set[str]:
        found = set()
        if act.stale:  # an acceptance is judged by what was seen, before anybody asks whether it is still so
            found |= {"Conflict", "Refused"} if act.verb in ("accept", "decline") else {"Conflict"}
        if act.on > self.today or (act.verb in NEEDS_REASON and not act.reason.strip()):
            found.add("Refused")
        try:
            after_it = self.with_act(act)
        except Wrong:
            return found | {"Refused"}
        product = after_it.sets[act.number].product
        sets, cpus = after_it.used(product)
        if product == CAPPED and (sets, cpus) != self.used(product) and (sets > self.cap[0] or cpus > self.cap[1]):
            found.add("Conflict")
        return found

    def with_act(self, act: Act, position: int | None = None) -> Trade:
        """The books with the act in them. Raises Wrong. Without a position, one is looked for as the office would."""
        new = self.copy()
        if act.verb == "issue":
            if act.number in new.sets or act.kind not in ("formal", "temporary"):
                raise Wrong
            kept = new.sets[act.number] = SetKept(act.number, act.product, act.kind)
        else:
            kept = new.sets[act.number]
        at = self.sets[act.number].now if act.verb != "issue" else None
        if act.verb in ("accept", "decline") and at and (at.imported_on is None or act.on < at.imported_on):
            raise Wrong
        if act.verb in ("correct", "drop"):
            kept.told = self._corrected(kept.told, act)
        else:
            self._tell(kept, act, position)
        if not kept.told:
            raise Wrong
        look(kept.in_order(), kept.product)
        return new

    def _tell(self, kept: SetKept, act: Act, position: int | None) -> None:
        """Last on its day; where that can not be, before what comes later on a day by its nature."""
        unit = kept.now.unit if act.verb == "reclassify" else act.to
        cpus = act.cpus if act.verb in ("issue", "expand") else -(act.cpus or 0) if act.verb == "shrink" else None
        new = Told(position or 0, act.verb, act.on, cpus, unit, self.units.get(unit, ""))
        if position is not None:
            kept.told.append(new)
            return
        told = list(kept.told)
        last = 1 + max((one.position for one in told), default=0)
        kept.told = [*told, replace(new, position=last)]
        try:
            look(kept.in_order(), kept.product)
        except Wrong:
            later = [one.position for one in told if one.on == act.on and RANK[one.action] > RANK[act.verb]]
            if not later:
                raise
            kept.told = [*(replace(one, position=one.position * 2) for one in told),
                         replace(new, position=min(later) * 2 - 1)]  # fmt: skip

    @staticmethod
    def _corrected(told: list[Told], act: Act) -> list[Told]:
        """All but the one that is meant stay; that one has another day, or another size, or is gone."""
        right = []
        for one in told:
            if one.position != act.position:
                right.append(one)
            elif act.verb == "correct":
                sized = one.action in ("issue", "expand") and act.cpus
                right.append(replace(one, on=act.on, cpus=act.cpus if sized else one.cpus))
        return right
