"""Commits that may not hold: PostgreSQL's warning that the wait for the standby was cancelled, or no answer at all.

A cancelled wait is told as success with a mere warning, and a fail-over loses what was acknowledged so. The warning is
known by the function of the server that speaks it, which is the same in every language.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.exc import DBAPIError

from licensetrack.core.errors import Uncertain

SPEAKER = "SyncRepWaitForLSN"
UNSURE = (
    "It is not certain whether this was kept: the database did not confirm it. Look again, or send the same once more."
)
_this_thread = threading.local()


def listen(connection: Any) -> None:
    """Hears what a psycopg connection is told; the driver calls back in the thread that waits for the answer."""
    connection.add_notice_handler(_heard)


def _heard(notice: Any) -> None:
    if notice.source_function == SPEAKER:
        _this_thread.doubt = True


@contextmanager
def told() -> Iterator[None]:
    """Around a commit. Raises Uncertain when it was acknowledged with that warning, or the answer did not come."""
    _this_thread.doubt = False
    try:
        yield
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Uncertain(UNSURE) from error
        raise
    if _this_thread.doubt:
        raise Uncertain(UNSURE)
