"""One row of a work list, and what a list is asked: by whom, as of which day, how far ahead."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from flask_babel import gettext

from licensetrack.accounts.permissions import Actor, Scope
from licensetrack.reminders.rules import SOON
from licensetrack.web import wording
from licensetrack.web.shown import count


@dataclass(frozen=True)
class Asked:
    """Whose list, as of which day; `within` so many days ahead, where a list looks ahead."""

    actor: Actor
    as_of: dt.date
    within: int = SOON

    @property
    def scope(self) -> Scope:
        """Whose rows."""
        return self.actor.scope


@dataclass(frozen=True)
class WorkRow:
    """What waits: where it is looked at, its number, whose it is, what it is about, since when and how long."""

    address: str
    label: str
    unit: str
    about: str
    since: dt.date | None
    days: int
    note: str = ""


def about_set(product: str, kind: str, cpus: int | None) -> str:
    """What a set is, in a few words."""
    parts = [wording.word(wording.PRODUCTS, product)]
    if kind == "temporary":
        parts.append(wording.word(wording.KINDS, kind))
    if cpus:
        parts.append(gettext("%(cpus)s CPUs", cpus=count(cpus)))
    return " · ".join(parts)
