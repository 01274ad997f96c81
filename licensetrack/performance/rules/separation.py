"""Separate people: whoever completed an evaluation does not review it, whoever did one of these does not sign it."""

from __future__ import annotations

from collections.abc import Sequence

from licensetrack.core.errors import Refused
from licensetrack.performance.stages import BY_DIFFERENT_PEOPLE

SEND_BACK = "send_back"


def check_other_person(taken: Sequence[tuple[str, str]], action: str, login: str) -> None:
    """`taken` is (action, login) of all steps in order; a sending back clears those before it. Raises Refused."""
    if action not in BY_DIFFERENT_PEOPLE:
        return
    actions = [done for done, _ in taken]
    since = len(actions) - actions[::-1].index(SEND_BACK) if SEND_BACK in actions else 0
    for done, who in taken[since:]:
        if done in BY_DIFFERENT_PEOPLE and done != action and who == login:
            raise Refused(
                "%(login)s took the step “%(done)s” before; “%(action)s” needs another person.",
                login=login, done=done, action=action,
            )  # fmt: skip
