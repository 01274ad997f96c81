"""The sample year goes in, in whatever order and how often, and the published figures come out."""

import random
from itertools import permutations
from pathlib import Path

import pytest

from licensetrack.core.db import reading
from licensetrack.exchange import loading
from licensetrack.measures.catalogue import MEASURES
from licensetrack.measures.question import Question
from tests.exchange.ledger_files import (
    BUDGET,
    CHANGES,
    HEADINGS,
    IMPORTS,
    ISSUES,
    SERVICES,
    UNITS,
    books_are_right,
    count,
    dump,
    figures_are_those_of_the_sample_year,
    load,
    sample,
    sample_year,
)
from tests.trade import ALICE, day

pytestmark = pytest.mark.usefixtures("installation")

NOTABLE = [
    (UNITS, ISSUES, IMPORTS, CHANGES, BUDGET, SERVICES),  # each after what it refers to
    (IMPORTS, CHANGES, SERVICES, ISSUES, BUDGET, UNITS),  # all that can wait waits for the last one
    (CHANGES, ISSUES, IMPORTS, UNITS, SERVICES, BUDGET),
    (SERVICES, UNITS, IMPORTS, CHANGES, BUDGET, ISSUES),
]
OTHERS = random.Random(7).sample(sorted(permutations(HEADINGS)), 4)


def test_the_sample_year_gives_the_published_figures_on_each_date() -> None:
    outcome = load(*sample_year())
    assert {kind: counts["new"] for kind, counts in outcome.counts.items()} == {
        "units": 124, "issues": 191, "imports": 221, "changes": 11, "budget": 5, "services": 389,
    }  # fmt: skip
    figures_are_those_of_the_sample_year()
    assert [count(f"budget.{what}") for what in ("appropriated", "received", "spent")] == [7515, 7515, 7515]
    assert (count("budget.execution_rate"), count("support.orders")) == (100, 389)
    books_are_right()


def test_loading_the_same_files_again_changes_no_row_of_any_table(installation: Path) -> None:
    load(*sample_year())
    before, files = dump(), sorted(installation.rglob("*"))
    again = load(*reversed(sample_year()))
    assert {action for change in again.changes for action in [change.action]} == {"same"}
    assert (dump(), sorted(installation.rglob("*"))) == (before, files)


@pytest.mark.parametrize("seed", range(6))
def test_the_order_of_files_in_one_load_does_not_matter(seed: int) -> None:
    files = sample_year()
    random.Random(seed).shuffle(files)
    load(*files)
    figures_are_those_of_the_sample_year()
    books_are_right()


@pytest.mark.parametrize("order", [*NOTABLE, *OTHERS], ids="-".join)
def test_the_order_of_separate_loads_does_not_matter(order: tuple[str, ...]) -> None:
    for kind in order:
        load(sample(kind))
    figures_are_those_of_the_sample_year()
    assert dump()["waiting_sheet"] == []
    for kind in order:
        assert not load(sample(kind)).changed_anything
    books_are_right()


def test_the_rows_behind_every_figure_of_the_sample_year_add_up_to_it() -> None:
    load(*sample_year())
    with reading() as db:
        for on in ("06-30", "12-31", "2025-03-31"):
            for measure in MEASURES.values():
                question = Question(day(on))
                value, rows = measure.value(db, question), measure.trace(db, question)
                if measure.is_rate and value is not None:
                    numerator, denominator = (sum(row[part] for row in rows) for part in ("numerator", "denominator"))
                    assert round(100 * numerator / denominator, 2) == pytest.approx(float(value), abs=0.005)
                elif not measure.is_rate:
                    assert sum(row["value"] for row in rows) == (value or 0), measure.name


def test_a_dry_run_of_the_sample_year_tells_what_the_real_run_does_and_writes_nothing(installation: Path) -> None:
    before = dump()
    told = loading.preview(sample_year(), actor=ALICE)
    assert (dump(), list(installation.rglob("*"))) == (before, [])
    assert told.changes == load(*sample_year()).changes
