"""What holds for evidence: its classes, how long it is kept, what it may be linked to, how a link is written down."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from licensetrack.core.errors import Refused
from licensetrack.performance.file_tables import Table, read_toml

CLASSES = ("formal", "working", "original", "explanation")  # 正式资料 工作资料 原始凭证 说明材料
INDICATOR, SET, BUDGET, ORDER = "indicator", "set", "budget", "order"
TARGETS = (INDICATOR, SET, BUDGET, ORDER)
POLICY = Path(__file__).parent / "retention.toml"


@dataclass(frozen=True)
class Retention:
    """How long files of a retention class are kept; zero years are for ever."""

    code: str
    name: str
    years: int

    def kept_until(self, start: dt.date) -> dt.date | None:
        """The last day: the years run from the first of January after `start`. None for ever."""
        return dt.date(start.year + self.years, 12, 31) if self.years else None


@dataclass(frozen=True)
class RetentionPolicy:
    """All retention classes by code, and the usual one of each class of evidence."""

    classes: Mapping[str, Retention]
    usual: Mapping[str, str]


@cache
def retention_policy(path: Path = POLICY) -> RetentionPolicy:
    """The office's policy. Raises FileError that names what is wrong with the file."""
    top = Table(read_toml(path), path.name)
    classes = {}
    for one in top.tables("retention"):
        found = Retention(one.text("code"), one.text("name"), int(one.number("years")))
        one.demand(found.years >= 0, "“%(field)s” must not be negative", field="years")
        one.close()
        classes[found.code] = found
    usual = top.table("usual")
    chosen = {name: usual.text(name) for name in CLASSES}
    for code in chosen.values():
        usual.demand(code in classes, "there is no retention class %(code)s", code=code)
    usual.close()
    top.close()
    return RetentionPolicy(classes, chosen)


@dataclass(frozen=True)
class About:
    """What somebody says of a file. Without a title it is called by its name, without a retention as is usual."""

    evidence_class: str
    retention: str = ""
    title: str = ""
    document_number: str = ""
    document_date: dt.date | None = None

    @property
    def kept_as(self) -> str:
        """The retention class."""
        return self.retention or retention_policy().usual[self.evidence_class]


@dataclass(frozen=True)
class Target:
    """What a file is evidence for. `subject`: an indicator's code, a set's or order's number, or a voucher."""

    kind: str
    subject: str
    framework: str = ""
    year: int = 0
    wanted: str = ""

    @property
    def address(self) -> str:
        """The target in one text, as forms carry it: `indicator:department-2024:2024:C21:授权验收单`, `set:SQ-1`."""
        if self.kind == INDICATOR:
            return ":".join((INDICATOR, self.framework, str(self.year), self.subject, self.wanted))
        return f"{self.kind}:{self.subject}"


def target_at(address: str) -> Target:
    """The target that the text says. Raises Refused."""
    kind, _, rest = address.strip().partition(":")
    if kind == INDICATOR:
        parts = rest.split(":", 3)
        if len(parts) == 4 and parts[1].isascii() and parts[1].isdigit() and len(parts[1]) == 4:
            return Target(INDICATOR, parts[2], parts[0], int(parts[1]), parts[3])
    elif kind in TARGETS and rest.strip():
        return Target(kind, rest.strip())
    raise Refused("It does not say what the file is evidence for: “%(address)s”.", address=address[:80]).at("target")


def check_about(about: About, today: dt.date) -> None:
    """A class and retention that exist, texts that fit, and a paper that was not written in days to come."""
    if about.evidence_class not in CLASSES:
        raise Refused("Choose what class of evidence it is.").at("evidence_class")
    if about.kept_as not in retention_policy().classes:
        raise Refused("There is no retention class “%(code)s”.", code=about.retention[:40]).at("retention")
    for field, most in (("title", 200), ("document_number", 80)):
        _check_long(getattr(about, field), most, field)
    if about.document_date is not None and about.document_date > today:
        raise Refused("The date %(on)s lies in the future.", on=about.document_date).at("document_date")


def check_why(reason: str) -> None:
    """Whoever links, takes back or withdraws says why. Raises Refused."""
    if not reason.strip():
        raise Refused("A reason is needed.").at("reason")
    _check_long(reason, 500, "reason")


def _check_long(text: str, most: int, field: str) -> None:
    if len(text) > most:
        raise Refused("This is too long: %(length)s signs, at most %(most)s.", length=len(text), most=most).at(field)
