"""One licence set in the model: what was told of it, in order, and how it stands by that at the end of any day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from tests.machine.pools import METRIC, MOST_CPUS

ENDS = {"return": "returned", "revoke": "revoked", "supersede": "superseded", "void": "voided"}
WHILE_HELD = {
    "expand", "shrink", "relocate", "move", "reclassify", "replace_host", "renew", "upgrade", "return", "revoke",
    "supersede",
}  # fmt: skip
NEXT = {  # stage → what else is possible there → the stage after it
    "issued": {"import": "imported", "import_failed": "issued", "void": "voided"},
    "imported": {"accept": "accepted", "decline": "declined", "void": "voided"},
    "declined": {
        "import": "imported", "import_failed": "declined", "accept": "accepted", "decline": "declined",
        "void": "voided",
    },
    "accepted": {},
}  # fmt: skip
_OF_A_DAY = (
    "issue", "import_failed", "import", "decline", "accept", "reclassify", "relocate move",
    "replace_host renew upgrade",
    "expand shrink", "return revoke supersede void",
)  # fmt: skip
RANK = {verb: rank for rank, verbs in enumerate(_OF_A_DAY) for verb in verbs.split()}
CODES = {"replace_host", "shrink", "return", "revoke"}  # make a file void whatever they say


Words = tuple[tuple[str, str], ...]


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
    says: Words = ()
    new_number: str = ""  # the formal set's, for formalize
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
    says: Words = ()


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
    shown: dict[str, str] = field(default_factory=dict)
    codes: tuple[tuple[dt.date, str, str, str], ...] = ()  # (since when, why, whose host, at which unit) to be revoked

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
    predecessor: str = ""

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
    at = Standing("issued", first.unit, first.district, first.cpus, 0, first.on, shown=dict(first.says))
    for one in others:
        at = in_words(at, one, after(at, one))
    return at


def in_words(at: Standing, one: Told, then: Standing) -> Standing:
    """What it shows after one more fact, and the code that the file now void must give."""
    left = then.unit != at.unit
    shown = {**at.shown, **({"platform": "", "site": ""} if left else {})}
    shown.update((name, word) for name, word in one.says if word and name != "old_fingerprint")
    void = (one.action == "relocate" and left) or (
        one.action == "move" and shown.get("platform", "") != at.shown.get("platform", "")
    )
    void = void or (one.action == "void" and at.imported_on is not None)
    host = at.shown.get("fingerprint", "")
    code = ((one.on, one.action, host, at.unit),) if host and (one.action in CODES or void) else ()
    return replace(then, shown=shown, codes=(*at.codes, *code))


def fits(at: Standing, act: Act) -> bool:
    """Whether the words of an act say something new and true of a set that stands so."""
    says, shown = dict(act.says), at.shown
    match act.verb:
        case "move":
            return any(says.get(name, "") not in ("", shown.get(name, "")) for name in ("platform", "site"))
        case "replace_host":
            host, old, new = shown.get("fingerprint", ""), says.get("old_fingerprint", ""), says.get("fingerprint", "")
            return bool(new) and (not host or old == host) and new != (host or old)
        case "renew":
            until = says.get("valid_until", "")
            return until > act.on.isoformat() and until > shown.get("valid_until", "")
        case "upgrade":
            return says.get("edition", "") not in ("", shown.get("edition", ""))
    return True


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
