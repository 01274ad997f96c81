"""What an act rests on: the stored paper, the place in it, and the request that asked for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from licensetrack.allocation.fold import Fact


class Paper(NamedTuple):
    """A stored file (blob), a place in it such as a sheet and row, and the number of a request."""

    document_id: int | None = None
    place: str = ""
    request: str = ""


NO_PAPER = Paper()


def with_paper(fact: Fact, paper: Paper) -> Fact:
    """The fact resting on the paper; without one it stays as it is."""
    if paper == NO_PAPER:
        return fact
    details: Mapping[str, Any] = fact.details or {}
    if paper.request:
        details = {**details, "request": paper.request}
    return fact._replace(details=details, document_id=paper.document_id, place=paper.place)
