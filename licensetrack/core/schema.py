"""The schema's versions: Alembic run from code, so that command, demo and tests upgrade in the same way."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


def newest() -> str:
    """The newest migration. Raises alembic.util.CommandError where two claim to be it."""
    scripts = Config()
    scripts.set_main_option("script_location", str(MIGRATIONS))
    return ScriptDirectory.from_config(scripts).get_current_head() or ""


def knows(revision: str) -> bool:
    """Whether this version of the program knows a migration; it does not know those of newer versions."""
    scripts = Config()
    scripts.set_main_option("script_location", str(MIGRATIONS))
    return revision in {script.revision for script in ScriptDirectory.from_config(scripts).walk_revisions()}


def config(url: str) -> Config:
    """Alembic's settings for a database, without an .ini file."""
    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
    settings.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return settings


def upgrade(url: str, revision: str = "head") -> None:
    """Brings a database up to `revision`; each migration is one transaction."""
    command.upgrade(config(url), revision)


def downgrade(url: str, revision: str = "base") -> None:
    """Takes a database down to `revision`."""
    command.downgrade(config(url), revision)
