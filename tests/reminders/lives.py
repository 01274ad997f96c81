"""Lives of sets over a year, drawn at random and lived through the real verbs; and what they ask to be told, counted
anew from the script alone.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from licensetrack.allocation import issuing, life
from licensetrack.allocation.models import LicenseSet
from licensetrack.core.db import reading
from licensetrack.units.models import Unit
from tests.trade import ALICE

DAY = dt.timedelta(days=1)
# Days left at which each kind is told before its day; afterwards once a week. Written down here a second time.
BEFORE = {
    "validity": [90, 60, 30, 15, 7, 1, 0],
    "support": [90, 60, 30, 15, 7, 1, 0],
    "temporary": [-1],
    "revocation": [30, 15, 7, 1, 0],
    "import": [0],
    "acceptance": [0],
}
IMPORT_LIMIT, ACCEPTANCE_LIMIT, CODE_LIMIT = 30 * DAY, 15 * DAY, 60 * DAY


@dataclass
class Life:
    """What will happen to one set, and when; days of None never come."""

    number: str
    unit: Unit
    kind: str
    issue: dt.date
    imported: dt.date | None = None
    accepted: dt.date | None = None
    renewed: list[tuple[dt.date, str, dt.date]] = field(default_factory=list)  # day, which end, until
    replaced: dt.date | None = None
    relocated: tuple[dt.date, Unit] | None = None
    ended: dt.date | None = None
    ends: dict[str, dt.date] = field(default_factory=dict)

    def holder(self, day: dt.date) -> int:
        """Whose set it is at the end of the day."""
        moved = self.relocated is not None and self.relocated[0] <= day
        return self.relocated[1].id if moved and self.relocated else self.unit.id

    def end(self, name: str, day: dt.date) -> dt.date | None:
        """The end as it was said by that day."""
        said = self.ends.get(name)
        for on, which, until in self.renewed:
            if which == name and on <= day:
                said = until
        return said


def drawn(units: list[Unit], first: dt.date, count: int, seed: int) -> list[Life]:
    """So many lives with all kinds of due dates."""
    chance, lives = random.Random(seed), []

    def within(low: int, high: int) -> dt.timedelta:
        return chance.randint(low, high) * DAY

    for nth in range(count):
        issue = first + within(0, 120)
        one = Life(f"SQ-2024-{nth + 1:04}", units[nth % len(units)], "formal", issue)
        if nth % 6 == 5:
            one.kind, one.ends = "temporary", {"valid_until": issue + within(20, 120)}
        else:
            one.ends = {
                name: issue + within(10, 300) for name in ("valid_until", "support_end") if chance.random() < 0.8
            }
        if chance.random() < 0.8:
            one.imported = issue + within(1, 60)
            if chance.random() < 0.8:
                one.accepted = one.imported + within(1, 40)
        if one.ends and chance.random() < 0.5:
            name = chance.choice(sorted(one.ends))
            one.renewed.append((one.ends[name] - within(1, 40) + within(0, 20), name, one.ends[name] + within(60, 200)))
            one.renewed = [row for row in one.renewed if row[0] > issue]
        if one.accepted and one.kind == "formal" and chance.random() < 0.3:
            one.replaced = one.accepted + within(1, 30)
        if one.accepted and chance.random() < 0.25:
            one.relocated = one.accepted + within(31, 60), units[(nth + 1) % len(units)]
        if chance.random() < 0.3:
            one.ended = issue + within(90, 200)
        lives.append(one)
    return lives


def live(one: Life, day: dt.date) -> None:
    """What happens to the set on this day."""
    if day == one.issue:
        said = {name: end.isoformat() for name, end in one.ends.items()} | {"fingerprint": f"ESN-{one.number}"}
        issuing.issue_set(
            one.number, one.unit, "virtualization", cpus=16, on=day, actor=ALICE, kind=one.kind, details=said
        )
        return
    if day < one.issue or (one.ended is not None and day > one.ended):
        return
    if day == one.imported:
        life.record_import(_set(one), actor=ALICE, on=day)
    if day == one.accepted:
        life.accept_import(_set(one), actor=ALICE, on=day, evidence="验收单.pdf")
    if day == one.replaced:
        life.replace_host(
            _set(one), actor=ALICE, on=day, old_fingerprint=f"ESN-{one.number}", new_fingerprint=f"NEW-{one.number}",
            reason="主机更换",
        )  # fmt: skip
    if one.relocated is not None and day == one.relocated[0]:
        life.relocate_set(_set(one), one.relocated[1], actor=ALICE, on=day, reason="划转")
    for on, name, until in one.renewed:
        if on == day:
            life.renew_set(_set(one), actor=ALICE, on=day, reason="续期", **{name: until})
    if day == one.ended:
        life.return_set(_set(one), actor=ALICE, on=day, reason="停用")


def _set(one: Life) -> LicenseSet:
    with reading() as db:
        found = db.query(LicenseSet).filter(LicenseSet.number == one.number).one()
        db.expunge(found)
    return found


def due(one: Life, day: dt.date) -> Iterator[tuple[str, dt.date, int]]:
    """(kind, due on, whose) for everything of the set that has a due date at the end of a day."""
    if day < one.issue:
        return
    over = one.ended is not None and one.ended <= day
    for on in _made_void(one):
        if on <= day:
            yield "revocation", on + CODE_LIMIT, one.holder(on - DAY)  # the host's unit, wherever the set went
    if over:
        return
    holder, valid, support = one.holder(day), one.end("valid_until", day), one.end("support_end", day)
    if valid is not None:
        yield ("temporary" if one.kind == "temporary" and valid < day else "validity"), valid, holder
    if support is not None:
        yield "support", support, holder
    if one.imported is None or one.imported > day:
        if one.kind == "formal":
            yield "import", one.issue + IMPORT_LIMIT, holder
    elif one.accepted is None or one.accepted > day:
        yield "acceptance", one.imported + ACCEPTANCE_LIMIT, holder


def _made_void(one: Life) -> Iterator[dt.date]:
    """Days on which a licence file of a formal set became void: another host, another unit, handed back."""
    if one.kind != "formal":
        return
    for on in (one.replaced, one.relocated[0] if one.relocated else None):
        if on is not None and (one.ended is None or on <= one.ended):
            yield on
    if one.ended is not None:
        yield one.ended


def reached(kind: str, due_on: dt.date, day: dt.date) -> int | None:
    """The step whose day came last, counted day by day."""
    days = [due_on - step * DAY for step in BEFORE[kind]] + [due_on + week * 7 * DAY for week in range(1, 60)]
    passed = [one for one in days if one <= day]
    return (due_on - max(passed)).days if passed else None
