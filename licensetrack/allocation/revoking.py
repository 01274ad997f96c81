"""Which acts make an installed licence file void, so that its revocation code (失效码) must be handed in: pure."""

from __future__ import annotations

import datetime as dt
from types import MappingProxyType
from typing import NamedTuple

from licensetrack.allocation.stages import FORMAL

REVOCATION_DAYS = 60  # as long as a platform goes on after its file was revoked

ALWAYS, OTHER_UNIT, OTHER_PLATFORM, IMPORTED_ONCE = "always", "other unit", "other platform", "imported once"
NEEDS_CODE = MappingProxyType(
    {
        "replace_host": ALWAYS,
        "shrink": ALWAYS,
        "return": ALWAYS,
        "revoke": ALWAYS,
        "relocate": OTHER_UNIT,
        "move": OTHER_PLATFORM,
        "void": IMPORTED_ONCE,
    }
)


class Opened(NamedTuple):
    """A revocation that a fact opens: for the host that the set showed before it, at the unit that held it then."""

    position: int
    action: str
    on: dt.date
    fingerprint: str
    unit_id: int

    @property
    def due_on(self) -> dt.date:
        """The last day on which the code can be handed in."""
        return self.on + dt.timedelta(days=REVOCATION_DAYS)


def is_opened(action: str, fingerprint: str, *, other_unit: bool, other_platform: bool, imported: bool) -> bool:
    """Whether an act opens a revocation; without a fingerprint there is nothing whose code could be asked for."""
    when = NEEDS_CODE.get(action)
    if when is None or not fingerprint:
        return False
    found = {ALWAYS: True, OTHER_UNIT: other_unit, OTHER_PLATFORM: other_platform, IMPORTED_ONCE: imported}
    return found[when]


def can_be_revoked(kind: str) -> bool:
    """Temporary files can not be uninstalled: they run out."""
    return kind == FORMAL
