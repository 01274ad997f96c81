"""Words and figures for a terminal: the reader's language, aligned tables, a line of progress."""

from __future__ import annotations

import gettext
import os
import sys
import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self

import click

from licensetrack.core.errors import DomainError

CATALOGUES = Path(__file__).resolve().parent / "translations"


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("messages", CATALOGUES, languages=[language], fallback=True)


def translate(message: str) -> str:
    """A message in the language of LICENSETRACK_LANG: Chinese by default, `en` by choice."""
    language = os.environ.get("LICENSETRACK_LANG", "zh_CN")
    return _catalogue(language).gettext(message) if message else message


def say(text: str, *, err: bool = False) -> None:
    """Prints one text."""
    click.echo(text, err=err)


def refused(error: DomainError) -> NoReturn:
    """A refusal as one line, and exit code 1."""
    say(translate(error.message) % error.values if error.values else translate(error.message), err=True)
    sys.exit(1)


def shown(value: object) -> str:
    """A value as people read it: thousands separators, no needless decimals, an empty cell for nothing."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:,.2f}" if value != value.to_integral_value() else f"{int(value):,}"
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> str:
    """Columns aligned by how wide their characters are (a Chinese one takes two places)."""
    lines = [tuple(headings), *rows]
    widths = [max((_width(line[i]) for line in lines), default=0) for i in range(len(headings))]

    def cell(text: str, index: int) -> str:
        blanks = " " * (widths[index] - _width(text))
        return blanks + text if index in right else text + blanks

    return "\n".join("  ".join(cell(text, i) for i, text in enumerate(line)).rstrip() for line in lines)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


class Progress:
    """One line on a terminal that says how far a long work is; silent where the output is not a terminal."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()
        self._last = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown and self._last >= 0:
            click.echo(err=True)

    def __call__(self, done: int, total: int) -> None:
        percent = 100 * done // total if total else 100
        if self._shown and percent != self._last:
            self._last = percent
            bar = "█" * (percent // 4) + "·" * (25 - percent // 4)
            click.echo(f"\r{bar} {percent:3d} %", nl=False, err=True)
