"""Where a year's funds come from, in the rows that the official forms have for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from licensetrack.measures.question import Value, percent
from licensetrack.reports.numbers import Figure, Unit

FISCAL, CARRIED, OTHER = "fiscal", "carried", "other"
ROWS = {
    FISCAL: ("fiscal",),
    CARRIED: ("carried_over",),
    OTHER: ("special_account", "own", "other"),
}
"""Row of a form → the sources of the budget ledger that it adds up."""
Funds = Mapping[str, Mapping[str, Decimal]]
"""Source → initial, appropriated, spent, in 万元; "" stands for what no paper told."""


@dataclass(frozen=True)
class Part:
    """What a row of a form holds, in 万元; `whole` says that there is no other source, so that it is the year's."""

    initial: Figure
    appropriated: Figure
    spent: Figure
    rate: Figure
    whole: bool = False


def row_of(funds: Funds, row: str, fund_source: str) -> Part | None:
    """What one row holds; None where there is nothing of it.

    As long as the ledger names no source at all, everything is taken for what the head of the form says: with a source
    of the funds written there (`fund_source`) it is the fiscal row's.
    """
    told = {source: sums for source, sums in funds.items() if source}
    if not told:
        return _added(list(funds.values()), whole=True) if row == FISCAL and fund_source and funds else None
    listed = [told[source] for source in ROWS[row] if source in told]
    return _added(listed, whole=set(funds) <= set(ROWS[row])) if listed else None


def _added(parts: list[Mapping[str, Decimal]], *, whole: bool) -> Part:
    initial, granted, spent = (
        sum((one[name] for one in parts), Decimal(0)) for name in ("initial", "appropriated", "spent")
    )
    return Part(
        Figure("", initial, Unit.WAN_YUAN), Figure("", granted, Unit.WAN_YUAN), Figure("", spent, Unit.WAN_YUAN),
        Figure("", percent(spent, granted), Unit.PERCENT), whole,
    )  # fmt: skip


def untold(funds: Funds, granted: Value) -> str:
    """The sentence of a form's note about what no source was told of, where it is told of the rest; else empty.

    `granted` is the whole budget of the year in 万元.
    """
    told = [sums["appropriated"] for source, sums in funds.items() if source]
    rest = Decimal(granted or 0) - sum(told, Decimal(0))
    if not told or not rest:
        return ""
    return f"全年预算中{Figure('', rest, Unit.WAN_YUAN).text()}万元未注明资金来源，未列入分项。"
