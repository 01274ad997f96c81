"""How far a load is: rows read and rows loaded as one number that only grows."""

from __future__ import annotations

from collections.abc import Callable, Mapping

Progress = Callable[[int, int], None]  # how much is done, and of how much
WHOLE = 1000
READING = 300  # the part of the whole that reading takes; measured on large ledgers


def quiet(_done: int, _total: int) -> None:
    """Shows no progress."""


class Meter:
    """Tells `progress` how many thousandths are done; reading is weighed by the size of files, loading by rows."""

    def __init__(self, progress: Progress, sizes: Mapping[str, int]) -> None:
        self._progress, self._sizes = progress, sizes
        self._bytes = max(1, sum(sizes.values()))
        self._file, self._bytes_before = "", 0
        self._rows, self._loaded, self._shown = 1, 0.0, -1

    def read(self, file: str, rows: int, of_rows: int) -> None:
        """So many rows of the file's present sheet are read."""
        if file != self._file:
            self._bytes_before += self._sizes.get(self._file, 0)
            self._file = file
        share = self._sizes.get(file, 0) * rows / max(1, of_rows)
        self._show(READING * (self._bytes_before + share) / self._bytes)

    def begin_loading(self, rows: int) -> None:
        """All is read; so many rows are to be loaded."""
        self._rows = max(1, rows)
        self._show(READING)

    def loaded(self, rows: float) -> None:
        """So many more rows are loaded."""
        self._loaded += rows
        self._show(READING + (WHOLE - READING) * self._loaded / self._rows)

    def finish(self) -> None:
        """All is done."""
        self._show(WHOLE)

    def _show(self, done: float) -> None:
        reached = min(int(done), WHOLE)
        if reached > self._shown:
            self._shown = reached
            self._progress(reached, WHOLE)
