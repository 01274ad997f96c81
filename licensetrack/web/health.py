"""Whether the process lives, and whether it can serve: for whoever watches the server."""

from __future__ import annotations

from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from config import Settings
from licensetrack.core import blobs, db, read_only
from licensetrack.jobs.leading import leader
from licensetrack.upkeep import state
from licensetrack.web.access import public

health = Blueprint("health", __name__)


@health.get("/healthz")
@public
def alive() -> ResponseReturnValue:
    """The process answers."""
    return jsonify({"status": "ok"})


@health.get("/readyz")
@public
def ready() -> ResponseReturnValue:
    """The database answers and is at the program's own version, files can be kept, and there is space for them; else
    503 with what is not. A silent worker is told, and counts where one is expected (LICENSETRACK_EXPECT_WORKER).

    `read_only`: a check of the books failed. Pages, figures and exports go on, so it is ready all the same.
    """
    settings: Settings = current_app.config["LICENSETRACK"]
    answers = state.database_answers()
    checks = {
        "database": answers,
        "schema": answers and state.schema_is_newest(),
        "files": state.can_keep(blobs.folder()),
        "space": state.free_bytes(blobs.folder()) >= state.LEAST_FREE,
    }
    worker, stopped = _asked() if checks["schema"] else (False, False)
    if settings.expect_worker:
        checks["worker"] = worker
    good = all(checks.values())
    status = "not ready" if not good else "read-only" if stopped else "ok"
    told = {"status": status, "checks": checks, "worker": worker, "read_only": stopped}
    return jsonify(told), 200 if good else 503


def _asked() -> tuple[bool, bool]:
    """Whether a worker is alive, and whether all writing is stopped."""
    try:
        with db.reading() as session:
            return leader(session) is not None, read_only.standing_period(session) is not None
    except SQLAlchemyError:
        return False, False
