"""The catalogue says what moves each measure: whatever is recorded, only measures that it feeds change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest

from licensetrack.accounts.permissions import SYSTEM
from licensetrack.allocation import issuing, life
from licensetrack.core.db import reading
from licensetrack.measures.catalogue import MEASURES, fed_by, figures
from licensetrack.measures.question import Question, Value
from licensetrack.procurement.budgets import BudgetLine, post_entry
from licensetrack.support.orders import OrderLine, record_orders
from tests.trade import day, unit


def read() -> dict[str, Value]:
    with reading() as db:
        return figures(db, Question(day("12-31")))


def changes(act: Callable[[], object]) -> set[str]:
    before = read()
    act()
    return {name for name, value in read().items() if value != before[name]}


def test_every_measure_is_fed_by_something() -> None:
    assert [name for name, one in MEASURES.items() if not one.fed_by] == []


def both(stage: str) -> list[str]:
    """What an act of that stage with a set of cloud management feeds."""
    return [f"{whose}.{stage}_{what}" for whose in ("cloud_management", "*") for what in ("sets", "cpus")]


@pytest.mark.usefixtures("database")
def test_what_is_recorded_moves_only_what_it_feeds() -> None:
    holder = unit("SZ0001")
    other = unit("SZ0002")

    def issued(number: str, whose: object, product: str) -> Callable[[], object]:
        return lambda: issuing.issue_set(number, whose, product, cpus=16, on=day("01-05"), actor=SYSTEM)  # type: ignore[arg-type]

    found = changes(issued("SQ-1", holder, "virtualization"))
    assert {"virtualization.issued_sets", "virtualization.issued_cpus", "import.pass_rate"} == found
    assert found <= fed_by("virtualization.issued_sets", "*.issued_sets", "virtualization.issued_cpus", "*.issued_cpus")
    one = issuing.issue_set("SQ-2", other, "cloud_management", cpus=8, on=day("01-06"), actor=SYSTEM)
    found = changes(lambda: life.record_failed_import(one, actor=SYSTEM, on=day("01-07"), reason="容量不符"))
    assert found <= fed_by("cloud_management.failed_imports", "*.failed_imports")
    found = changes(lambda: life.record_import(one, actor=SYSTEM, on=day("01-08")))
    assert found == {"cloud_management.imported_sets", "cloud_management.imported_cpus", "import.first_pass_rate"}
    assert found <= fed_by(
        *(f"{whose}.imported_{what}" for whose in ("cloud_management", "*") for what in ("sets", "cpus"))
    )
    found = changes(lambda: life.accept_import(one, actor=SYSTEM, on=day("01-09"), evidence="验收单.pdf"))
    assert "units.served" in found
    assert found <= fed_by(
        *(f"{whose}.accepted_{what}" for whose in ("cloud_management", "*") for what in ("sets", "cpus"))
    )
    for kind, yuan in (("appropriation", 1000), ("adjustment", 500), ("receipt", 700), ("payment", 300)):
        line = BudgetLine(kind, day("02-01"), Decimal(yuan), f"PZ-{kind}")
        found = changes(lambda line=line: post_entry(line, actor=SYSTEM))  # type: ignore[misc]
        assert found
        assert found <= fed_by(f"budget.{kind}")
    at = dt.datetime.combine(day("03-01"), dt.time(9))
    order = OrderLine("FW-1", holder.id, holder.district, "使用咨询", at, at, at, "已解决", 5)
    found = changes(lambda: record_orders([order], actor=SYSTEM))
    waits = OrderLine("FW-2", holder.id, holder.district, "使用咨询", at)
    assert found | changes(lambda: record_orders([waits], actor=SYSTEM)) == fed_by("support.order")
