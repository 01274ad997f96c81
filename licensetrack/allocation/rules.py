"""Rules of allocation: values in, nothing or a refusal in words out."""

from __future__ import annotations

import datetime as dt

from licensetrack.allocation.stages import FORMAL, TEMPORARY
from licensetrack.core.clock import today
from licensetrack.core.errors import Refused

FIRST_DAY = dt.date(2000, 1, 1)
MOST_CPUS = 1_000_000  # of one set
MOST_NUMBER = 40  # letters


def check_day(on: dt.date, last: dt.date | None = None) -> None:
    """A fact lies between 2000 and today (`last`, for those who check many). Raises Refused."""
    if on > (last or today()):
        raise Refused("The date %(on)s lies in the future.", on=on).at("on")
    if on < FIRST_DAY:
        raise Refused("The date %(on)s lies before the year 2000.", on=on).at("on")


def check_size(metric: str, cpus: int | None) -> None:
    """A product counted by CPU needs a CPU quantity above zero; one counted in sets may have none. Raises Refused."""
    if cpus is None:
        if metric == "cpu":
            raise Refused("The CPU quantity is missing.").at("cpus")
        return
    check_quantity(cpus)


def check_quantity(cpus: int) -> None:
    """A set that has CPUs has between one and a million of them. Raises Refused."""
    if not 0 < cpus <= MOST_CPUS:
        raise Refused("The CPU quantity %(cpus)s is not between 1 and %(most)s.", cpus=cpus, most=MOST_CPUS).at("cpus")


def check_number(number: str) -> None:
    """A licence number has between one and forty letters, none of them blank at its ends. Raises Refused."""
    if not number.strip() or number != number.strip() or not number.isprintable():
        raise Refused("“%(number)s” is no licence number.", number=number[:MOST_NUMBER]).at("number")
    if len(number) > MOST_NUMBER:
        raise Refused("This text is too long: it has %(length)s letters, %(most)s are allowed.",
                      length=len(number), most=MOST_NUMBER).at("number")  # fmt: skip


def check_kind(kind: str) -> None:
    """Formal or temporary. Raises Refused."""
    if kind not in (FORMAL, TEMPORARY):
        raise Refused("A licence is formal or temporary, not “%(kind)s”.", kind=kind)


def check_reason(reason: str, field: str = "reason") -> None:
    """A failure, a decline or a revocation names its reason. Raises Refused at the field."""
    if not reason.strip():
        raise Refused("A reason is needed.").at(field)


def check_acceptable(imported_on: dt.date | None, accepted_on: dt.date) -> None:
    """Acceptance follows the import. Raises Refused."""
    if imported_on is None or accepted_on < imported_on:
        raise Refused(
            "The set was not yet imported on %(on)s; only an imported set can be accepted or declined.", on=accepted_on
        ).at("on")


def check_handed_back(cpus: int | None, change: int | None) -> None:
    """A return takes the whole set: a stated change must be minus all its CPUs. Raises Refused."""
    if change is not None and change != 0 and -change != (cpus or 0):
        raise Refused(
            "A return takes the whole set: it has %(cpus)s CPUs, the paper says %(change)s.",
            cpus=cpus or 0,
            change=change,
        ).at("cpus")
