"""The ledgers as typed rows: which fields each has, how each field is read, and what the cells of one row owe
each other.

Every row begins with `row`, its number in the sheet as a spreadsheet program shows it. A text that is not given is
"", any other value that is not given is None. Money is in yuan, moments are wall time in Shanghai without a zone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from licensetrack.exchange import cells
from licensetrack.exchange.headings import words
from licensetrack.exchange.problems import Bad
from licensetrack.exchange.rows import (
    BudgetRow,
    ChangeRow,
    DemandRow,
    HostRow,
    ImportRow,
    IssueRow,
    PriceRow,
    Row,
    ServiceRow,
    UnitRow,
)

MOST_CPUS = 1_000_000

Kind = Literal["units", "issues", "imports", "changes", "budget", "services", "demand", "prices", "hosts"]


@dataclass(frozen=True, slots=True)
class Field:
    """How one field is read from its cell.

    `needed`: the cell must be filled. `fills`: a cell merged over several rows counts for each of them (never
    quantities: three rows under one merged number do not have it three times).
    """

    shape: str
    needed: bool = False
    fills: bool = False


@dataclass(frozen=True, slots=True)
class Ledger:
    """One kind of ledger. `key` must not occur twice in a sheet; `summed` is the field that a row of totals adds up."""

    kind: Kind
    row_type: type[Row]
    fields: Mapping[str, Field]
    key: str = ""
    summed: str = ""

    @property
    def anchor(self) -> str:
        """The first field that every record fills in."""
        return next(name for name, about in self.fields.items() if about.needed)


_TEXT, _DAY, _MERGED = Field("text"), Field("day"), Field("text", fills=True)

LEDGERS: dict[Kind, Ledger] = {
    "units": Ledger(
        "units",
        UnitRow,
        {
            "code": Field("identifier", needed=True),
            "name": Field("name", needed=True),
            "category": Field("text", needed=True, fills=True),
            "level": _MERGED,
            "district": Field("text", needed=True, fills=True),
            "contact": _MERGED,
            "phone": _MERGED,
            "note": _TEXT,
            "short_name": _TEXT,
            "former_name": _TEXT,
            "credit_code": Field("identifier"),
            "parent": _MERGED,
            "in_scope": Field("yes_or_no"),
        },
        key="code",
    ),
    "issues": Ledger(
        "issues",
        IssueRow,
        {
            "number": Field("identifier", needed=True),
            "unit": Field("name", needed=True, fills=True),
            "product": Field("product", needed=True, fills=True),
            "platform": _MERGED,
            "kind": Field("license_kind", needed=True, fills=True),
            "cpus": Field("cpus"),
            "temporary_on": Field("day", fills=True),
            "issued_on": Field("day", fills=True),
            "license_file": _TEXT,
            "support_end": Field("day", fills=True),
            "note": _MERGED,
            "fingerprint": Field("identifier"),
            "valid_from": Field("day", fills=True),
            "valid_until": Field("day", fills=True),
            "edition": _MERGED,
        },
        key="number",
        summed="cpus",
    ),
    "imports": Ledger(
        "imports",
        ImportRow,
        {
            "number": Field("identifier", needed=True, fills=True),
            "imported_on": Field("day", needed=True),
            "result": Field("import_result", needed=True),
            "reason": _TEXT,
            "accepted_on": _DAY,
            "conclusion": Field("conclusion"),
            "acceptor": _TEXT,
            "evidence": _TEXT,
        },
    ),
    "changes": Ledger(
        "changes",
        ChangeRow,
        {
            "number": Field("identifier", needed=True, fills=True),
            "change": Field("change", needed=True),
            "on": Field("day", needed=True, fills=True),
            "cpus": Field("signed_cpus"),
            "to_unit": Field("name"),
            "reason": _MERGED,
        },
    ),
    "budget": Ledger(
        "budget",
        BudgetRow,
        {
            "entry": Field("entry", needed=True, fills=True),
            "on": Field("day", needed=True, fills=True),
            "amount": Field("money", needed=True),
            "summary": _MERGED,
            "voucher": Field("text"),
            "source": Field("source", fills=True),
            "approval": _MERGED,
            "project_code": Field("identifier", fills=True),
            "project": _MERGED,
            "contract": Field("identifier", fills=True),
            "supplier": _MERGED,
            "contract_amount": Field("money", fills=True),
            "term": _MERGED,
            "condition": _MERGED,
        },
    ),
    "services": Ledger(
        "services",
        ServiceRow,
        {
            "number": Field("identifier", needed=True),
            "unit": Field("name", needed=True, fills=True),
            "service_kind": Field("text", needed=True, fills=True),
            "received_at": Field("moment"),
            "responded_at": Field("moment"),
            "completed_at": Field("moment"),
            "outcome": _TEXT,
            "satisfaction": Field("satisfaction"),
            "source": _MERGED,
            "product": _MERGED,
            "severity": _MERGED,
            "title": _TEXT,
            "raised_by": _MERGED,
            "raised_at": Field("moment"),
            "arrived_at": Field("moment"),
            "restored_at": Field("moment"),
            "limits": _MERGED,
            "late": Field("yes_or_no"),
            "late_reason": _TEXT,
            "handler": _MERGED,
            "work": _TEXT,
            "related": _TEXT,
            "confirmed_by": _MERGED,
            "papers": _TEXT,
        },
        key="number",
    ),
    "demand": Ledger(
        "demand",
        DemandRow,
        {
            "unit": Field("name", needed=True, fills=True),
            "first_year": Field("count"),
            "platform": _TEXT,
            "software": _MERGED,
            "servers": Field("count"),
            "cpus": Field("count"),
            "cores": Field("count"),
            "held": _TEXT,
            "second_year": Field("count"),
            "third_year": Field("count"),
            "cloud_cpus": Field("count"),
            "bms_sets": Field("count"),
            "method": _MERGED,
            "expected": _TEXT,
            "answer": _MERGED,
            "year": Field("year", fills=True),
        },
    ),
    "prices": Ledger(
        "prices",
        PriceRow,
        {
            "product": Field("product", needed=True, fills=True),
            "supplier": Field("text", needed=True, fills=True),
            "unit_price": Field("money", needed=True),
            "edition": _MERGED,
            "quoted_on": Field("day", fills=True),
            "origin": _MERGED,
            "note": _TEXT,
            "year": Field("year", fills=True),
        },
    ),
    "hosts": Ledger(
        "hosts",
        HostRow,
        {
            "unit": Field("name", needed=True, fills=True),
            "platform": Field("text", needed=True, fills=True),
            "host": _TEXT,
            "sockets": Field("count", needed=True),
            "seen_on": Field("day", needed=True, fills=True),
            "cores": Field("count"),
            "serial": _TEXT,
            "product": Field("product", fills=True),
            "vendor": _MERGED,
            "software_version": _MERGED,
            "edition": _MERGED,
            "fingerprint": Field("identifier", fills=True),
            "valid_until": Field("day", fills=True),
        },
        summed="sockets",
    ),
}


def reader(shape: str, money_unit: str = "") -> cells.Reader:
    """The function that reads cells of a shape; `money_unit` is what the heading says about amounts (元, 万元 or
    nothing)."""
    if shape == "money":
        return cells.money(money_unit)
    if shape in _PLAIN:
        return _PLAIN[shape]
    return choices(shape)


def _satisfaction(raw: cells.Raw) -> cells.Value | Bad:
    """One to five, as a number, with 分 or 星 after it, or in words."""
    if isinstance(raw, str):
        said = cells.choice_key(raw)
        if grade := _table("satisfaction").get(said):
            return int(grade)
        raw = said.removesuffix("分").removesuffix("星")
    return cells.whole(1, 5)(raw)


def _yes_or_no(raw: cells.Raw) -> cells.Value | Bad:
    if isinstance(raw, bool):
        return raw
    said = choices("yes_or_no")(raw)
    return said if isinstance(said, Bad) else said == "yes"


_PLAIN: Mapping[str, cells.Reader] = {
    "text": cells.text,
    "name": cells.name,
    "identifier": cells.identifier,
    "day": cells.day,
    "moment": cells.moment,
    "cpus": cells.whole(1, MOST_CPUS),
    "count": cells.whole(0, MOST_CPUS),
    "year": cells.whole(2000, 2099),
    "signed_cpus": cells.whole(-MOST_CPUS, MOST_CPUS),
    "satisfaction": _satisfaction,
    "yes_or_no": _yes_or_no,
}


@cache
def _table(name: str) -> Mapping[str, str]:
    return {cells.choice_key(word): value for value, said in words()[name].items() for word in said}


@cache
def choices(name: str) -> cells.Reader:
    """A reader of the words of one list of words.toml."""
    return cells.choice(_table(name), "、".join(said[0] for said in words()[name].values()))
