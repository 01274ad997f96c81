"""What kinds of jobs there are and who does them: a function for each kind, and what it is handed while it runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any

from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor
from licensetrack.core.db import engine, is_writing, transaction
from licensetrack.core.job_claims import Claimed, finish, note_line, note_progress
from licensetrack.jobs import progress_files

# Every module that has handlers: the worker and the pages load them all.
MODULES = (
    "licensetrack.jobs.books",
    "licensetrack.jobs.loads",
    "licensetrack.jobs.clearing",
    "licensetrack.jobs.outputs",
    "licensetrack.jobs.reminding",
    "licensetrack.jobs.accounts",
    "licensetrack.jobs.month_ends",
    "licensetrack.jobs.notices",
    "licensetrack.jobs.nightly_backup",
    "licensetrack.jobs.waivers",
)
SECONDS_BETWEEN = 0.4  # writes of a job's progress; what it says in between is not kept

Result = dict[str, Any] | None


class Lost(Exception):
    """The job was given to another worker, because this one was silent too long: nothing of it may be written."""


class Cancelled(Exception):
    """Somebody asked for the job to end."""


@dataclass
class Run:
    """One attempt at a job, as its handler sees it."""

    mine: Claimed
    actor: Actor
    completed: bool = False
    left_files: bool = False
    _said_at: float = field(default=0.0, repr=False)

    @property
    def job_id(self) -> int:
        """The job's number."""
        return self.mine.id

    @property
    def arguments(self) -> dict[str, Any]:
        """What was asked for, as `enqueue` was given it."""
        return self.mine.arguments

    @property
    def attempt(self) -> int:
        """The how-manieth attempt this is, from 1."""
        return self.mine.attempt

    def progress(self, done: int, total: int = 0) -> None:
        """Says how far the work is; cheap, so call it often. Raises Cancelled when asked to end, Lost when too late.

        May be called inside `completing` too: it is written beside that transaction, and seen while it is open.
        """
        at = time.monotonic()
        if at - self._said_at < SECONDS_BETWEEN and not (total and done >= total):
            return
        self._said_at = at
        if is_writing() and engine().dialect.name == "sqlite":  # the only writer is this very thread
            asked = progress_files.write(self.mine, done, total)
            self.left_files = True
        else:
            asked = Context().run(self._note, done, total)
        if asked:
            raise Cancelled

    def _note(self, done: int, total: int) -> bool:
        with transaction(even_read_only=True) as db:
            asked = note_progress(db, self.mine, done, total)
        if asked is None:
            raise Lost
        return asked

    def say(self, message: str, **values: Any) -> None:
        """Adds a line to the job's log: a msgid and its values. Raises Lost."""
        if is_writing() and engine().dialect.name == "sqlite":
            self._line(message, values)
        else:
            Context().run(self._line, message, values)

    def _line(self, message: str, values: dict[str, Any]) -> None:
        with transaction(even_read_only=True) as db:
            if not note_line(db, self.mine, message, values):
                raise Lost

    @contextmanager
    def completing(self, result: Result = None) -> Iterator[Session]:
        """One transaction that writes the effect and the job's end together: both or neither, once.

        The result may be a dict that the block still fills; `{"link": "/…"}` is shown as a link to what came out.
        Raises Lost at its end, and rolls back, where another worker has the job by now.
        """
        if self.completed:
            raise RuntimeError("this job is completed already")
        with transaction(even_read_only=handlers()[self.mine.kind].even_read_only) as db:
            yield db
            db.flush()
            if not finish(db, (self.mine, result)):
                raise Lost
        self.completed = True


Work = Callable[[Run], Result]


@dataclass(frozen=True)
class Handler:
    """Who does one kind of job; `label` is a msgid.

    `long` work (a load, a report) leaves one thread of each worker to the others.

    `even_read_only`: its effect is one of the few that are written while the program is read-only (core/read_only.py).
    """

    kind: str
    label: str
    work: Work
    long: bool = False
    even_read_only: bool = False


HANDLERS: dict[str, Handler] = {}


def handles(kind: str, *, label: str, long: bool = False, even_read_only: bool = False) -> Callable[[Work], Work]:
    """Makes a function the handler of a kind ("area:kind"); what it returns is the result, if it did not complete.

    An exception means another attempt after a while, a refusal of ours (DomainError) means failed, in its words.
    A handler that does not complete its run itself may be called again for an effect that is there already, when its
    worker falls in between.
    """

    def register(work: Work) -> Work:
        HANDLERS[kind] = Handler(kind, label, work, long, even_read_only)
        return work

    return register


@cache
def _load() -> None:
    for module in MODULES:
        import_module(module)


def handlers() -> dict[str, Handler]:
    """Every kind with its handler."""
    _load()
    return HANDLERS
