"""Who may read which figure: money and service are rooms of their own, and the budget is the city's alone."""

from __future__ import annotations

from licensetrack.accounts.permissions import Actor, allows
from licensetrack.core.errors import Forbidden
from licensetrack.measures.catalogue import MEASURES, Measure, measure

ROOMS = {"budget": "procurement:read", "support": "support:read"}


def may_read(actor: Actor, name: str) -> bool:
    """Whether the actor may read a measure of that name."""
    room = name.partition(".")[0]
    if room == "budget" and actor.scope.kind != "all":
        return False
    return allows(actor, "measures:read") and allows(actor, ROOMS.get(room, "measures:read"))


def readable(actor: Actor) -> dict[str, Measure]:
    """The measures that the actor may read, by name."""
    return {name: found for name, found in MEASURES.items() if may_read(actor, name)}


def measure_for(actor: Actor, name: str) -> Measure:
    """One measure. Raises NotFound when there is none of that name, Forbidden when it is not the actor's to read."""
    found = measure(name)
    if not may_read(actor, name):
        raise Forbidden("Your role does not allow this: %(permission)s.", permission=f"measures:read:{name}")
    return found
