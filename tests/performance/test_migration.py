"""The evaluation's tables come and go with their migration, also when something was signed."""

from sqlalchemy import inspect

from licensetrack.core import db, schema
from licensetrack.performance.framework import load
from licensetrack.performance.working_paper import WorkingPaper
from tests.performance.conftest import SmallYear, signed
from tests.performance.papers import lay_wanted

TABLES = {"evaluation", "evaluation_step", "indicator_result", "evaluation_snapshot", "evaluation_trace"}


def test_the_migration_goes_down_and_up_again_over_a_signed_evaluation(
    year: SmallYear, paper: WorkingPaper, database_url: str
) -> None:
    signed(paper, year.clock)
    db.engine().dispose()
    schema.downgrade(database_url, "0001")
    assert not TABLES & set(inspect(db.connect(database_url)).get_table_names())
    schema.upgrade(database_url)
    assert set(inspect(db.connect(database_url)).get_table_names()) >= TABLES
    lay_wanted(load("department-2024"))  # the papers went with their tables
    assert signed(paper, year.clock).stage == "signed"
    db.engine().dispose()
