"""Whether the process lives, and whether it can serve: for whoever watches the server."""

from __future__ import annotations

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from licensetrack.core import blobs, db, read_only, schema
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
    """The database answers and is at the program's own version, and files can be kept; else 503 with what is not.

    `read_only`: a check of the books failed. Pages, figures and exports go on, so it is ready all the same.
    """
    checks = {"database": _database(), "schema": False, "files": _files()}
    checks["schema"] = checks["database"] and _schema()
    good = all(checks.values())
    stopped = checks["schema"] and _read_only()
    status = "not ready" if not good else "read-only" if stopped else "ok"
    return jsonify({"status": status, "checks": checks, "read_only": stopped}), 200 if good else 503


def _database() -> bool:
    try:
        with db.reading() as session:
            session.connection()
    except SQLAlchemyError:
        return False
    return True


def _read_only() -> bool:
    with db.reading() as session:
        return read_only.standing_period(session) is not None


def _schema() -> bool:
    newest = ScriptDirectory.from_config(schema.config("sqlite://")).get_current_head()
    with db.reading() as session:
        return MigrationContext.configure(session.connection()).get_current_revision() == newest


def _files() -> bool:
    folder = blobs.folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return folder.is_dir()
