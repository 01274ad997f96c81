"""A folder to work in beside the target; one that a killed process left is removed by whoever comes next."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: age must do there
    fcntl = None  # type: ignore[assignment]

PREFIX = ".licensetrack-backup-"
LOCK = "in-use"
OLD = 24 * 3600


@contextmanager
def work_place(folder: Path) -> Iterator[Path]:
    """A new folder in `folder`, removed with all that is in it when the block ends, however it ends."""
    folder.mkdir(parents=True, exist_ok=True)
    remove_leftovers(folder)
    place = Path(tempfile.mkdtemp(prefix=PREFIX, dir=folder))
    try:
        with (place / LOCK).open("wb") as lock:
            if fcntl is not None:
                fcntl.flock(lock, fcntl.LOCK_EX)  # held until the process ends: kill -9 lets go of it, too
            yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def remove_leftovers(folder: Path) -> int:
    """Removes the places that nobody works in any more; returns how many."""
    removed = 0
    for place in folder.glob(f"{PREFIX}*"):
        if place.is_dir() and _is_left(place):
            shutil.rmtree(place, ignore_errors=True)
            removed += 1
    return removed


def _is_left(place: Path) -> bool:
    try:
        if fcntl is None or not (place / LOCK).exists():
            return time.time() - place.stat().st_mtime > OLD
        with (place / LOCK).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
    except OSError:
        return False
