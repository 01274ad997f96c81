"""The budget ledger: entries stand until they are taken back by their opposite, and add up to the fen."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from licensetrack.accounts.permissions import Actor, Scope
from licensetrack.core.clock import now
from licensetrack.core.db import reading
from licensetrack.core.errors import Conflict, Forbidden, NotFound, Refused
from licensetrack.measures.catalogue import MEASURES, figures
from licensetrack.measures.question import Question, Value
from licensetrack.procurement.budgets import BudgetLine, post_entry, reverse_entry, standing_entries
from licensetrack.procurement.models import BudgetEntry
from licensetrack.procurement.queries import entitlement_for, product, products
from tests.conftest import Clock
from tests.invariants import broken
from tests.trade import ALICE, day

pytestmark = pytest.mark.usefixtures("database", "clock")


def posted(kind: str, on: str, yuan: str, voucher: str) -> BudgetEntry:
    return post_entry(BudgetLine(kind, day(on), Decimal(yuan), voucher), actor=ALICE)


def count(name: str, on: str, known_at: dt.datetime | None = None) -> Value:
    with reading() as db:
        return figures(db, Question(day(on), known_at))[f"budget.{name}"]


def test_the_years_money_is_told_in_ten_thousands_of_yuan_to_the_fen() -> None:
    posted("appropriation", "01-15", "75150000", "PZ-1")
    posted("adjustment", "06-01", "-150000.01", "PZ-2")
    posted("receipt", "02-01", "70000000", "PZ-3")
    posted("payment", "03-01", "37500000", "PZ-4")
    assert count("appropriated", "05-31") == 7515
    assert count("appropriated", "06-01") == Decimal("7499.999999")
    assert (count("received", "12-31"), count("spent", "12-31")) == (7000, 3750)
    assert count("execution_rate", "12-31") == Decimal("50.00")
    assert (count("spent", "02-29"), count("execution_rate", "01-14")) == (0, None)
    assert not broken()


def test_an_entry_taken_back_is_out_on_its_own_day_and_known_before_as_it_was(clock: Clock) -> None:
    posted("appropriation", "01-15", "10000", "PZ-1")
    slip = posted("payment", "03-01", "10000", "PZ-2")
    before = now()
    clock.forward(days=-1, hours=24, minutes=5)
    reverse_entry(slip, actor=ALICE, reason="重复入账")
    assert (count("spent", "03-01"), count("spent", "03-01", before)) == (0, 1)
    with pytest.raises(Conflict, match="taken back already"):
        reverse_entry(slip, actor=ALICE, reason="重复入账")
    posted("payment", "03-02", "9000", "PZ-2")
    assert count("spent", "12-31") == Decimal("0.9")
    with reading() as db:
        assert [entry.voucher for entry in standing_entries(db)] == ["PZ-1", "PZ-2"]


def test_each_year_has_its_own_budget_and_a_slip_does_not_begin_a_new_one() -> None:
    posted("appropriation", "2023-01-15", "20000", "PZ-1")
    assert count("appropriated", "2024-01-10") == 2, "the old one until the new one is there"
    slip = posted("payment", "2024-01-05", "10000", "PZ-2")
    assert count("appropriated", "2024-01-10") == 0
    reverse_entry(slip, actor=ALICE, reason="录错年份")
    assert count("appropriated", "2024-01-10") == 2
    posted("appropriation", "2024-01-20", "30000", "PZ-3")
    assert (count("appropriated", "2023-12-31"), count("appropriated", "2024-12-31")) == (2, 3)


def test_a_part_of_the_city_has_no_budget() -> None:
    posted("appropriation", "01-15", "10000", "PZ-1")
    with reading() as db:
        question = Question(day("12-31"), scope=Scope("district", "福田区"))
        assert MEASURES["budget.appropriated"].value(db, question) == 0
        assert MEASURES["budget.appropriated"].trace(db, question) == []
    futian = Actor(None, "eve", "Eve", "operator", Scope("district", "福田区"))
    with pytest.raises(Forbidden, match="for the whole city"):
        post_entry(BudgetLine("payment", day("03-01"), Decimal(1), "PZ-9"), actor=futian)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (BudgetLine("payment", day("03-01"), Decimal(1), " "), "voucher number"),
        (BudgetLine("payment", day("03-01"), Decimal(0), "PZ-9"), "above zero"),
        (BudgetLine("receipt", day("03-01"), Decimal(-1), "PZ-9"), "above zero"),
        (BudgetLine("payment", day("2025-01-01"), Decimal(1), "PZ-9"), "future"),
        (BudgetLine("payment", day("03-01"), Decimal(1), "PZ-1"), "in the ledger already"),
    ],
)
def test_a_line_that_can_not_be_right_is_refused(line: BudgetLine, reason: str) -> None:
    posted("payment", "03-01", "1", "PZ-1")
    with pytest.raises(Refused, match=reason):
        post_entry(line, actor=ALICE)
    with reading() as db:
        assert len(standing_entries(db)) == 1


def test_an_auditor_neither_posts_nor_takes_back() -> None:
    dana = Actor(None, "dana", "Dana", "auditor")
    entry = posted("payment", "03-01", "1", "PZ-1")
    for act in (
        lambda: post_entry(BudgetLine("payment", day("03-01"), Decimal(1), "PZ-2"), actor=dana),
        lambda: reverse_entry(entry, actor=dana, reason="x"),
    ):
        with pytest.raises(Forbidden):
            act()


def test_the_three_products_are_issued_under_an_entitlement_without_a_ceiling() -> None:
    with reading() as db:
        known = [(one.code, one.metric, one.depends_on) for one in products(db)]
        assert known == [
            ("virtualization", "cpu", None), ("cloud_management", "cpu", None), ("bms", "set", "cloud_management"),
        ]  # fmt: skip
        assert {entitlement_for(db, code).cap_rule for code, _, _ in known} == {"open"}
        for ask in (product, entitlement_for):
            with pytest.raises(NotFound):
                ask(db, "mainframe")
