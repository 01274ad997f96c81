"""What the cells of one row owe each other, such as a CPU quantity unless the product is BMS."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from licensetrack.exchange.cells import NEEDED
from licensetrack.exchange.problems import Bad

CPUS_NEEDED = "The CPU quantity must be filled in; only BMS is counted without it."
ISSUE_DAY_NEEDED = "A set must have the date on which it was issued."
CONCLUSION_NEEDED = "An acceptance must say its conclusion."
ACCEPTED_DAY_NEEDED = "An acceptance must have its date."
MUST_GROW = "An expansion must add CPUs: a number above 0."
MUST_SHRINK = "A reduction must take CPUs away: a number below 0."
MUST_NOT_GROW = "A set that is handed back or revoked cannot gain CPUs."
MUST_STAY = "A relocation leaves the number of CPUs as it is; leave the cell empty."
TO_UNIT_NEEDED = "A relocation must name the unit that takes the set over."
MUST_BE_POSITIVE = "The amount must be above 0."
HOST_NEEDED = "The host's name is missing; only a row with 0 CPUs, which says that nothing runs there, has none."
MUST_CHANGE = "An adjustment of 0 changes nothing."

Columns = dict[str, Sequence[Any]]
Report = Callable[[int, str, Bad], None]
"""Told the place in the columns, the field, and the rule."""


def check_issues(columns: Columns, report: Report) -> None:
    """A CPU quantity unless the product is BMS, and the day of issue that the kind of licence calls for."""
    cpus, issued = columns["cpus"], columns["issued_on"]
    if None in cpus:
        products = columns["product"]
        for place, count in enumerate(cpus):
            if count is None and products[place] != "bms":
                report(place, "cpus", Bad(CPUS_NEEDED))
    if None in issued:
        temporary, kinds = columns["temporary_on"], columns["kind"]
        for place, day in enumerate(issued):
            if day is None and (kinds[place] == "formal" or temporary[place] is None):
                report(place, "issued_on", Bad(ISSUE_DAY_NEEDED))


def check_imports(columns: Columns, report: Report) -> None:
    """An acceptance has both a day and a conclusion, or there was none yet."""
    for place, (day, conclusion) in enumerate(zip(columns["accepted_on"], columns["conclusion"], strict=True)):
        if day is None and conclusion is not None:
            report(place, "accepted_on", Bad(ACCEPTED_DAY_NEEDED))
        elif day is not None and conclusion is None:
            report(place, "conclusion", Bad(CONCLUSION_NEEDED))


def check_changes(columns: Columns, report: Report) -> None:
    """The sign of the CPUs goes with the kind of change, and a relocation names its new unit."""
    for place, (change, cpus) in enumerate(zip(columns["change"], columns["cpus"], strict=True)):
        if rule := _sign_rule(change, cpus):
            report(place, "cpus", Bad(rule))
        if change == "relocate" and not columns["to_unit"][place]:
            report(place, "to_unit", Bad(TO_UNIT_NEEDED))


def _sign_rule(change: str, cpus: int | None) -> str:
    if change == "expand":
        return NEEDED if cpus is None else MUST_GROW if cpus <= 0 else ""
    if change == "shrink":
        return NEEDED if cpus is None else MUST_SHRINK if cpus >= 0 else ""
    if change == "relocate":
        return MUST_STAY if cpus else ""
    return MUST_NOT_GROW if cpus is not None and cpus > 0 else ""


def check_budget(columns: Columns, report: Report) -> None:
    """Only an adjustment may lower the budget."""
    for place, (entry, amount) in enumerate(zip(columns["entry"], columns["amount"], strict=True)):
        if entry == "adjustment" and amount == 0:
            report(place, "amount", Bad(MUST_CHANGE))
        elif entry != "adjustment" and isinstance(amount, Decimal) and amount <= 0:
            report(place, "amount", Bad(MUST_BE_POSITIVE))


def check_services(columns: Columns, report: Report) -> None:
    """An order says when it came in or when it was accepted."""
    received = columns["received_at"]
    if None in received:
        for place, (moment, raised) in enumerate(zip(received, columns["raised_at"], strict=True)):
            if moment is None and raised is None:
                report(place, "received_at", Bad(NEEDED))


def check_prices(columns: Columns, report: Report) -> None:
    """A price is above zero."""
    for place, price in enumerate(columns["unit_price"]):
        if price is not None and price <= 0:
            report(place, "unit_price", Bad(MUST_BE_POSITIVE))


def check_hosts(columns: Columns, report: Report) -> None:
    """A row that has CPUs names its host."""
    for place, (host, sockets) in enumerate(zip(columns["host"], columns["sockets"], strict=True)):
        if sockets and not host:
            report(place, "host", Bad(HOST_NEEDED))


CHECKS: dict[str, Callable[[Columns, Report], None]] = {
    "issues": check_issues,
    "imports": check_imports,
    "changes": check_changes,
    "budget": check_budget,
    "services": check_services,
    "prices": check_prices,
    "hosts": check_hosts,
}
