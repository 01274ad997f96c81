"""Workers for tests, forked out of one process that has loaded everything: milliseconds each instead of a second.

They are real processes with connections of their own: nothing is connected before the fork.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).resolve().parents[2]


class Zygote:
    """The loaded process; `fork()` gives the number of a new worker. All of them are gone when the block ends."""

    def __init__(self, url: str, folder: Path, *, lease: float, threads: int = 2) -> None:
        self.log = folder / "workers.log"
        command = [sys.executable, "-m", "tests.jobs.zygote", url, str(self.log), str(lease), str(threads)]
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONUTF8": "1"},
        )
        self.workers: list[int] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pid in list(self.workers):
            self.kill(pid)
        self._process.communicate()

    def fork(self) -> int:
        """A new worker."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("fork\n")
        self._process.stdin.flush()
        pid = int(self._process.stdout.readline())
        self.workers.append(pid)
        return pid

    def kill(self, pid: int) -> None:
        """The end of one worker as a power cut makes it."""
        self.workers.remove(pid)
        os.kill(pid, signal.SIGKILL)
        wait_for_end(pid)

    def end(self, pid: int) -> None:
        """The end of one worker as an administrator asks for it."""
        self.workers.remove(pid)
        os.kill(pid, signal.SIGTERM)
        wait_for_end(pid)


def wait_for_end(pid: int) -> None:
    """Until there is no such process any more."""
    for _ in range(3000):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.02)
    raise AssertionError(f"process {pid} does not end")


def main(url: str, log: str, lease: str, threads: str) -> None:
    """The loaded process itself."""
    from licensetrack.jobs.handlers import handlers
    from licensetrack.jobs.worker import run_worker
    from tests.jobs import chaos_kinds

    handlers()
    chaos_kinds.only_ours()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system buries the children
    for _line in sys.stdin:
        pid = os.fork()
        if pid:
            sys.stdout.write(f"{pid}\n")
            sys.stdout.flush()
            continue
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        faulthandler.register(signal.SIGUSR1)  # where each thread stands, for whoever looks at one that hangs
        out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for stream in (1, 2):
            os.dup2(out, stream)
        from licensetrack.core import db

        code = 1
        try:
            db.connect(url)
            run_worker(lease=float(lease), threads=int(threads), poll=0.1)
            code = 0
        finally:
            sys.stdout.flush()
            os._exit(code)


if __name__ == "__main__":
    main(*sys.argv[1:])
