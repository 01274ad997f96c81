"""What every page says while the program is read-only: since when, why, and where the check is."""

from __future__ import annotations

from flask import Flask

from licensetrack.core.db import reading
from licensetrack.core.read_only import ReadOnlyPeriod, standing_period


def stopped() -> ReadOnlyPeriod | None:
    """The period that stands, if the program is read-only now."""
    with reading() as db:
        return standing_period(db)


def register(app: Flask) -> None:
    """Lets the frame of every page ask."""
    app.jinja_env.globals["stopped"] = stopped
