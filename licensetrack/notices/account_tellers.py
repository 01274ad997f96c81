"""Who hears of accounts: the security administrator, and the person whose account it is."""

from __future__ import annotations

from collections.abc import Iterator

from licensetrack.accounts.models import User
from licensetrack.accounts.permissions import NO_ROLE
from licensetrack.notices.audiences import people_with
from licensetrack.notices.links import path_of
from licensetrack.notices.telling_of import Act, Teller, Telling


def _locked(act: Act) -> Iterator[Telling]:
    """Once a day for each account: a guesser must not be able to fill anybody's bell."""
    user, day = act.db.get_one(User, act.payload["user_id"]), act.payload["on"]
    told, subject = {"login": user.login, "failures": act.payload["failures"]}, f"user:{user.login}"
    watchers = people_with(act.db, "accounts:session:read")
    yield Telling(
        "account_locked", watchers, subject, path_of("role", user.id), told, dedupe=f"account_locked:{user.id}:{day}"
    )
    yield Telling(
        "own_account_locked", [user.id], subject, path_of("account"), told, dedupe=f"own_locked:{user.id}:{day}"
    )


def _made(act: Act) -> Iterator[Telling]:
    user = act.db.get_one(User, act.payload["user_id"])
    if user.role == NO_ROLE:
        to = people_with(act.db, "accounts:role:grant")
        yield Telling("account_without_role", to, f"user:{user.login}", path_of("role", user.id), {"login": user.login})


def _changed(act: Act) -> Iterator[Telling]:
    user = act.db.get_one(User, act.payload["user_id"])
    yield Telling("own_account_changed", [user.id], f"user:{user.login}", path_of("account"), {"login": user.login})


TELLERS: dict[str, Teller] = {
    "accounts:account:lock": _locked,
    "accounts:user:create": _made,
    "accounts:user:password": _changed,
    "accounts:role:grant": _changed,
    "accounts:factor:reset": _changed,
}
