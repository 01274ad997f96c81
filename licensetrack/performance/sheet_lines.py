"""The lines of an evaluation's lists: units, sets, parts of the city, months."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class UnitLine:
    """A unit served: product → (formal sets accepted, their CPUs)."""

    code: str
    name: str
    district: str
    category: str
    held: Mapping[str, tuple[int, int]]


@dataclass(frozen=True)
class SetLine:
    """A formal set held on the evaluation date; no `cpus` where it is counted in sets; `paper` is the acceptance's."""

    number: str
    product: str
    unit_code: str
    unit: str
    district: str
    category: str
    cpus: int | None
    issued_on: dt.date | None
    imported_on: dt.date | None
    accepted_on: dt.date | None
    failed_imports: int
    accepted: bool
    paper: str


Counters = Mapping[str, Mapping[str, int]]
"""Product → counter (issued_sets … accepted_cpus, failed_imports) → sum."""


@dataclass(frozen=True)
class Part:
    """A district or category: its counters (they add up to the city's) and how many units are served there."""

    name: str
    units: int
    counters: Counters


@dataclass(frozen=True)
class Month:
    """A month (`2024-06`) of the period: the change in it, and the sum to its end or to the evaluation date."""

    month: str
    change: Counters
    total: Counters
