"""Rules of sign-in: what a password must be, how long a guesser waits, when a session is over, what a code is."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

from licensetrack.accounts.common_passwords import is_common
from licensetrack.accounts.permissions import NO_ROLE, ROLES, Scope
from licensetrack.accounts.profiles import MLPS, Profile
from licensetrack.core.errors import Refused

LONGEST_PASSWORD = 200
FREE_FAILURES = 5  # GB/T 22239 8.1.4.1 b): failed sign-ins must be answered; the wait doubles from here on
FIRST_WAIT = dt.timedelta(minutes=1)
LONGEST_WAIT = dt.timedelta(hours=1)
HALF_WAY = dt.timedelta(minutes=15)  # so long a sign-in may stop between the password and the second factor
STEP_SECONDS = 30
LONGEST_EMAIL = 254  # RFC 5321 4.5.3.1
LONGEST_BOX = 64
LANGUAGES = ("zh_CN", "en")
_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL = re.compile(rf"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@(?:{_LABEL}\.)+{_LABEL}")
_LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{1,79}")


def check_login(login: str) -> None:
    """Letters, digits and a few signs, so that nobody's login looks like another's. Raises Refused."""
    if not _LOGIN.fullmatch(login):
        raise Refused("A login name has 2 to 80 letters and digits; . _ @ - may stand between them.").at("login")


def check_email(email: str) -> None:
    """An address that any mail server takes: one box, plain letters, a domain with a dot; nothing that could end a
    header's line. Empty is none. Raises Refused.
    """
    if email and (len(email) > LONGEST_EMAIL or email.find("@") > LONGEST_BOX or not _EMAIL.fullmatch(email)):
        raise Refused("This is no e-mail address; it looks like name@unit.example.").at("email")


def check_language(language: str) -> None:
    """One of the languages that texts are kept in. Raises Refused."""
    if language not in LANGUAGES:
        raise Refused("There is no such language.").at("language")


def check_password(password: str, login: str, profile: Profile = MLPS) -> None:
    """What the profile demands, and not the login name. Raises Refused in words."""
    if not profile.length <= len(password) <= LONGEST_PASSWORD:
        raise Refused("A password needs at least %(count)s characters.", count=profile.length).at("password")
    if _kinds_of_letters(password) < profile.kinds:
        raise Refused(
            "A password needs at least %(kinds)s of: small letters, capitals, digits, other signs.", kinds=profile.kinds
        ).at("password")
    if login.lower() in password.lower():
        raise Refused("A password must not contain the login name.").at("password")
    if profile.refuse_common and is_common(password):
        raise Refused("This password is one of those that everybody tries first.").at("password")


def _kinds_of_letters(password: str) -> int:
    return sum(
        (
            any(letter.islower() for letter in password),
            any(letter.isupper() for letter in password),
            any(letter.isdigit() for letter in password),
            any(not (letter.islower() or letter.isupper() or letter.isdigit()) for letter in password),
        )
    )


def check_grant(role: str, scope: Scope) -> None:
    """A role that exists, with a scope that fits it. Raises Refused."""
    if role not in (*ROLES, NO_ROLE):
        raise Refused("There is no role “%(role)s”.", role=role).at("role")
    if role == "unit_user" and scope.kind != "unit":
        raise Refused("A unit user needs a unit.").at("scope")
    if role == "district_manager" and scope.kind != "district":
        raise Refused("A district manager needs a district.").at("scope")
    if scope.kind not in ("all", "district", "unit") or (scope.kind != "all") != bool(scope.value):
        raise Refused("This scope does not exist.").at("scope")


def wait_after(failures: int) -> dt.timedelta:
    """How long an account stays locked after so many failures in a row."""
    if failures < FREE_FAILURES:
        return dt.timedelta(0)
    doublings = min(failures - FREE_FAILURES, 10)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


def is_over(started_at: dt.datetime, seen_at: dt.datetime, at: dt.datetime, profile: Profile = MLPS) -> bool:
    """Whether a session has been idle, or open, for too long."""
    return at - seen_at > profile.idle or at - started_at > profile.absolute


def is_old(set_at: dt.datetime, at: dt.datetime, profile: Profile = MLPS) -> bool:
    """Whether a password must be changed for its age."""
    return profile.days > 0 and at - set_at > dt.timedelta(days=profile.days)


def plain_code(typed: str) -> str:
    """A code as it is compared: full-width digits are digits, blanks and hyphens are nothing, capitals are capitals."""
    folded = unicodedata.normalize("NFKC", typed[:100]).upper()
    return "".join(sign for sign in folded if sign.isascii() and sign.isalnum()) if _only_code(folded) else ""


def _only_code(folded: str) -> bool:
    return all((sign.isascii() and sign.isalnum()) or sign.isspace() or _is_blank(sign) for sign in folded)


def _is_blank(sign: str) -> bool:
    """A hyphen of whatever length, or a sign without width that came along when a code was copied."""
    return unicodedata.category(sign) in ("Pd", "Cf")


def steps_around(at: dt.datetime) -> tuple[int, ...]:
    """The time steps whose codes are good now: clocks of telephones may differ by one."""
    present = int(at.timestamp()) // STEP_SECONDS
    return (present, present - 1, present + 1)
