"""Where several frameworks of one year are in force, a monitoring goes by the one asked for, and none is guessed."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import pytest

from licensetrack.core import db
from licensetrack.core.errors import Refused
from licensetrack.jobs.reporting import write_report
from licensetrack.performance import frameworks, goals
from licensetrack.performance import monitoring_queries as queries
from licensetrack.performance.framework import load
from licensetrack.performance.framework_drafting import draft_framework, put_in_force
from licensetrack.performance.monitoring import draft_monitoring, rework_monitoring
from tests.performance.conftest import MANAGER, OFFICER, SmallYear
from tests.performance.watching import HEADER, JULY

CODE, OTHER = "department-2024", "second-project-2024"


def in_force(code: str, kind: str = "evaluation", target: int = 4000) -> None:
    data = deepcopy(dict(load(CODE).data))
    data |= {"code": code, "name": f"{code}指标体系", "kind": kind}
    data["level1"][2]["level2"][0]["level3"][0]["target"] = target
    put_in_force(draft_framework(data, actor=OFFICER), actor=MANAGER)


@pytest.fixture(params=["evaluation", "self-assessment"])
def two(small: SmallYear, request: pytest.FixtureRequest) -> None:
    """A second project's framework, or the self-assessment's, beside the department's."""
    in_force(CODE)
    in_force(OTHER, request.param, 100)


@pytest.mark.usefixtures("two")
def test_it_is_refused_in_words_while_nobody_says_which() -> None:
    for act in (
        lambda: draft_monitoring(JULY, HEADER, actor=OFFICER),
        lambda: _goals(""),
    ):
        with pytest.raises(Refused, match=rf"Several frameworks of 2024 are in force \({CODE}、{OTHER}\)") as refused:
            act()
        assert refused.value.field == "framework"
    with pytest.raises(Refused, match="No framework “nobody” of 2024"):
        _goals("nobody")


def _goals(code: str) -> goals.GoalSheet:
    with db.reading() as session:
        return goals.declared(session, 2024, JULY, code)


@pytest.mark.usefixtures("two")
def test_the_one_asked_for_is_taken_and_kept(tmp_path: Path) -> None:
    assert {code: _goals(code).goals[0].target.value for code in (CODE, OTHER)} == {CODE: 4000, OTHER: 100}
    with db.reading() as session:
        used = frameworks.chosen(session, 2024, OTHER)
        assert [(year, [one.code for one in listed]) for year, listed in goals.declarable(session)][-1:] == [
            (2024, [CODE, OTHER])
        ]
    found = draft_monitoring(JULY, HEADER, used, actor=OFFICER)
    assert rework_monitoring(found, actor=OFFICER).framework_code == OTHER  # not the first of the year
    with db.reading() as session:
        assert queries.asked(session, 2024, JULY).indicator("C11").target.value == 100
        assert queries.asked(session, 2024, JULY, CODE).indicator("C11").target.value == 4000
    write_report(2024, "xlsx", tmp_path / "goals.xlsx", kind="goals", as_of=JULY, framework=CODE)


def test_a_single_one_needs_no_word(small: SmallYear) -> None:
    in_force(OTHER, "self-assessment", 100)
    found = draft_monitoring(JULY, HEADER, actor=OFFICER)
    assert found.framework_code == OTHER
