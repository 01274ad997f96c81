"""What the trade must come to: a second bookkeeping in plain dicts and lists that shares no code with the program.

It keeps for each set what was told (set_model.py), looks at those facts as of any day, and foretells of every act
whether it is done or which refusals it may meet. There is no fold, no delta and no counter that is carried along.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field, replace

from tests.machine.pools import CAP_CPUS, CAP_SETS, CAPPED, PEOPLE, UNITS
from tests.machine.set_model import RANK, Act, SetKept, Told, Wrong, fits, look

UNITS_OWN = {"import", "import_failed"}  # what a unit and the vendor may do with a set; all else is the centre's
NEEDS_REASON = {"import_failed", "decline", "replace_host", "revoke", "void", "correct", "drop"}


@dataclass
class Trade:
    """Everything that was told; `foretell` says what an act meets, `note` takes it in when it was done."""

    today: dt.date
    units: dict[str, str] = field(default_factory=lambda: dict(UNITS))
    sets: dict[str, SetKept] = field(default_factory=dict)
    cap: tuple[int, int] = (CAP_SETS, CAP_CPUS)
    moves: dict[str, list[tuple[dt.date, str]]] = field(
        default_factory=lambda: {code: [(dt.date.min, district)] for code, district in UNITS.items()}
    )

    def move_unit(self, code: str, district: str) -> None:
        """The unit comes under another district today."""
        self.units[code] = district
        self.moves[code].append((self.today, district))

    def follow(self, number: str, position: int, on: dt.date, unit: str, district: str) -> None:
        """A set follows its unit; it can only come where the unit belonged on that day."""
        belonged = [there for since, there in self.moves[unit] if since <= on][-1]
        assert district == belonged, f"{number} follows {unit} to {district} on {on}, but it belonged to {belonged}"
        self.sets[number].told.append(Told(position, "reclassify", on, None, unit, district))

    def copy(self) -> Trade:
        kept = {number: replace(one, told=list(one.told)) for number, one in self.sets.items()}
        return Trade(self.today, dict(self.units), kept, self.cap, self.moves)

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
        return {"Refused"} if blank or act.on > self.today else set()

    def _what(self, act: Act) -> set[str]:
        found = set()
        if act.stale:  # some are judged by what was seen, before anybody asks whether it is still so
            found |= {"Conflict", "Refused"} if act.verb in ("accept", "decline", "relocate") else {"Conflict"}
        if act.on > self.today or (act.verb in NEEDS_REASON and not act.reason.strip()):
            found.add("Refused")
        try:
            after_it = self.with_act(act)
        except Wrong:
            return found | {"Refused"}
        product = after_it.sets[act.number].product
        sets, cpus = after_it.used(product)
        before = self.used(product)
        over = (before[0] < sets > self.cap[0]) or (before[1] < cpus > self.cap[1])
        if product == CAPPED and over:
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
        if act.verb in ("correct", "drop"):
            kept.told = self._corrected(kept.told, act)
            if not kept.told:
                raise Wrong
        else:
            self._check(act)
            self._tell(kept, act, position)
        ended = look(kept.in_order(), kept.product)
        if act.verb == "formalize":
            if kept.kind != "temporary" or act.new_number in new.sets:
                raise Wrong
            says = tuple((name, ended.shown.get(name, "")) for name in ("platform", "site", "edition", "fingerprint"))
            first = Told(1000, "issue", act.on, act.cpus, ended.unit, self.units[ended.unit], says)
            new.sets[act.new_number] = SetKept(act.new_number, kept.product, "formal", [first], act.number)
            look([first], kept.product)
        for one in new.sets.values():
            if one.predecessor and (new.sets[one.predecessor].now.ended_on or dt.date.max) > one.now.issued_on:
                raise Wrong
        return new

    def _check(self, act: Act) -> None:
        """What the office asks besides the order of things: by the set's standing now, and by that of the day."""
        if act.verb == "issue":
            return
        kept = self.sets[act.number]
        at, then = kept.now, kept.standing(act.on)
        if act.verb == "supersede" and kept.kind != "temporary":
            raise Wrong
        if act.verb in ("accept", "decline") and (at.imported_on is None or act.on < at.imported_on):
            raise Wrong
        if (act.verb == "relocate" and at.unit == act.to) or then is None or not fits(then, act):
            raise Wrong

    def _tell(self, kept: SetKept, act: Act, position: int | None) -> None:
        """Last on its day; where that can not be, before what comes later on a day by its nature."""
        unit = act.to
        cpus = act.cpus if act.verb in ("issue", "expand") else -(act.cpus or 0) if act.verb == "shrink" else None
        action = "supersede" if act.verb == "formalize" else act.verb
        new = Told(position or 0, action, act.on, cpus, unit, self.units.get(unit, ""), act.says)
        if position is not None:
            kept.told.append(new)
            return
        told = list(kept.told)
        last = 1 + max((one.position for one in told), default=0)
        kept.told = [*told, replace(new, position=last)]
        try:
            look(kept.in_order(), kept.product)
        except Wrong:
            later = [one.position for one in told if one.on == act.on and RANK[one.action] > RANK[action]]
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
