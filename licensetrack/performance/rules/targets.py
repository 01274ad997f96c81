"""What may be recorded as a target: for what, from when, by whom and why; and what a version brings along itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Protocol

from licensetrack.core.errors import Refused
from licensetrack.performance.framework import Framework, Indicator
from licensetrack.performance.sheet import TargetVersion

LONGEST = {"author": 80, "document": 200, "reason": 500}


class Recorded(Protocol):
    """A target that was recorded: a number, and the day it holds from."""

    @property
    def value(self) -> Decimal: ...
    @property
    def valid_from(self) -> dt.date: ...


def first_day(framework: Framework) -> dt.date:
    """The day from which a target holds that names none: the first of the framework's year."""
    return dt.date(framework.year or dt.date.min.year, 1, 1)


def check_adjustable(leaf: Indicator) -> None:
    """Only an indicator with a number of its own as target has a target to set. Raises Refused."""
    if leaf.nature == "qualitative" or leaf.target_from:
        raise Refused("The indicator %(code)s has no target number of its own.", code=leaf.code)


def check_target(framework: Framework, leaf: Indicator, new: TargetVersion) -> None:
    """A target has an author, a reason, a paper, and a day within the year on which it changes something."""
    check_adjustable(leaf)
    if not new.value.is_finite() or new.value < 0:
        raise Refused("A target is a number from 0 on.").at("value")
    if new.start.year != first_day(framework).year:
        raise Refused("The day %(on)s does not lie in %(year)s.", on=new.start, year=framework.year).at("valid_from")
    if not new.author.strip():
        raise Refused("Say who set the target.").at("author")
    if not new.reason.strip():
        raise Refused("A reason is needed.").at("reason")
    if not new.document.strip() and not new.paper:
        raise Refused("A target rests on a document: give its number or the document itself.").at("document")
    for field, longest in LONGEST.items():
        if len(getattr(new, field)) > longest:
            raise Refused("This is longer than %(most)s characters.", most=longest).at(field)
    holds = leaf.target_on(new.start)
    if holds is not None and holds.value == new.value:
        raise Refused("On %(on)s this target holds already.", on=new.start).at("value")


def brought_along(
    framework: Framework, records: Mapping[str, Sequence[Recorded]]
) -> Iterator[tuple[str, TargetVersion]]:
    """(indicator, target) for each target of a version that nobody recorded yet.

    Raises Refused where an indicator has recorded targets and the version says another: a target that was in force
    changes by a record with its reason, never by a new version.
    """
    for leaf in framework.leaves():
        known = {(record.value, record.valid_from) for record in records.get(leaf.code, ())}
        for version in leaf.targets:
            start = max(version.start, first_day(framework))
            if not known:
                yield leaf.code, version
            elif (version.value, start) not in known:
                raise Refused(
                    "The target of %(code)s was recorded already; adjust it with its reason, not by a new version.",
                    code=leaf.code,
                )
