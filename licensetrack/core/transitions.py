"""A life as data: a table of (stage, action) → stage; a pair that is not in it is refused."""

from __future__ import annotations

from collections.abc import Mapping

from licensetrack.core.errors import Refused

Moves = Mapping[tuple[str, str], str]


def next_stage(moves: Moves, stage: str, action: str) -> str:
    """The stage that `action` leads to from `stage`. Raises Refused for a pair that the table does not hold."""
    try:
        return moves[stage, action]
    except KeyError:
        raise Refused("“%(action)s” is not possible at stage “%(stage)s”.", action=action, stage=stage) from None


def actions_from(moves: Moves, stage: str) -> list[str]:
    """What may be done at a stage, in the table's order."""
    return [action for (start, action) in moves if start == stage]
