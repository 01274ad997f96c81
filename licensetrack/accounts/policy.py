"""The policy that stands: a profile, and whose sign-in needs a second factor; the security administrator decides."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import ROLES, Actor, require
from licensetrack.accounts.profiles import MLPS, PROFILES, Profile
from licensetrack.core import audit
from licensetrack.core.columns import canonical_json
from licensetrack.core.db import transaction
from licensetrack.core.digests import digest
from licensetrack.core.errors import Conflict, Refused
from licensetrack.core.settings import change_setting, setting

NAME = "accounts.policy"


class Policy(NamedTuple):
    """`factor_roles`: whoever has one of these signs in with a second factor, or sets one up at the next sign-in."""

    profile: Profile
    factor_roles: frozenset[str]

    @property
    def mark(self) -> int:
        """A number that differs when the policy does: what a visitor saw before changing it."""
        return int(digest(canonical_json(_as_json(self.profile.name, self.factor_roles)), "sha256")[:7], 16)


def policy(db: Session) -> Policy:
    """What stands now; before anybody decided, 等保 without second factors."""
    found = setting(db, NAME, {})
    return Policy(PROFILES.get(found.get("profile", ""), MLPS), frozenset(found.get("factor_roles", ())))


def change_policy(profile: str, factor_roles: Collection[str], *, actor: Actor, seen: int | None = None) -> None:
    """Decides anew; acts at the next request, for second factors at the next sign-in. Raises Refused or Conflict."""
    require(actor, "accounts:policy:change")
    if profile not in PROFILES:
        raise Refused("There is no such profile.").at("profile")
    if unknown := set(factor_roles) - set(ROLES):
        raise Refused("There is no role “%(role)s”.", role=min(unknown)).at("factor_roles")
    with transaction() as db:
        audit.lock_head(db)  # two who decide at once come one after the other
        if seen is not None and policy(db).mark != seen:
            raise Conflict("The policy was changed meanwhile. Please look at it again.")
        change_setting(db, NAME, _as_json(profile, factor_roles), actor=actor, tag="accounts:policy:change")


def _as_json(profile: str, factor_roles: Collection[str]) -> dict[str, object]:
    return {"profile": profile, "factor_roles": sorted(factor_roles)}
