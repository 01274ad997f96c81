"""City and districts share what a contract costs: each line by what its product's units held on a day, to the fen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from licensetrack.measures.ledger_sums import split
from licensetrack.measures.question import Question
from licensetrack.procurement.lines import lines
from licensetrack.procurement.models import Entitlement, Product
from licensetrack.procurement.shares import divide
from licensetrack.units.districts import district_names

COUNTERS = {"cpu": "accepted_cpus", "set": "accepted_sets"}
_ORDER = {name: nth for nth, name in enumerate(district_names())}


def _place(district: str) -> tuple[int, str]:
    """The city first, then its districts in their order, then others by name."""
    return _ORDER.get(district, len(_ORDER)), district


@dataclass(frozen=True)
class LineShares:
    """One line of a contract: district → how many CPUs (or sets) of its product, and its share in yuan.

    Where nobody held any on the day, nothing is divided, and `undivided` is the line's whole amount.
    """

    line: Entitlement
    metric: str
    measure: str
    held: Mapping[str, int]
    shares: Mapping[str, Decimal]

    @property
    def undivided(self) -> Decimal:
        """What nobody shares yet."""
        return (self.line.amount or Decimal(0)) - sum(self.shares.values(), Decimal(0))

    @property
    def total(self) -> int:
        """How many the whole city held."""
        return sum(self.held.values())


@dataclass(frozen=True)
class CostShares:
    """What each district bears of a contract. CPUs of different products are shared apart and never added up."""

    lines: tuple[LineShares, ...]

    @property
    def by_district(self) -> dict[str, Decimal]:
        """District → its share of all lines, in yuan."""
        names = sorted({name for line in self.lines for name in line.held}, key=_place)
        return {name: sum((line.shares.get(name, Decimal(0)) for line in self.lines), Decimal(0)) for name in names}

    @property
    def undivided(self) -> Decimal:
        """What nobody shares yet, of all lines."""
        return sum((line.undivided for line in self.lines), Decimal(0))

    @property
    def amount(self) -> Decimal:
        """What is shared: the lines that say an amount."""
        return sum((line.line.amount or Decimal(0) for line in self.lines), Decimal(0))


def cost_shares(db: Session, question: Question, contract_id: int) -> CostShares:
    """How city and districts share a contract by the accepted, formal CPUs (BMS: sets) of the day."""
    parts = split(db, question, "district")
    names = sorted(parts, key=_place)
    found = []
    for line in lines(db, contract_id):
        metric = db.get_one(Product, line.product).metric
        counter = COUNTERS[metric]
        counts = {name: parts[name].get(line.product, {}).get(counter, 0) for name in names}
        held = {name: count for name, count in counts.items() if count}
        shares = divide(line.amount, held) if line.amount else {}
        found.append(LineShares(line, metric, f"{line.product}.{counter}", held, shares))
    return CostShares(tuple(found))
