"""Evaluations stand on the desk of whoever has the next step: drafts of one's own, to review, to sign."""

from __future__ import annotations

import pytest

from licensetrack.core import db
from licensetrack.performance import evaluations as verbs
from licensetrack.performance import queries
from licensetrack.performance.models import Evaluation
from licensetrack.performance.monitoring import draft_monitoring
from tests.site import House, person
from tests.trade import day
from tests.web.test_desk_lists import links

OFFICER, REVIEWER, MANAGER = "performance_officer", "reviewer", "manager"


def stored(number: object) -> Evaluation:
    with db.reading() as session:
        found = queries.evaluation(session, int(str(number)))
        session.expunge(found)
    return found


def test_an_evaluation_goes_from_desk_to_desk(own_full_house: House) -> None:
    house, number = own_full_house, own_full_house.objects["completed_evaluation"]
    listed = links(house.get("/desk/evaluations_to_review", REVIEWER))
    assert listed["2022"] == f"/evaluations/{number}"
    house.get(listed["2022"], REVIEWER)
    assert links(house.get("/desk/evaluations_to_sign", MANAGER)) == {}
    verbs.review_evaluation(stored(number), actor=person(REVIEWER))
    assert "2022" not in links(house.get("/desk/evaluations_to_review", REVIEWER))
    assert links(house.get("/desk/evaluations_to_sign", MANAGER))["2022"] == f"/evaluations/{number}"
    verbs.send_back_evaluation(stored(number), actor=person(MANAGER), reason="云管理数量请再核对")
    assert links(house.get("/desk/evaluations_to_sign", MANAGER)) == {}
    mine = house.get("/desk/evaluation_drafts", OFFICER)
    assert links(mine)["2022"] == f"/evaluations/{number}/write"
    assert "云管理数量请再核对" in mine


def test_drafts_are_those_of_ones_own(own_full_house: House) -> None:
    draft_monitoring(day("2024-02-29"), actor=person(OFFICER))
    mine = links(own_full_house.get("/desk/evaluation_drafts", OFFICER))
    assert mine["2023"] == f"/evaluations/{own_full_house.objects['draft_evaluation']}/write"
    assert mine["2024-02-29"].startswith("/monitoring/")
    verbs.rework_evaluation(stored(own_full_house.objects["draft_evaluation"]), actor=person(OFFICER))
    assert "2023" in own_full_house.get("/desk", OFFICER)


@pytest.mark.parametrize("key", ["evaluation_drafts", "evaluations_to_review", "evaluations_to_sign"])
def test_the_lists_are_for_those_who_take_the_step(full_house: House, key: str) -> None:
    may = {"evaluation_drafts": OFFICER, "evaluations_to_review": REVIEWER, "evaluations_to_sign": MANAGER}[key]
    full_house.get(f"/desk/{key}", may)
    for role in {OFFICER, REVIEWER, MANAGER, "operator", "unit_user"} - {may}:
        full_house.get(f"/desk/{key}", role, status=403)
