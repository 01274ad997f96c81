"""What everybody may do with the own account: its password, its second factor, its sessions.

Whoever holds a stolen session must not be able to make it last: the password is asked for again, and a wrong one
counts as at sign-in. Call these verbs outside a transaction, else a refusal would take the count back.
"""

from __future__ import annotations

from licensetrack.accounts import second_factor
from licensetrack.accounts.attempts import TOO_MANY, count_attempt, forgive, tell_lock
from licensetrack.accounts.models import LoginSession, User
from licensetrack.accounts.passwords import check_new_password, hashed, is_password_of, write_password
from licensetrack.accounts.policy import policy
from licensetrack.accounts.session_rows import UNKNOWN, Browser, end_row, end_rows, open_row
from licensetrack.accounts.sessions import ENROL, OPEN, PASSWORD, WRONG_CODE, session_in, state_with_factor
from licensetrack.accounts.token_rows import end_tokens
from licensetrack.accounts.users import actor_of, claim
from licensetrack.core import audit
from licensetrack.core.clock import now
from licensetrack.core.db import transaction
from licensetrack.core.errors import Conflict, NotFound, Refused


def change_password(token: str, current: str, password: str, *, browser: Browser = UNKNOWN) -> str:
    """A new password of one's own; every session ends, this browser gets a new one, whose token is returned.

    Raises Refused for a wrong present password, or a new one that the policy does not take.
    """
    return _change(token, OPEN, proved(token, current), password, browser)


def choose_password(token: str, password: str, *, browser: Browser = UNKNOWN) -> str:
    """The last step of a sign-in with a password that somebody else knows, or that is too old. Raises Refused."""
    with transaction(even_read_only=True) as db:
        _, user = session_in(db, token, PASSWORD)
    return _change(token, PASSWORD, user, password, browser)


def _change(token: str, state: str, user: User, password: str, browser: Browser) -> str:
    check_new_password(user, password)
    password_hash = hashed(password)
    with transaction(even_read_only=True) as db:
        session_in(db, token, state)
        present = claim(db, user.login, user.version)
        write_password(db, present, password_hash, must_change=False)
        end_rows(db, present.id)
        end_tokens(db, present, actor_of(present), "accounts:own:password")
        audit.record(db, "accounts:own:password", f"user:{user.login}", actor_of(present))
        return open_row(db, present.id, OPEN, browser)


def begin_factor(token: str, current: str) -> None:
    """Draws the seed of a second factor. Raises Refused for a wrong password, or where one is on."""
    login = proved(token, current).login
    with transaction(even_read_only=True) as db:
        session_in(db, token, OPEN)
        user = claim(db, login)
        if user.factor_since is not None:
            raise Refused("The second factor is on already.")
        second_factor.draw_seed(user)
        db.flush()


def seed_to_show(token: str) -> tuple[str, str]:
    """The seed that waits for its first code: as people type it, and as the QR code says it. Raises Refused."""
    with transaction(even_read_only=True) as db:
        _, user = session_in(db, token, OPEN, ENROL)
        if user.factor_since is not None:
            raise Refused("The second factor is on already.")
        return second_factor.seed_of(user), second_factor.address_of(user)


def confirm_factor(token: str, code: str, *, browser: Browser = UNKNOWN) -> tuple[str, list[str]]:
    """The first code turns the second factor on. Returns a new token, all others end, and the recovery codes.

    Raises Refused for a wrong code or where nothing was begun.
    """
    with transaction(even_read_only=True) as db:
        session, user = session_in(db, token, OPEN, ENROL)
        if user.factor_since is not None:
            raise Refused("The second factor is on already.")
        if not second_factor.accept_code(db, user, code):
            raise Refused(WRONG_CODE).at("code")
        user = claim(db, user.login)
        user.factor_since = now()
        codes = second_factor.draw_codes(db, user)
        end_rows(db, user.id)
        state = OPEN if session.state == OPEN else state_with_factor(db, user)
        audit.record(db, "accounts:own:factor", f"user:{user.login}", actor_of(user), on=True)
        return open_row(db, user.id, state, browser), codes


def remove_factor(token: str, current: str, *, browser: Browser = UNKNOWN) -> str:
    """Turns the second factor off; every session ends, this browser gets a new one, whose token is returned.

    Raises Refused for a wrong password, and where the policy demands a second factor.
    """
    login = proved(token, current).login
    with transaction(even_read_only=True) as db:
        session_in(db, token, OPEN)
        user = claim(db, login)
        if user.role in policy(db).factor_roles:
            raise Refused("The policy demands a second factor of your role.")
        if user.factor_since is None and user.totp_seed is None:
            raise Refused("This account has no second factor.")
        second_factor.take_away(db, user)
        end_rows(db, user.id)
        audit.record(db, "accounts:own:factor", f"user:{login}", actor_of(user), on=False)
        return open_row(db, user.id, OPEN, browser)


def renew_codes(token: str, current: str, *, seen: int | None = None) -> list[str]:
    """Ten new recovery codes; the ones before are worth nothing. Raises Refused, or Conflict when sent twice."""
    login = proved(token, current).login
    with transaction(even_read_only=True) as db:
        session_in(db, token, OPEN)
        user = claim(db, login, seen)
        if user.factor_since is None:
            raise Refused("This account has no second factor.")
        audit.record(db, "accounts:own:codes", f"user:{login}", actor_of(user))
        return second_factor.draw_codes(db, user)


def end_own_session(token: str, session_id: int) -> None:
    """Ends one of the own sessions. Raises NotFound for those of others, and for those that have ended."""
    with transaction(even_read_only=True) as db:
        _, user = session_in(db, token, OPEN)
        session = db.get(LoginSession, session_id)
        if session is None or session.user_id != user.id or not end_row(db, session_id):
            raise NotFound("There is no such session.")
        audit.record(db, "accounts:session:end", f"user:{user.login}", actor_of(user), session=session_id)


def end_other_sessions(token: str) -> int:
    """Ends all own sessions but this one; how many they were."""
    with transaction(even_read_only=True) as db:
        session, user = session_in(db, token, OPEN)
        ended = end_rows(db, user.id, spare=session.id)
        audit.record(db, "accounts:session:end", f"user:{user.login}", actor_of(user), ended=ended)
        return ended


def proved(token: str, current: str) -> User:
    """The account of a session whose owner knows the password. Raises Refused at the field, Conflict, and counts a
    wrong password as at sign-in: call it outside a transaction.
    """
    with transaction(even_read_only=True) as db:
        _, user = session_in(db, token, OPEN)
        free = count_attempt(db, user.id)
    right = is_password_of(user, current)
    if not free or not right:
        if free:
            with transaction(even_read_only=True) as db:
                tell_lock(db, user.id)
        raise Refused("The present password is wrong." if free else TOO_MANY).at("current")
    with transaction(even_read_only=True) as db:
        present = db.get(User, user.id, with_for_update=True, populate_existing=True)
        if present is None or present.password_hash != user.password_hash:
            raise Conflict("The password was changed meanwhile. Please sign in again.")
        forgive(db, user.id)
    return user
