"""People for tests of accounts: hashed with little work, signed in, with a telephone that shows codes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection

import pyotp

from licensetrack.accounts import own, sessions, users
from licensetrack.accounts.permissions import SYSTEM, Actor, Scope
from licensetrack.accounts.policy import change_policy
from licensetrack.accounts.users import actor_of, find_user
from licensetrack.core.clock import now
from licensetrack.core.db import reading
from licensetrack.core.errors import DomainError

RIGHT, OTHER, WRONG = "correct horse 4", "another horse 5", "wrong"


def person(login: str, role: str = "auditor", scope: Scope | None = None, *, must_change: bool = False) -> Actor:
    """An account with its role, whose password is RIGHT."""
    return actor_of(
        users.create_user(login, login.title(), role, RIGHT, actor=SYSTEM, scope=scope, must_change=must_change)
    )


def version(login: str) -> int:
    """The account's present version."""
    with reading() as db:
        user = find_user(db, login)
        assert user is not None
        return user.version


class Telephone:
    """What shows the codes of one seed."""

    def __init__(self, seed: str) -> None:
        self.totp = pyotp.TOTP(seed)

    def code(self, steps: int = 0) -> str:
        """The code of now, or of some steps before or after."""
        return self.totp.generate_otp(int(now().timestamp()) // 30 + steps)


def enrolled(login: str) -> tuple[Telephone, list[str]]:
    """The account's second factor, turned on with the code of the step before; telephone and recovery codes."""
    token = sessions.sign_in(login, RIGHT)
    own.begin_factor(token, RIGHT)
    telephone = Telephone(own.seed_to_show(token)[0])
    _, codes = own.confirm_factor(token, telephone.code(-1))
    return telephone, codes


def half_way(login: str = "bob") -> str:
    """The token of a sign-in that waits for a code."""
    token = sessions.sign_in(login, RIGHT)
    assert state(token) == "factor"
    return token


def state(token: str) -> str | None:
    """What a session lacks; None when it is over."""
    found = sessions.session_of(token)
    return found.state if found is not None else None


def demand_factor(*roles: str, profile: str = "mlps") -> None:
    """The policy demands a second factor of these roles."""
    change_policy(profile, roles, actor=SYSTEM)


def at_once(acts: Collection[Callable[[], object]]) -> list[object]:
    """Runs the acts in threads that start together; what each gave back, or the refusal that it met."""
    barrier, results = threading.Barrier(len(acts)), []

    def run(act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            results.append(act())
        except DomainError as error:
            results.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
