"""Files that are there whole or not at all, also after a power cut: written beside, synced, then renamed."""

from __future__ import annotations

import os
from pathlib import Path


def settle(part: Path, target: Path) -> None:
    """Gives a written file its final name in the same folder."""
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    part.replace(target)
    sync_folder(target.parent)  # the rename itself must survive it, too


def sync_folder(path: Path) -> None:
    """Makes the names in a folder last."""
    if os.name != "posix":
        return
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
