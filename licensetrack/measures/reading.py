"""One look at the ledger for one question: sums that several measures share are read once."""

from __future__ import annotations

import datetime as dt
from functools import cached_property

from sqlalchemy.orm import Session

from licensetrack.measures import ledger_sums, money, service
from licensetrack.measures.question import Question
from licensetrack.procurement.models import BudgetEntry
from licensetrack.support.models import ServiceOrder


class Reading:
    """The ledger as of a question; each attribute is read at its first use."""

    def __init__(self, db: Session, question: Question) -> None:
        self.db = db
        self.question = question

    @cached_property
    def products(self) -> dict[str, dict[str, int]]:
        """Product → counter → sum."""
        return ledger_sums.by_product(self.db, self.question)

    @cached_property
    def first_passes(self) -> tuple[int, int]:
        """(imported at the first attempt, imported)."""
        return ledger_sums.first_passes(self.db, self.question)

    @cached_property
    def orders(self) -> list[ServiceOrder]:
        """Service orders of the year."""
        return list(service.orders(self.db, self.question))

    @cached_property
    def overdue(self) -> list[tuple[ServiceOrder, dt.datetime]]:
        """Service orders over a limit, with the moment since when."""
        return service.overdue(self.db, self.question)

    @cached_property
    def entries(self) -> list[BudgetEntry]:
        """Budget entries of the year."""
        return list(money.entries(self.db, self.question))

    @cached_property
    def served(self) -> int:
        """How many units hold an accepted set."""
        return ledger_sums.units_served(self.db, self.question)

    def counter(self, product: str, name: str) -> int:
        """One counter of one product."""
        return self.products.get(product, {}).get(name, 0)

    def total(self, name: str) -> int:
        """One counter of sets over all products (CPUs of different products are never added)."""
        return sum(counters[name] for counters in self.products.values())
