"""A worker that is killed again and again: each line it is given says how it shall die, and it says what became of it.

Started as `python -m tests.jobs.killed_worker ADDRESS FOLDER KEYS`. It imports everything once and forks a child for
each line, so a kill costs as long as the work before it, and no start of Python.

    after SECONDS   a child does what is queued, and is killed from outside after so long
    step NUMBER     a child does what is queued, and kills itself at its so manieth step
    steps 0         a child does what is queued to its end and says how many steps that were

A step is a statement to the database, before and after a commit, or a file that is written, named or removed. The
answer is `killed`, or `ended STEPS SECONDS` where the work was over before that.
"""

from __future__ import annotations

import os
import select
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import event

from licensetrack.core import blobs, db, durable, result_files, sealing, signing
from licensetrack.jobs import running, uploads
from licensetrack.jobs.handlers import handlers

NEVER = 10**9


class Steps:
    """Counts what a child does, and ends it without a word at the step it was told."""

    def __init__(self, last: int) -> None:
        self.count, self._last = 0, last

    def __call__(self, *_args: Any, **_options: Any) -> None:
        self.count += 1
        if self.count == self._last:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, act: Callable[..., Any]) -> Callable[..., Any]:
        """The same act with a step before and one after it."""

        def stepping(*args: Any, **options: Any) -> Any:
            self()
            answer = act(*args, **options)
            self()
            return answer

        return stepping


def watch(steps: Steps) -> None:
    """Puts steps at the statements and files of this process."""
    engine = db.engine()
    event.listen(engine, "before_cursor_execute", steps)
    engine.dialect.do_commit = steps.around(engine.dialect.do_commit)  # type: ignore[method-assign]
    settle = steps.around(durable.settle)
    for module in (durable, result_files, uploads):
        setattr(module, "settle", settle)  # noqa: B010 - a name that each module holds for itself
    blobs._write_durably = steps.around(blobs._write_durably)
    shutil.rmtree = steps.around(shutil.rmtree)  # type: ignore[assignment]


def work(address: str, how: str, number: float) -> int:
    """Does what is queued; never returns where it is killed."""
    db.connect(address)
    steps = Steps(int(number) if how == "step" else NEVER)
    watch(steps)
    running.run_queued()
    return steps.count


def bear(address: str, how: str, number: float) -> str:
    """Forks a child that works, and waits for its end."""
    readable, writable = os.pipe()
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        try:
            os.write(writable, str(work(address, how, number)).encode())
        finally:
            os._exit(0)
    os.close(writable)
    if how == "after":
        select.select([readable], [], [], number)
        os.kill(child, signal.SIGKILL)
    count = os.read(readable, 100).decode()  # empty where it was killed before it was done
    os.close(readable)
    os.waitpid(child, 0)
    return f"ended {count} {time.monotonic() - began:.3f}" if count else "killed"


def main(address: str, folder: Path, seal_key: str, signing_key: str) -> None:
    """Answers line by line."""
    blobs.use_folder(folder / "blobs")
    uploads.use_folder(folder / "uploads")
    result_files.use_folder(folder / "results")
    sealing.use_key(seal_key.encode(), "aes-256-gcm")
    signing.use_key(signing_key, "ed25519")
    handlers()
    for line in sys.stdin:
        how, number = line.split()
        sys.stdout.write(f"{bear(address, how, float(number))}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4])
