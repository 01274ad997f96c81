"""A load that is killed in its middle leaves nothing behind, and can simply be started again."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from licensetrack.core import blobs, db
from licensetrack.exchange.loading import NamedBytes
from tests.exchange.ledger_files import ISSUES, books_are_right, count, dump, files_in, issue, ledger, load, units

PROGRAM = """
import sys
from pathlib import Path
from licensetrack.accounts.permissions import SYSTEM
from licensetrack.core import blobs, db
from licensetrack.exchange import loading

url, folder, at = sys.argv[1], sys.argv[2], int(sys.argv[3])
db.connect(url)
blobs.use_folder(Path(folder) / "blobs")

def wait_to_be_killed(done, total):
    if done >= at:
        print(done, flush=True)
        sys.stdin.read()

loading.load(loading.files_of([Path(folder) / "台账"]), actor=SYSTEM, progress=wait_to_be_killed)
"""
ROWS = 12_000


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs a signal that cannot be caught")
def test_a_load_killed_at_any_point_leaves_nothing_and_runs_through_when_started_again(
    database_url: str, tmp_path: Path
) -> None:
    ledgers = tmp_path / "台账"
    ledgers.mkdir()
    for file in (units(), ledger(ISSUES, *(issue(f"SQ-{n:05d}") for n in range(ROWS)))):
        (ledgers / file.name).write_bytes(file.content)
    db.connect(database_url)
    blobs.use_folder(tmp_path / "blobs")
    empty = dump()
    for at in (150, 320, 500, 800):
        arguments = [sys.executable, "-c", PROGRAM, database_url, str(tmp_path), str(at)]
        with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8") as process:
            assert process.stdout is not None
            assert int(process.stdout.readline()) >= at
            process.send_signal(signal.SIGKILL)
        _wait_for_the_server()
        assert (dump(), files_in(tmp_path / "blobs")) == (empty, [])
    assert load(*(_file(path) for path in sorted(ledgers.iterdir()))).counts["issues"]["new"] == ROWS
    assert count("virtualization.issued_sets") == ROWS
    books_are_right()


def _wait_for_the_server() -> None:
    """A PostgreSQL server notices within moments that its client is gone; SQLite has none."""
    if db.engine().dialect.name == "postgresql":
        time.sleep(0.5)


def _file(path: Path) -> NamedBytes:
    return NamedBytes(path.name, path.read_bytes())
