"""What every test may ask for: databases of both kinds, a clock that stands still, programs of the system."""

import datetime as dt
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine

import run
from licensetrack.core import blobs, db, result_files, schema, sealing
from licensetrack.jobs import uploads
from tests import debian, postgres
from tests.haste import sqlite_in_haste

BUSINESS_ZONE = ZoneInfo("Asia/Shanghai")
BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]

# A commit is judged by the same examples every time; new ones are looked for at the desk.
PATIENT = {"deadline": None, "print_blob": True, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("ci", derandomize=True, max_examples=100, **PATIENT)
settings.register_profile("desk", derandomize=False, max_examples=30, **PATIENT)
settings.load_profile("ci" if os.environ.get("CI") else "desk")


def pytest_configure(config: pytest.Config) -> None:
    """Bring the console script and the compiled translations up to date, also when pytest is started by hand."""
    sealing.use_key(b"a key for sealing in tests, thirty-two!")
    if not hasattr(config, "workerinput"):
        run.write_launcher()
        run.compile_catalogues()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The rules of the house first: they are quick, and what breaks them explains much of what follows."""
    items.sort(key=lambda item: item.path.name not in ("test_architecture.py", "test_quality.py"))


@pytest.fixture(scope="session", autouse=True)
def in_haste() -> Iterator[None]:
    """Nothing waits for the disk but what a test starts as a process of its own."""
    with sqlite_in_haste():
        yield


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file at the newest migration, to be copied and never used itself."""
    path = tmp_path_factory.mktemp("migrated") / "template.db"
    schema.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """A real PostgreSQL server, one for each test process."""
    with postgres.server() as server:
        yield server


@pytest.fixture
def sqlite_url(tmp_path: Path, migrated_sqlite: Path) -> str:
    """The address of a fresh SQLite database at the newest migration."""
    path = tmp_path / "licensetrack.db"
    shutil.copyfile(migrated_sqlite, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(postgres_server: postgres.Server) -> Iterator[str]:
    """The address of a fresh PostgreSQL database at the newest migration."""
    with postgres_server.migrated() as url:
        yield url


def use_folders(folder: Path) -> None:
    """Files, uploads and results below one folder."""
    blobs.use_folder(folder / "blobs")
    uploads.use_folder(folder / "uploads")
    result_files.use_folder(folder / "results")


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a fresh database at the newest migration, on SQLite and on PostgreSQL, and an empty file store."""
    use_folders(tmp_path)
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    """The address of a SQLite database with nothing in it."""
    return f"sqlite:///{tmp_path / 'empty.db'}"


@pytest.fixture
def empty_postgres_url(postgres_server: postgres.Server) -> Iterator[str]:
    """The address of a PostgreSQL database with nothing in it."""
    with postgres_server.empty() as url:
        yield url


@pytest.fixture(params=BOTH)
def empty_url(request: pytest.FixtureRequest) -> str:
    """The address of a database with nothing in it, once on SQLite and once on PostgreSQL."""
    url: str = request.getfixturevalue(f"empty_{request.param}_url")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Engine]:
    """The process bound to a fresh database at the newest migration, once on SQLite and once on PostgreSQL."""
    engine = db.connect(database_url)
    yield engine
    engine.dispose()


class Clock:
    """The program's clock, held still; moves only when a test says so."""

    def __init__(self, traveller: time_machine.Traveller) -> None:
        self._traveller = traveller

    def set(self, moment: str) -> None:
        """Put the clock to a moment of the business zone: "2024-03-05" or "2024-03-05 09:30"."""
        self._traveller.move_to(dt.datetime.fromisoformat(moment).replace(tzinfo=BUSINESS_ZONE).astimezone(dt.UTC))

    def forward(self, **span: float) -> None:
        """Let time pass: forward(days=1, minutes=5)."""
        self._traveller.shift(dt.timedelta(**span))


@pytest.fixture
def clock() -> Iterator[Clock]:
    """A clock that stands at nine in the morning (Asia/Shanghai) of 31 December 2024."""
    with time_machine.travel(0.0, tick=False) as traveller:
        still = Clock(traveller)
        still.set("2024-12-31 09:00")
        yield still


@pytest.fixture(scope="session")
def debian_tool() -> Callable[..., Path]:
    """debian_tool("pdffonts", package="poppler-utils"): the path of a program, installed if it is missing."""
    return debian.tool
