"""`licensetrack doctor`: asks everything that can be wrong with an installation; changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from config import Settings
from licensetrack.core import db
from licensetrack.upkeep import machine_checks, running_checks
from licensetrack.upkeep.findings import Said

BEFORE = (machine_checks.python, machine_checks.pins)
AFTER = (
    machine_checks.settings_safe,
    machine_checks.space,
    machine_checks.files,
    machine_checks.typefaces,
    machine_checks.dump_programs,
)


def examine(settings: Settings) -> list[Said]:
    """Every finding, the good ones too. The process is bound to the installation's database afterwards."""
    found = [said for check in BEFORE for said in check(settings)]
    found += _of_the_database(settings)
    return found + [said for check in AFTER for said in check(settings)]


def _of_the_database(settings: Settings) -> list[Said]:
    address = make_url(settings.database_url)
    if address.get_backend_name() == "sqlite" and not Path(str(address.database)).is_file():
        return [running_checks.unreachable(FileNotFoundError(f"no file {address.database}"))]
    try:
        db.connect(settings.database_url)
        with db.reading() as session:
            said = list(running_checks.database(settings, session))
    except Exception as error:
        return [running_checks.unreachable(error)]
    for check in running_checks.ASKED[1:]:
        said += _asked(check, settings)
        if said[-1].check == "schema" and said[-1].level != "ok":
            break  # the tables that the others ask are not there, or other ones
    return said


def _asked(check: Callable[..., Iterator[Said]], settings: Settings) -> list[Said]:
    try:
        with db.reading() as session:
            return list(check(settings, session))
    except SQLAlchemyError as error:
        return [running_checks.unreachable(error)]
