"""The ground that tests stand on: every test has a database, a clock and programs to itself."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, text

from licensetrack.core import clock as program_clock
from licensetrack.core.db import reading, transaction
from tests import debian
from tests.conftest import Clock


@pytest.mark.parametrize("turn", ["first", "second"])
def test_no_test_sees_what_another_wrote(database: Engine, turn: str) -> None:
    with transaction() as db:
        db.execute(text("CREATE TABLE left_behind (turn VARCHAR(10))"))
        db.execute(text("INSERT INTO left_behind VALUES (:turn)"), {"turn": turn})
    with reading() as db:
        assert db.execute(text("SELECT turn FROM left_behind")).scalars().all() == [turn]


def test_a_database_is_at_the_newest_migration(database: Engine) -> None:
    assert "alembic_version" in inspect(database).get_table_names()
    with reading() as db:
        assert db.execute(text("SELECT count(*) FROM alembic_version")).scalar() == 1


def test_an_empty_database_has_nothing_in_it(empty_url: str) -> None:
    from sqlalchemy import create_engine

    engine = create_engine(empty_url)
    assert inspect(engine).get_table_names() == []
    engine.dispose()


def test_the_clock_stands_still_until_it_is_moved(clock: Clock) -> None:
    first = program_clock.now()
    assert program_clock.now() == first
    assert str(program_clock.today()) == "2024-12-31"
    clock.forward(hours=15)
    assert str(program_clock.today()) == "2025-01-01"
    clock.set("2024-03-05 07:30")
    assert program_clock.now().isoformat() == "2024-03-04T23:30:00+00:00"


def test_a_missing_program_is_named_with_the_package_that_brings_it(tmp_path: Path) -> None:
    # On a path without apt-get nothing can be installed, as for a user who is not root.
    with pytest.raises(pytest.fail.Exception, match=r"needs the program 'pdffonts'.*apt-get install poppler-utils"):
        debian.tool("pdffonts", package="poppler-utils", search=str(tmp_path))
