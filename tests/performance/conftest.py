"""A small year of the centre: two units, three sets, a budget, and the people who evaluate it."""

import datetime as dt
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import Engine, select

from licensetrack.accounts.permissions import SYSTEM, Actor
from licensetrack.allocation.issuing import issue_set
from licensetrack.allocation.life import accept_import, record_failed_import, record_import
from licensetrack.allocation.models import LicenseSet
from licensetrack.core import blobs, db
from licensetrack.core.db import reading
from licensetrack.performance import working_paper
from licensetrack.performance.evaluations import complete_evaluation, evaluate, review_evaluation, sign_evaluation
from licensetrack.performance.framework import load
from licensetrack.performance.models import Evaluation
from licensetrack.performance.working_paper import WorkingPaper
from licensetrack.procurement.budgets import BudgetLine, post_entry
from licensetrack.support.orders import OrderLine, record_orders
from licensetrack.units.directory import UnitEntry, register_unit
from licensetrack.units.models import Unit
from tests.conftest import Clock
from tests.performance.papers import lay_wanted

SAMPLE = Path(__file__).parents[2] / "data" / "2024" / "evaluation.toml"
OFFICER = Actor(1, "pan", "潘评", "performance_officer")
REVIEWER = Actor(2, "rao", "饶核", "reviewer")
MANAGER = Actor(3, "mei", "梅签", "manager")
OPERATOR = Actor(4, "alice", "艾操", "operator")


@dataclass
class SmallYear:
    """What the ledgers hold: 4100 CPUs at a city bureau, 600 and a BMS set at a district's school, all accepted."""

    bureau: Unit
    school: Unit
    clock: Clock

    def accepted(self, number: str, unit: Unit, product: str, cpus: int | None, on: str) -> LicenseSet:
        """A formal set, issued, imported and accepted on one day."""
        day = dt.date.fromisoformat(on)
        issued = issue_set(number, unit, product, cpus=cpus, on=day, actor=SYSTEM)
        record_import(issued, actor=SYSTEM, on=day)
        accept_import(issued, actor=SYSTEM, on=day, evidence=f"{number}-验收单.pdf")
        return issued


@pytest.fixture
def sqlite_database(sqlite_url: str, tmp_path: Path) -> Iterator[Engine]:
    """The process bound to a fresh SQLite database, for rules in which the two engines can not differ."""
    blobs.use_folder(tmp_path / "blobs")
    engine = db.connect(sqlite_url)
    yield engine
    engine.dispose()


@pytest.fixture
def paper() -> WorkingPaper:
    """The sample year's working paper."""
    return working_paper.read(SAMPLE)


@pytest.fixture
def year(bare_year: SmallYear) -> SmallYear:
    """A small year with all the evidence that the sample framework wants; an hour has passed since."""
    lay_wanted(load("department-2024"))
    bare_year.clock.forward(hours=1)
    return bare_year


@pytest.fixture
def bare_year(database: Engine, clock: Clock) -> SmallYear:
    """A small year in the ledgers, recorded on the morning of 31 December 2024."""
    return small_year(clock)


def small_year(clock: Clock) -> SmallYear:
    """Records it in the database that the process is bound to."""
    bureau = register_unit(UnitEntry("SZ0001", "深圳市发展局", "市级党政机关", "市本级"), actor=SYSTEM)
    school = register_unit(UnitEntry("SZ0002", "南山区高级中学", "公立学校", "南山区"), actor=SYSTEM)
    small = SmallYear(bureau, school, clock)
    small.accepted("SQ-1", bureau, "virtualization", 4100, "2024-02-03")
    small.accepted("SQ-3", school, "bms", None, "2024-06-12")
    late = issue_set("SQ-2", school, "cloud_management", cpus=600, on=dt.date(2024, 5, 3), actor=SYSTEM)
    record_failed_import(late, actor=SYSTEM, on=dt.date(2024, 5, 4), reason="CPU数量超出授权")
    record_import(late, actor=SYSTEM, on=dt.date(2024, 5, 9))
    accept_import(late, actor=SYSTEM, on=dt.date(2024, 6, 1), evidence="SQ-2-验收单.pdf")
    for kind, on, amount, voucher in [
        ("appropriation", "2024-01-15", "75150000.00", "PZ-1"),
        ("receipt", "2024-02-20", "75150000.00", "PZ-2"),
        ("payment", "2024-12-18", "75150000.00", "PZ-3"),
    ]:
        post_entry(BudgetLine(kind, dt.date.fromisoformat(on), Decimal(amount), voucher), actor=SYSTEM)
    record_orders([order("FW-1", school, 5), order("FW-2", bureau, 4)], actor=SYSTEM)
    return small


@pytest.fixture(scope="session")
def small_template(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small year in a file of its own, built once and copied for each test."""
    path = tmp_path_factory.mktemp("small") / "year.db"
    shutil.copyfile(migrated_sqlite, path)
    with time_machine.travel(0.0, tick=False) as traveller:
        clock = Clock(traveller)
        clock.set("2024-12-31 09:00")
        engine = db.connect(f"sqlite:///{path}")
        small_year(clock)
        engine.dispose()
    return path


@pytest.fixture
def small(small_template: Path, tmp_path: Path, clock: Clock) -> Iterator[SmallYear]:
    """The process bound to a copy of it, an hour later."""
    shutil.copyfile(small_template, tmp_path / "year.db")
    engine = db.connect(f"sqlite:///{tmp_path / 'year.db'}")
    clock.forward(hours=1)
    with reading() as session:
        bureau, school = session.scalars(select(Unit).order_by(Unit.code)).all()
        session.expunge_all()
    yield SmallYear(bureau, school, clock)
    engine.dispose()


def order(number: str, unit: Unit, satisfaction: int, received: str = "2024-09-02 09:00") -> OrderLine:
    """A service order, answered within the hour and done on the day."""
    start = dt.datetime.fromisoformat(received)
    return OrderLine(
        number, unit.id, unit.district, "使用咨询", start, start + dt.timedelta(hours=1), start + dt.timedelta(hours=5),
        "已解决", satisfaction,
    )  # fmt: skip


def signed(paper: WorkingPaper, clock: Clock) -> Evaluation:
    """The paper's evaluation, taken through its whole life by three people, a minute after each other."""
    evaluation = evaluate(paper, actor=OFFICER)
    for verb, actor in [(complete_evaluation, OFFICER), (review_evaluation, REVIEWER), (sign_evaluation, MANAGER)]:
        clock.forward(minutes=1)
        evaluation = verb(evaluation, actor=actor)
    clock.forward(minutes=1)
    return evaluation
