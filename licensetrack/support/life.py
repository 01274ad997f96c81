"""What the steps of an order come to: its times, its pauses, its dues, and the row that measures count. Pure.

Whoever reads a step twice gets the same: nothing here asks a clock or a database (ADR 0040).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from licensetrack.support.service_clock import Pause, parse_hours, used_up

LIMITS = ("answer", "arrive", "restore")
# The time that a step sets.
_TIMES = {
    "ask": "received", "accept": "accepted", "answer": "responded", "arrive": "arrived", "restore": "restored",
    "confirm": "closed", "close": "closed",
}  # fmt: skip


class Step(Protocol):
    """A step as the fold reads it."""

    @property
    def action(self) -> str: ...
    @property
    def moment(self) -> dt.datetime: ...
    @property
    def name(self) -> str: ...
    @property
    def note(self) -> str: ...
    @property
    def said(self) -> Mapping[str, Any]: ...


@dataclass
class Life:
    """An order as its steps leave it. A rejected or reopened solution was none: its times are open again."""

    received: dt.datetime | None = None
    accepted: dt.datetime | None = None
    responded: dt.datetime | None = None
    arrived: dt.datetime | None = None
    restored: dt.datetime | None = None
    handed_over: dt.datetime | None = None
    closed: dt.datetime | None = None
    cancelled: bool = False
    mark: int | None = None
    severity: str = ""
    outcome: str = ""
    work: str = ""
    confirmed_by: str = ""
    late_reasons: list[str] = field(default_factory=list)
    pauses: list[Pause] = field(default_factory=list)

    def on_time(self, name: str) -> dt.datetime | None:
        """The time that a limit asks for."""
        return {"answer": self.responded, "arrive": self.arrived, "restore": self.restored}[name]


def life_of(steps: Iterable[Step]) -> Life:
    """Reads the steps in their order."""
    life = Life()
    for step in steps:
        _read(life, step)
    return life


def _read(life: Life, step: Step) -> None:
    said, moment = step.said, step.moment
    if reason := said.get("late_reason"):
        life.late_reasons.append(str(reason))
    if "severity" in said:
        life.severity = str(said["severity"])
    if "mark" in said:
        life.mark, life.confirmed_by = int(said["mark"]), step.name
    if step.action in _TIMES:
        setattr(life, _TIMES[step.action], moment)
    elif step.action == "pause":
        life.pauses.append((moment, None))
    elif step.action == "resume":
        life.pauses[-1] = (life.pauses[-1][0], moment)
    elif step.action == "hand_over":
        life.handed_over, life.restored = moment, life.restored or moment
        life.outcome, life.work = str(said["outcome"]), step.note
    elif step.action in ("reject", "reopen"):  # while the unit had it, nobody could work
        life.pauses.append((life.handed_over or moment, moment))
        life.restored = life.handed_over = life.closed = life.mark = None
        life.confirmed_by = ""
    elif step.action == "cancel":
        life.cancelled = True


def dues(life: Life, limits: Mapping[str, Any], days: Container[dt.date]) -> dict[str, dt.datetime | None]:
    """When each limit is used up; None where it is not promised, or while a pause lasts."""
    found: dict[str, dt.datetime | None] = dict.fromkeys(LIMITS)
    if life.received is None or not limits:
        return found
    hours = parse_hours(str(limits.get("hours", "")))
    for name in LIMITS:
        if limits.get(name) is not None:
            limit = dt.timedelta(minutes=int(limits[name]))
            found[name] = used_up(life.received, limit, hours, days, life.pauses)
    return found


def is_late(life: Life, due: Mapping[str, dt.datetime | None]) -> bool | None:
    """Whether a limit was passed by what was done; None while nothing was passed and not everything is done."""
    done = [(life.on_time(name), due[name]) for name in LIMITS]
    if any(at is not None and until is not None and at > until for at, until in done):
        return True
    return None if life.restored is None else False


def span_words(minutes: int) -> str:
    """Minutes as a ledger says them: 30分钟, 4小时, 1小时30分钟."""
    hours, rest = divmod(minutes, 60)
    return (f"{hours}小时" if hours else "") + (f"{rest}分钟" if rest or not hours else "")


def limits_words(limits: Mapping[str, Any]) -> str:
    """What was promised, as the ledger's column SLA要求 says it: 响应30分钟，到场24小时，恢复4小时（7×24）."""
    words = {"answer": "响应", "arrive": "到场", "restore": "恢复"}
    parts = [f"{words[name]}{span_words(int(limits[name]))}" for name in LIMITS if limits.get(name) is not None]
    hours = str(limits.get("hours", ""))
    return f"{'，'.join(parts)}（{'工作日' + hours if hours else '7×24'}）" if parts else ""
