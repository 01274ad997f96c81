"""Rules of the bought side: what a cap may be, and what projects and contracts owe each other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from licensetrack.core.errors import Refused

CAP_RULES = ("open", "soft", "hard")
MOST = 100_000_000


def check_cap(rule: str, sets: int | None, cpus: int | None) -> None:
    """An open entitlement has no cap; a soft or hard one has at least one. Raises Refused."""
    if rule not in CAP_RULES:
        raise Refused("There is no cap rule “%(rule)s”.", rule=rule).at("rule")
    if rule == "open" and (sets is not None or cpus is not None):
        raise Refused("An open entitlement has no cap; leave both quantities empty.").at("rule")
    if rule != "open" and sets is None and cpus is None:
        raise Refused("A cap needs a number of CPUs, of sets, or both.").at("cap_cpus")
    for value, field in ((sets, "cap_sets"), (cpus, "cap_cpus")):
        if value is not None and not 0 <= value <= MOST:
            raise Refused("A cap lies between 0 and %(most)s.", most=f"{MOST:,}").at(field)


def check_room(rule: str, cap: int | None, used: int, field: str) -> None:
    """A hard cap can not lie below what is used already. Raises Refused."""
    if rule == "hard" and cap is not None and used > cap:
        raise Refused("%(used)s are used already; a hard cap of %(cap)s lies below.", used=used, cap=cap).at(field)


def check_needed(text: str, field: str) -> None:
    """Something must stand in this field. Raises Refused."""
    if not text.strip():
        raise Refused("This must be filled in.").at(field)


def check_year(year: int) -> None:
    """A budget year has four digits and is one that people now living plan for. Raises Refused."""
    if not 2000 <= year <= 2099:
        raise Refused("A budget year lies between 2000 and 2099.").at("year")


def check_period(starts_on: dt.date | None, ends_on: dt.date | None, field: str = "ends_on") -> None:
    """A period does not end before it begins. Raises Refused."""
    if starts_on is not None and ends_on is not None and ends_on < starts_on:
        raise Refused("It can not end before it begins.").at(field)


def check_positive(amount: Decimal | None) -> None:
    """What is promised is above zero, if it is told. Raises Refused."""
    if amount is not None and amount <= 0:
        raise Refused("The amount must be above zero.").at("amount")


def check_within(whole: Decimal | None, parts: Iterable[Decimal | None], field: str) -> None:
    """The parts of a contract do not add up to more than it costs, as far as they are told. Raises Refused."""
    sum_of_parts = sum((part for part in parts if part is not None), Decimal(0))
    if whole is not None and sum_of_parts > whole:
        raise Refused(
            "The parts add up to %(sum)s yuan, the contract says %(whole)s.",
            sum=f"{sum_of_parts:,.2f}", whole=f"{whole:,.2f}",
        ).at(field)  # fmt: skip


def check_approval(kind: str, approval: str) -> None:
    """An adjustment that somebody types in names the document that ordered it. Raises Refused."""
    if kind == "adjustment" and not approval:
        raise Refused("An adjustment needs the number of the document that ordered it.").at("approval")
