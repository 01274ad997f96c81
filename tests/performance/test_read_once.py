"""Whatever a monitoring or the page of a draft shows was read from the database once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event

from licensetrack.core import db
from licensetrack.core.clock import now
from licensetrack.measures.question import Question
from licensetrack.performance import monitoring_reading
from licensetrack.performance.framework import load
from tests.performance.conftest import SmallYear
from tests.performance.watching import JULY


@contextmanager
def asked() -> Iterator[Counter[str]]:
    """The queries that are sent, with their values, each with how often."""
    found: Counter[str] = Counter()

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        if re.search(r"FROM (budget_entry|ledger_event|service_order)", statement):
            found[f"{statement} {values}"] += 1

    event.listen(Engine, "before_cursor_execute", note)
    yield found
    event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.usefixtures("small")
def test_a_monitoring_asks_each_ledger_once_for_each_day(small: SmallYear) -> None:
    question = Question(JULY, now())
    with asked() as found, db.reading() as session:
        monitoring_reading.read(session, question, load("department-2024"))
    assert found
    assert [query for query, times in found.items() if times > 1] == []
