"""Words about accounts: profiles, what they demand, whose rows a scope covers, how an account stands."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext, lazy_gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Scope
from licensetrack.accounts.profiles import Profile
from licensetrack.units.models import Unit

PROFILES = {
    "mlps": lazy_gettext("Graded protection (GB/T 22239)"),
    "asvs": lazy_gettext("OWASP ASVS"),
}
PROFILE_HINTS = {
    "mlps": lazy_gettext("Several kinds of letters and a regular change, as assessors in China ask."),
    "asvs": lazy_gettext("Length instead of kinds of letters, and no change without cause."),
}
STATES = {
    "factor": lazy_gettext("waits for the second factor"),
    "enrol": lazy_gettext("sets up a second factor"),
    "password": lazy_gettext("chooses a password"),
    "open": lazy_gettext("signed in"),
}


def demands(profile: Profile) -> list[tuple[str, str]]:
    """What a profile demands, line by line."""
    nothing = gettext("not demanded")
    return [
        (gettext("Shortest password"), gettext("%(count)s characters", count=profile.length)),
        (gettext("Kinds of letters"), str(profile.kinds) if profile.kinds > 1 else nothing),
        (gettext("Login name in it"), gettext("refused")),
        (gettext("Passwords that everybody tries"), gettext("refused") if profile.refuse_common else nothing),
        (gettext("Change after"), gettext("%(count)s days", count=profile.days) if profile.days else nothing),
        (
            gettext("Former passwords"),
            gettext("the last %(count)s are refused", count=profile.remembered)
            if profile.remembered > 1
            else gettext("the present one is refused"),
        ),
        (gettext("A session ends without use"), _span(profile.idle.total_seconds())),
        (gettext("A session ends in any case"), _span(profile.absolute.total_seconds())),
    ]


def _span(seconds: float) -> str:
    minutes = int(seconds) // 60
    if minutes % 60:
        return str(gettext("after %(count)s minutes", count=minutes))
    return str(gettext("after %(count)s hours", count=minutes // 60))


def scopes_in_words(db: Session, scopes: Iterable[Scope]) -> dict[Scope, str]:
    """Each scope as people say it; a unit by its name."""
    known = set(scopes)
    ids = {int(scope.value) for scope in known if scope.kind == "unit" and scope.value.isdigit()}
    names = dict(db.execute(select(Unit.id, Unit.name).where(Unit.id.in_(ids))).all())
    return {scope: _one_scope(scope, names) for scope in known}


def _one_scope(scope: Scope, names: dict[int, str]) -> str:
    if scope.kind == "all":
        return str(gettext("All units"))
    if scope.kind == "district":
        return str(gettext("Units of %(district)s", district=scope.value))
    return names.get(int(scope.value) if scope.value.isdigit() else 0) or str(gettext("A unit that no longer exists"))
