"""On random ledgers every figure is what a second bookkeeping says, opens into its rows, and stays as it was known."""

from __future__ import annotations

import datetime as dt
import random
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Scope
from licensetrack.core import db as database_room
from licensetrack.core.clock import now
from licensetrack.core.db import reading
from licensetrack.measures import ledger_sums
from licensetrack.measures.breakdowns import running_totals, units_served_by
from licensetrack.measures.catalogue import MEASURES, figures
from licensetrack.measures.question import Question
from tests.invariants import broken
from tests.measures.random_trade import DAYS, DISTRICTS, RandomTrade, Step, standing_clock, steps
from tests.measures.shadow import COUNTERS, PRODUCTS, Shadow, rate
from tests.postgres import Server

ADDITIVE = [name for name in MEASURES if name.endswith(("_sets", "_cpus")) or name == "support.orders"]
SEVERAL = st.lists(steps, min_size=12, max_size=45)
LAST = dt.date(2025, 12, 31)


@contextmanager
def sqlite_copy(template: Path) -> Iterator[None]:
    """The process bound to a fresh SQLite database."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copyfile(template, Path(folder) / "random.db")
        engine = database_room.connect(f"sqlite:///{folder}/random.db")
        yield
        engine.dispose()


def check_all(several: list[Step]) -> None:
    """Does the steps, asking figures in between; then asks everything of the ledger that came about."""
    chance = random.Random(len(several))
    with standing_clock() as clock:
        trade = RandomTrade(clock)
        asked: list[tuple[Question, dict[str, Any]]] = []
        for number, step in enumerate(several):
            trade.do(step)
            if number % 7 == 3:
                question = Question(chance.choice(DAYS), now())
                with reading() as db:
                    asked.append((question, figures(db, question)))
        with reading() as db:
            same_as_second_bookkeeping(db, trade.shadow)
            same_as_it_was_known(db, trade.shadow, chance)
            for question, answer in asked:
                assert figures(db, question) == answer, "what was known then has changed"
            for day in [chance.choice(DAYS), LAST]:
                rows_make_every_figure(db, Question(day))
                parts_make_the_whole(db, Question(day))
    assert broken() == []


def same_as_second_bookkeeping(db: Session, shadow: Shadow) -> None:
    for day in [*shadow.days(), LAST]:
        assert figures(db, Question(day)) == shadow.figures(day), day


def same_as_it_was_known(db: Session, shadow: Shadow, chance: random.Random) -> None:
    for instant, then in chance.sample(shadow.history, k=3):
        day = chance.choice(DAYS)
        question = Question(day, instant)
        assert figures(db, question) == then.figures(day)
        for row in ledger_sums.sets_behind(db, question):
            told = {fact.action: fact.on for fact in then.sets[row["number"]].told_until(day)}
            days = [row[f"{stage}_on"] for stage in ("issued", "imported", "accepted")]
            assert days == [told.get(action) for action in ("issue", "import", "accept")]
    rows_make_every_figure(db, question)


def rows_make_every_figure(db: Session, question: Question) -> None:
    for name, measure in MEASURES.items():
        value, rows = measure.value(db, question), measure.trace(db, question)
        if measure.is_rate:
            parts = [sum((Decimal(row[part]) for row in rows), Decimal(0)) for part in ("numerator", "denominator")]
            assert rate(*parts) == value, name
        else:
            assert sum(row["value"] for row in rows) == value, name


def parts_make_the_whole(db: Session, question: Question) -> None:
    whole = ledger_sums.by_product(db, question)
    for dimension in ledger_sums.DIMENSIONS:
        assert added(ledger_sums.split(db, question, dimension).values()) == nonzero(whole), dimension
    assert added(ledger_sums.by_month(db, question).values()) == nonzero(whole)
    months, lines = running_totals(db, question, dict.fromkeys(PRODUCTS, "accepted_cpus"))
    if f"{question.as_of:%Y-%m}" in months:
        assert {p: line[-1] for p, line in lines.items()} == {
            product: whole.get(product, {}).get("accepted_cpus", 0) for product in PRODUCTS
        }
    served = units_served_by(db, question, "category")
    assert sum(served.values()) == MEASURES["units.served"].value(db, question)
    of_districts = [figures(db, Question(question.as_of, scope=Scope("district", name))) for name in DISTRICTS]
    everywhere = figures(db, question)
    for name in ADDITIVE:
        assert sum(part[name] or 0 for part in of_districts) == everywhere[name], name


def added(parts: Any) -> dict[tuple[str, str], int]:
    total: dict[tuple[str, str], int] = {}
    for part in parts:
        for product, counters in part.items():
            for counter in COUNTERS:
                total[product, counter] = total.get((product, counter), 0) + counters[counter]
    return {key: value for key, value in total.items() if value}


def nonzero(whole: dict[str, dict[str, int]]) -> dict[tuple[str, str], int]:
    return added([whole])


SLOW = [HealthCheck.too_slow]


@given(several=SEVERAL)
@settings(suppress_health_check=SLOW, max_examples=15)
def test_figures_of_random_ledgers(several: list[Step], migrated_sqlite: Path) -> None:
    with sqlite_copy(migrated_sqlite):
        check_all(several)


@pytest.mark.postgres
@given(several=SEVERAL)
@settings(suppress_health_check=SLOW, max_examples=3)
def test_figures_of_random_ledgers_on_postgres(several: list[Step], postgres_server: Server) -> None:
    with postgres_server.migrated() as url:
        engine = database_room.connect(url)
        check_all(several)
        engine.dispose()
