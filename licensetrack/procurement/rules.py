"""Rules of the bought side: what a cap may be."""

from __future__ import annotations

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
