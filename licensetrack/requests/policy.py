"""Which requests need two people: a decision of the manager, kept as a setting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, require
from licensetrack.core.db import transaction
from licensetrack.core.errors import Refused
from licensetrack.core.settings import change_setting, setting
from licensetrack.requests.kinds import KINDS
from licensetrack.requests.models import RequestLine

NAME = "requests.two_people"
CHANGE = "requests:policy:change"
MOST_CPUS = 1_000_000


@dataclass(frozen=True)
class Policy:
    """`every` request needs two people; or those with a line of one of the `kinds`, or with more than `above` CPUs of
    one product."""

    every: bool = True
    kinds: tuple[str, ...] = ()
    above: int | None = None

    def asks_for_two(self, lines: Collection[RequestLine]) -> bool:
        """Whether these lines are accepted by one person and approved by another."""
        cpus: Counter[str] = Counter()
        for line in lines:
            cpus[line.product] += line.cpus_asked or 0
        large = self.above is not None and any(count > self.above for count in cpus.values())
        return self.every or large or any(line.kind in self.kinds for line in lines)


def policy(db: Session) -> Policy:
    """The decision that holds; without one, two people for every request."""
    kept = setting(db, NAME, {"every": True, "kinds": [], "above": None})
    return Policy(bool(kept["every"]), tuple(kept["kinds"]), kept["above"])


def needs_two_people(db: Session, lines: Sequence[RequestLine]) -> bool:
    """Whether a request with these lines needs two people now."""
    return policy(db).asks_for_two(lines)


def change_policy(new: Policy, *, actor: Actor) -> None:
    """Decides anew which requests need two people; those accepted before keep what held for them. Raises Refused."""
    require(actor, CHANGE)
    if set(new.kinds) - set(KINDS):
        raise Refused("There is no kind of line “%(kind)s”.", kind=min(set(new.kinds) - set(KINDS))).at("kinds")
    if new.above is not None and not 0 <= new.above <= MOST_CPUS:
        raise Refused("The CPU quantity %(cpus)s is not between 0 and %(most)s.", cpus=new.above, most=MOST_CPUS).at(
            "above"
        )
    with transaction() as db:
        if new != policy(db):
            kept = {"every": new.every, "kinds": sorted(new.kinds), "above": new.above}
            change_setting(db, NAME, kept, actor=actor, tag=CHANGE)
