"""Rules of scans, core rules and waivers: values in, nothing or a refusal in words out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from licensetrack.core.errors import Refused

FIRST_DAY = dt.date(2000, 1, 1)
MOST_SOCKETS, MOST_CORES = 64, 1024  # of one server; of one CPU
LONGEST_WAIVER = dt.timedelta(days=366)


def check_seen_on(on: dt.date, today: dt.date) -> None:
    """A scan was made between 2000 and today. Raises Refused."""
    if on > today:
        raise Refused("The date %(on)s lies in the future.", on=on).at("on")
    if on < FIRST_DAY:
        raise Refused("The date %(on)s lies before the year 2000.", on=on).at("on")


def check_host(name: str, sockets: int, cores: int) -> None:
    """A host has a name, 1 to 64 CPUs, and up to 1024 cores in each. Raises Refused."""
    if not name.strip():
        raise Refused("The host's name is missing.").at("host")
    if not 0 < sockets <= MOST_SOCKETS:
        raise Refused("A host has 1 to %(most)s CPUs (sockets), not %(said)s.", most=MOST_SOCKETS, said=sockets).at(
            "sockets"
        )
    if not 0 <= cores <= MOST_CORES:
        raise Refused("A CPU has at most %(most)s cores, not %(said)s.", most=MOST_CORES, said=cores).at("cores")


def check_core_rule(cores: int) -> None:
    """A licence covers 1 to 1024 cores of a CPU, or 0: there is no such rule. Raises Refused."""
    if not 0 <= cores <= MOST_CORES:
        raise Refused("A CPU has at most %(most)s cores, not %(said)s.", most=MOST_CORES, said=cores).at("cores")


def check_waiver(until: dt.date, today: dt.date) -> None:
    """A waiver holds until a day to come, within a year. Raises Refused."""
    if until <= today:
        raise Refused("A waiver holds until a day to come.").at("until")
    if until - today > LONGEST_WAIVER:
        raise Refused("A waiver holds for a year at the most; say it again then.").at("until")


def check_other_person(asker: str, login: str) -> None:
    """Whoever asked for a waiver does not confirm it. Raises Refused."""
    if asker == login:
        raise Refused("You asked for this waiver yourself; another person has to answer.")


def check_run_day(as_of: dt.date, today: dt.date, last: dt.date | None) -> None:
    """Runs go forward: what a later one found worked off, an earlier day must not open again. Raises Refused."""
    if as_of > today:
        raise Refused("The date %(on)s lies in the future.", on=as_of).at("as_of")
    if last is not None and as_of < last:
        raise Refused("The last comparison was as of %(last)s; the next one can not look further back.", last=last).at(
            "as_of"
        )


def check_product(code: str, known: Collection[str]) -> None:
    """A scan names a product that there is. Raises Refused."""
    if code not in known:
        raise Refused("There is no product “%(code)s”.", code=code).at("product")
