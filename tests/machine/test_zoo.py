"""The machines find every bug of the zoo; in the program without one they find none (test_life.py).

Each bug is looked for first among the lives that met it last (`chances.toml`), which takes seconds; where a change of
the program or of the machine led those lives elsewhere, among others. `SEARCH=1` looks for all, with those that no life
is known to meet, and prints the chance that met each, which is how the file is written.
"""

from __future__ import annotations

import itertools
import os
import tomllib
from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from hypothesis.stateful import RuleBasedStateMachine

from tests.machine.asking import Asking
from tests.machine.conftest import Connect
from tests.machine.life import Life, live
from tests.machine.request_zoo import REQUEST_ZOO
from tests.machine.zoo import ZOO

LIVES, STEPS = 4, 40  # of one chance
CHANCES = int(os.environ.get("CHANCES", "40"))  # how many are tried before the bug counts as not found
BEGIN = int(os.environ.get("SEARCH", "0"))
MET_BY: dict[str, int] = tomllib.loads(Path(__file__).with_name("chances.toml").read_text(encoding="utf-8"))


def asked(zoo: Iterable[str]) -> list[str]:
    """The bugs of a zoo that are looked for: those that some life is known to meet, or all in a search."""
    return [bug for bug in zoo if BEGIN or bug in MET_BY]


def test_the_zoo_is_large() -> None:
    assert len(asked(ZOO)) + len(asked(REQUEST_ZOO)) >= 25
    assert set(MET_BY) <= {*ZOO, *REQUEST_ZOO}


@pytest.mark.slow
@pytest.mark.parametrize("bug", asked(ZOO))
def test_among_lives_it_is_found_that(bug: str, on_sqlite: Connect) -> None:
    assert met(bug, ZOO[bug](), on_sqlite, Life)


@pytest.mark.slow
@pytest.mark.parametrize("bug", asked(REQUEST_ZOO))
def test_among_requests_it_is_found_that(bug: str, on_sqlite: Connect) -> None:
    assert met(bug, REQUEST_ZOO[bug](), on_sqlite, Asking)


def met(bug: str, loose: AbstractContextManager[None], connect: Connect, machine: type[RuleBasedStateMachine]) -> bool:
    """Whether some life comes out otherwise than foretold while the bug is loose."""
    others = itertools.islice(itertools.count(BEGIN), CHANCES)
    with loose:
        for chance in others if BEGIN else [MET_BY[bug], *others]:
            try:
                live(connect, LIVES, STEPS, machine=machine, chance=chance)
            except Exception:
                if BEGIN:
                    print(f'"{bug}" = {chance}', flush=True)  # noqa: T201 - this is what was searched for
                return True
    return False
