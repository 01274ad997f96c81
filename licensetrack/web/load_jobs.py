"""Uploads on their way into the ledger: kept in a folder each, checked and loaded by a thread, watched by polling."""

from __future__ import annotations

import json
import logging
import re
import secrets
import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from licensetrack.accounts.permissions import Actor
from licensetrack.core.errors import Conflict, DomainError, NotFound
from licensetrack.exchange import loading
from licensetrack.exchange.changes import SAME, Outcome
from licensetrack.exchange.loading import NamedBytes
from licensetrack.exchange.problems import Problem, Term

# checking → ready (or wrong); ready → loading → done (or wrong, or failed)
CHECKING, READY, WRONG, LOADING, DONE, FAILED = "checking", "ready", "wrong", "loading", "done", "failed"
WORKING = (CHECKING, LOADING)
KEPT_SECONDS = 24 * 3600
SILENT_SECONDS = 120  # a working job that says nothing for so long has lost its process
_NAME = re.compile(r"[0-9a-f]{32}")
_log = logging.getLogger("licensetrack")


@dataclass
class Job:
    """One upload: whose, which files, how far."""

    id: str
    login: str
    files: list[tuple[str, int]]
    state: str = CHECKING
    done: int = 0
    total: int = 0
    beat: float = 0.0
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    changes: int = 0
    writes: bool = False
    errors: int = 0
    warnings: int = 0
    refusal: tuple[str, dict[str, Any]] | None = None
    promised: str | None = None  # the digest of what the preview showed: the load does that and nothing else

    @property
    def works(self) -> bool:
        """Whether a thread is busy with it."""
        return self.state in WORKING

    @property
    def percent(self) -> int:
        """How far the work is, 0 to 100."""
        return min(100, self.done * 100 // self.total) if self.total else 0


class Jobs:
    """The uploads of one installation, below one folder that only the program may read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def begin(self, files: Sequence[NamedBytes], actor: Actor) -> Job:
        """Keeps the files and starts checking them. Old uploads are thrown away on this occasion."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._sweep()
        job = Job(secrets.token_hex(16), actor.login, [(file.name, len(file.content)) for file in files])
        place = self._folder / job.id
        place.mkdir(mode=0o700)
        for index, file in enumerate(files):
            (place / f"{index}.bin").write_bytes(file.content)
        self._write(job)
        self._start(job, actor, CHECKING)
        return job

    def job(self, job_id: str, actor: Actor) -> Job:
        """One upload of this very person. Raises NotFound."""
        path = self._folder / job_id / "job.json"
        if not _NAME.fullmatch(job_id) or not path.is_file():
            raise NotFound("There is no such upload.")
        job = Job(**json.loads(path.read_text(encoding="utf-8")))
        if job.login != actor.login:
            raise NotFound("There is no such upload.")
        if job.works and time.time() - job.beat > SILENT_SECONDS:
            job.state = FAILED
        return job

    def confirm(self, job: Job, actor: Actor) -> None:
        """Loads what was checked. Raises Conflict when that was asked before, or is not possible."""
        if job.state != READY:
            raise Conflict("This upload is not ready to be loaded.")
        try:
            (self._folder / job.id / "confirmed").touch(exist_ok=False)
        except FileExistsError:
            raise Conflict("This upload is being loaded already.") from None
        job.state, job.done = LOADING, 0
        self._write(job)
        self._start(job, actor, LOADING)

    def forget(self, job: Job) -> None:
        """Throws an upload away. Raises Conflict while it is being loaded."""
        if job.state == LOADING:
            raise Conflict("This upload is being loaded already.")
        shutil.rmtree(self._folder / job.id, ignore_errors=True)

    def changes(self, job: Job) -> list[dict[str, Any]]:
        """What each row does that does something."""
        return self._read_list(job, "changes.json")

    def problems(self, job: Job) -> list[Problem]:
        """What is wrong, cell by cell."""
        return [_problem(one) for one in self._read_list(job, "problems.json")]

    def _read_list(self, job: Job, name: str) -> list[Any]:
        path = self._folder / job.id / name
        return list(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else []

    def _start(self, job: Job, actor: Actor, state: str) -> None:
        threading.Thread(target=self._work, args=(job, actor, state), daemon=True, name=f"load-{job.id[:8]}").start()

    def _work(self, job: Job, actor: Actor, state: str) -> None:
        place = self._folder / job.id
        try:
            files = [NamedBytes(name, (place / f"{i}.bin").read_bytes()) for i, (name, _) in enumerate(job.files)]
            with self._beating(job):
                outcome = self._run(job, files, actor, state)
            self._keep(job, outcome)
            job.state = WRONG if outcome.refused else READY if state == CHECKING else DONE
            if job.state in (WRONG, DONE):
                for content in place.glob("*.bin"):
                    content.unlink()
        except DomainError as refusal:
            job.state, job.refusal = FAILED, (refusal.message, {n: str(v) for n, v in refusal.values.items()})
        except Exception:
            _log.exception("upload %s failed", job.id)
            job.state = FAILED
        self._write(job)

    def _run(self, job: Job, files: Sequence[NamedBytes], actor: Actor, state: str) -> Outcome:
        def progress(done: int, total: int) -> None:
            self._note(job, done, total)

        if state == LOADING:
            return loading.load(files, actor=actor, progress=progress, promised=job.promised)
        outcome = loading.preview(files, actor=actor, progress=progress)
        job.promised = outcome.digest()
        return outcome

    @contextmanager
    def _beating(self, job: Job) -> Iterator[None]:
        """Says every few seconds that the work goes on, also while nothing can be counted."""
        over = threading.Event()

        def beat() -> None:
            while not over.wait(5):
                self._write(job)

        thread = threading.Thread(target=beat, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _note(self, job: Job, done: int, total: int) -> None:
        job.done, job.total = done, total
        if time.time() - job.beat > 0.3:
            self._write(job)

    def _keep(self, job: Job, outcome: Outcome) -> None:
        changes = [change.as_dict() for change in outcome.changes if change.action != SAME]
        job.counts, job.changes, job.writes = outcome.counts, len(changes), outcome.changed_anything
        job.errors = sum(problem.severity == "error" for problem in outcome.problems)
        job.warnings = len(outcome.problems) - job.errors
        self._put(job, "changes.json", changes)
        self._put(job, "problems.json", [_plain(problem) for problem in outcome.problems])

    def _write(self, job: Job) -> None:
        job.beat = time.time()
        self._put(job, "job.json", asdict(job))

    def _put(self, job: Job, name: str, content: Any) -> None:
        """Written whole or not at all: a page may be reading it."""
        target = self._folder / job.id / name
        part = target.with_name(f"{name}.{threading.get_ident()}.part")
        try:
            part.write_text(json.dumps(content, ensure_ascii=False, default=str), encoding="utf-8")
            part.replace(target)
        except FileNotFoundError:
            _log.warning("upload %s was thrown away while it was worked on", job.id)

    def _sweep(self) -> None:
        for place in self._folder.iterdir():
            if _NAME.fullmatch(place.name) and time.time() - place.stat().st_mtime > KEPT_SECONDS:
                shutil.rmtree(place, ignore_errors=True)


def _plain(problem: Problem) -> dict[str, Any]:
    """A problem for JSON; values that are words of ours stay marked, for they are translated when shown."""
    content = {name: getattr(problem, name) for name in problem.__dataclass_fields__ if name != "values"}
    values = {name: ["term" if isinstance(value, Term) else "value", value] for name, value in problem.values.items()}
    return content | {"values": values}


def _problem(content: dict[str, Any]) -> Problem:
    values = {name: Term(value) if kind == "term" else value for name, (kind, value) in content.pop("values").items()}
    return Problem(**content, values=values)
