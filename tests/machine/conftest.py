"""Furnished databases to be copied: each life begins in a fresh one, and copying is faster than making it anew."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import time_machine

from licensetrack.core import blobs, db
from tests.machine.hands import furnish
from tests.postgres import Server

Connect = Callable[[ExitStack], None]


@pytest.fixture(autouse=True)
def own_files(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Files that other tests left behind belong to no row of this one."""
    blobs.use_folder(tmp_path_factory.mktemp("files"))


@contextmanager
def before_all_lives() -> Iterator[None]:
    """The database is furnished some time before the first life begins."""
    with time_machine.travel(dt.datetime(2024, 2, 1, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture(scope="session")
def furnished_sqlite(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with units, people and a cap."""
    path = tmp_path_factory.mktemp("machine") / "template.db"
    shutil.copyfile(migrated_sqlite, path)
    with before_all_lives():
        engine = db.connect(f"sqlite:///{path}")
        furnish()
        engine.dispose()
    return path


@pytest.fixture
def on_sqlite(furnished_sqlite: Path) -> Connect:
    """Binds the process to a fresh copy."""

    def connect(stack: ExitStack) -> None:
        path = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "life.db"
        shutil.copyfile(furnished_sqlite, path)
        stack.callback(db.connect(f"sqlite:///{path}").dispose)

    return connect


@pytest.fixture
def on_postgres(postgres_server: Server) -> Iterator[Connect]:
    """The same on PostgreSQL."""
    with postgres_server.migrated() as template:
        with before_all_lives():
            engine = db.connect(template)
            furnish()
            engine.dispose()

        def connect(stack: ExitStack) -> None:
            url = stack.enter_context(postgres_server.copy_of(template))
            stack.callback(db.connect(url).dispose)

        yield connect
