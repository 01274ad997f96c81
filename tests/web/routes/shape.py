"""One line of the access table: who may ask an address, and what everybody gets.

Each area keeps `ROUTES: dict[Key, Route]` in tests/web/routes/<area>.py, one line for every endpoint and method (GET
and POST), for example:

    ROUTES = {
        ("requests.one", "GET"): Route(READERS, "/requests/{own_request}", "/requests/{foreign_request}"),
        ("requests.withdraw", "POST"): Route(
            {"operator", "unit_user"}, "/requests/{own_request}/withdraw", "/requests/{foreign_request}/withdraw", 422
        ),
    }

- `who`: the roles that get `good`. All others that have signed in get `refused` (403).
- `address`: an OWN object, which both the unit user (the unit of SQ-2024-0011) and the district manager (the district
  of that unit) may see. `{names}` stand for objects that tests/furnishing/<area>.py made; see there.
- `foreign`: an object of another unit in another district. Those in `who` whose sight ends at a unit or district get
  404 for it, with the very page that a missing object gives; others get what they get for `address`. "" where the
  address names no object.
- `good`: the status that those in `who` get. The house is shared by all cells, so a POST must leave it as it was: send
  a form that is incomplete and say 422. Where a form without fields acts at once, let `version` be an old one (409) or
  leave out `once` (422, "This form is incomplete").
- `form`: what a POST sends; values may hold `{names}` too. `answers`: statuses of single roles that differ from
  `good`.
- `open`: nobody has to sign in for it. `missing`: only where the address of a missing object can not be made from
  `foreign` by putting other numbers in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from licensetrack.accounts.permissions import ROLES

EVERYBODY = frozenset(ROLES)
SCOPED = frozenset({"district_manager", "unit_user"})
FIGURES = frozenset(
    {"operator", "reviewer", "performance_officer", "manager", "district_manager", "unit_user", "auditor"}
)
SETS = FIGURES | {"vendor_engineer"}
EXPORTS = FIGURES - {"unit_user"}

Key = tuple[str, str]  # endpoint, method


@dataclass(frozen=True)
class Route:
    """Who may ask it, for which object, and what they get."""

    who: frozenset[str] | set[str]
    address: str
    foreign: str = ""
    good: int = 200
    refused: int = 403
    form: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, int] = field(default_factory=dict)
    open: bool = False
    missing: str = ""

    def expected(self, role: str, *, foreign: bool = False) -> int:
        """The status that this role gets."""
        if role not in self.who:
            return self.refused
        if foreign and role in SCOPED:
            return 404
        return self.answers.get(role, self.good)
