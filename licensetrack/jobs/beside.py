"""The worker beside the pages: a child of the server, started again when it falls, that ends when the server ends."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

import structlog

from config import ROOT

log = structlog.get_logger()
START = "import sys; sys.path.insert(0, sys.argv.pop(1)); from licensetrack.cli import main; main()"
GRACE_SECONDS = 30  # for the jobs that have begun; a longer one is done anew by the next worker
LONGEST_WAIT = 60.0


class WorkerBeside:
    """`licensetrack worker` while the block lasts. Its standard input is a pipe from here: when this process is gone,
    however it went, the pipe is closed, and the worker finishes what it has begun and ends.
    """

    def __init__(self, *arguments: str) -> None:
        self._command = [sys.executable, "-X", "utf8", "-c", START, str(ROOT), "worker", "--beside", *arguments]
        self._over = threading.Event()
        self._child = self._started()
        self._guard = threading.Thread(target=self._watch, name="worker-beside", daemon=True)

    @property
    def pid(self) -> int:
        """The number of the worker's process."""
        return self._child.pid

    def __enter__(self) -> Self:
        self._guard.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._guard.join()
        if self._child.stdin is not None:
            self._child.stdin.close()
        try:
            self._child.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()

    def _started(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._command, stdin=subprocess.PIPE)  # noqa: S603 - our own program

    def _watch(self) -> None:
        wait = 1.0
        while not self._over.wait(0.5):
            if self._child.poll() is None:
                continue
            log.warning("the worker beside the pages fell, it is started again", exit_code=self._child.returncode)
            if self._over.wait(wait):
                return
            wait = min(wait * 2, LONGEST_WAIT)
            self._child = self._started()


def end_with_parent(end: Callable[[], None]) -> None:
    """The child's side: calls `end` when the pipe from the parent is closed."""

    def watch() -> None:
        sys.stdin.buffer.read()
        end()

    threading.Thread(target=watch, name="parent", daemon=True).start()
