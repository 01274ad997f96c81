"""Every measure as of a date on a large ledger, against the same sums in hand-written SQL on the bare driver."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bench.ledger_of_many import FIRST, UNITS, connect, installation
from bench.measuring import Result, in_child, side_by_side, stopwatch
from licensetrack.accounts.permissions import SYSTEM
from licensetrack.allocation.fold import Fact, Holder
from licensetrack.allocation.issuing import NewSet, add_sets
from licensetrack.allocation.ledger import Operation
from licensetrack.core import db
from licensetrack.measures.catalogue import MEASURES, figures
from licensetrack.measures.question import Question
from licensetrack.procurement.budgets import BudgetLine, post_entry
from licensetrack.procurement.queries import entitlement_for
from licensetrack.support.orders import OrderLine, record_orders
from licensetrack.units.models import Unit

SETS, FACTS, ROUNDS, REPEATS = 100_000, 5, 3, 3
AS_OF = dt.date(2024, 12, 31)
WHERE = "kind = 'formal' AND \"on\" <= ?"
COUNTERS = (
    "issued_sets", "issued_cpus", "imported_sets", "imported_cpus", "accepted_sets", "accepted_cpus", "failed_imports",
)  # fmt: skip


def run(folder: Path) -> list[Result]:
    """The time of all measures as a multiple of the plain sums', after both gave the same figures."""
    in_child("bench.measures:prepare", {"folder": str(folder)})
    ours, plain = side_by_side(("bench.measures:ask", "bench.measures:sum_up"), {"folder": str(folder)}, ROUNDS)
    note = f"{ours.median:.2f} s against {plain.median:.2f} s"
    name = f"all {len(MEASURES)} measures on {SETS:,} sets, {SETS * FACTS:,} events"
    return [Result(name, ours.median / plain.median, 1.5, "×", note)]


def prepare(folder: str) -> dict[str, float]:
    """Writes the ledger through the bulk door of issuing, with money and service orders beside it."""
    installation(Path(folder))
    with db.transaction() as session:
        operation, sets = Operation(SYSTEM), _sets(session)
        while chunk := list(islice(sets, 5000)):
            add_sets(session, chunk, operation)
        operation.record(session, "exchange:ledger:load", "bench")
        for n, (kind, amount) in enumerate((("appropriation", 7515), ("receipt", 7515), ("payment", 2254))):
            post_entry(BudgetLine(kind, FIRST, Decimal(amount * 10_000), f"PZ-{n}"), actor=SYSTEM)
        morning, hour = dt.datetime.combine(FIRST, dt.time(9)), dt.timedelta(hours=1)
        lines = [
            OrderLine(f"FW-{n}", 1, "福田区", "补丁", morning, morning + hour, morning + 2 * hour, "已解决", n % 5 + 1)
            for n in range(400)
        ]
        record_orders(lines, actor=SYSTEM)
    return {}


def _sets(session: Session) -> Iterator[NewSet]:
    holders = [Holder(*row) for row in session.execute(select(Unit.id, Unit.district, Unit.category))]
    rights = {code: entitlement_for(session, code).id for code in ("virtualization", "cloud_management")}
    for n in range(SETS):
        product = "virtualization" if n % 2 else "cloud_management"
        on = FIRST + dt.timedelta(days=n % 300)
        told: list[tuple[str, int, int | None]] = [
            ("issue", 0, 16), ("import_failed", 5, None), ("import", 7, None), ("accept", 20, None), ("expand", 40, 4),
        ]  # fmt: skip
        holder = holders[n * 7 % UNITS]
        facts = [
            Fact(action, on + dt.timedelta(days=later), 0, cpus, holder if action == "issue" else None, {"reason": ""})
            for action, later, cpus in told
        ]
        yield NewSet(f"SQ-2024-{n:06d}", product, "formal", rights[product], facts)


def ask(folder: str) -> dict[str, Any]:
    """All measures through the catalogue."""
    answer: dict[str, Any] = {}
    connect(f"sqlite:///{folder}/bench.db", Path(folder))
    _asked()  # once before, so that both sides find the pages of the file in memory
    with stopwatch(answer):
        for _ in range(REPEATS):
            _asked()
    return answer


def _asked() -> dict[str, Any]:
    with db.reading() as session:
        return dict(figures(session, Question(AS_OF)))


def sum_up(folder: str) -> dict[str, Any]:
    """The same sums by hand, as one would write them into the driver."""
    answer: dict[str, Any] = {}
    connection = sqlite3.connect(f"{folder}/bench.db")
    connection.execute("PRAGMA cache_size=-65536")
    found = _summed(connection)
    with stopwatch(answer):
        for _ in range(REPEATS):
            _summed(connection)
    connect(f"sqlite:///{folder}/bench.db", Path(folder))
    asked = _asked()
    assert found == {name: float(asked[name]) for name in found}, "both sides give the same figures"
    return answer


def _summed(connection: sqlite3.Connection) -> dict[str, float]:
    on, sums = AS_OF.isoformat(), ", ".join(f"sum({name})" for name in COUNTERS)
    found: dict[str, float] = {}
    connection.execute("BEGIN")
    totals = dict.fromkeys(COUNTERS, 0)
    for product, *counts in connection.execute(
        f"SELECT product, {sums} FROM ledger_event WHERE {WHERE} GROUP BY product", (on,)  # noqa: S608
    ):  # fmt: skip
        for name, count in zip(COUNTERS, counts, strict=True):
            totals[name] += count
            if name != "failed_imports":
                found[f"{product}.{name}"] = count
    [found["units.served"]] = connection.execute(
        f"SELECT count(*) FROM (SELECT unit_id FROM ledger_event WHERE {WHERE}"  # noqa: S608
        " GROUP BY unit_id HAVING sum(accepted_sets) > 0)",
        (on,),
    ).fetchone()
    first, imported = connection.execute(
        "SELECT sum(failed = 0), count(*) FROM (SELECT sum(failed_imports) AS failed FROM ledger_event"  # noqa: S608
        f" WHERE {WHERE} GROUP BY set_id HAVING sum(imported_sets) > 0)",
        (on,),
    ).fetchone()
    found["import.first_pass_rate"] = round(100 * first / imported, 2)
    found["import.pass_rate"] = round(100 * totals["accepted_sets"] / totals["issued_sets"], 2)
    money = dict(
        connection.execute(
            "SELECT kind, sum(amount) / 1e6 FROM budget_entry WHERE \"on\" BETWEEN '2024-01-01' AND ? GROUP BY kind",
            (on,),
        ).fetchall()
    )
    found["budget.appropriated"], found["budget.received"] = money["appropriation"], money["receipt"]
    found["budget.spent"] = money["payment"]
    orders, late, content = connection.execute(
        "SELECT count(*), sum(julianday(responded) - julianday(received) > 4 / 24.0), sum(satisfaction >= 4)"
        " FROM service_order WHERE superseded_at IS NULL AND received >= '2024' AND received < '2025'"
    ).fetchone()
    found["support.orders"] = orders
    found["support.on_time_rate"] = round(100 * (orders - late) / orders, 2)
    found["support.satisfaction_rate"] = round(100 * content / orders, 2)
    connection.execute("COMMIT")
    return found
