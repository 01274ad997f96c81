"""Reviewing on the pages: the queue with its ticks, the acts on one request, deputies, and the rule of two people."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from bs4 import BeautifulSoup
from werkzeug.test import TestResponse

from licensetrack.accounts.permissions import SYSTEM
from licensetrack.accounts.users import create_user
from licensetrack.core.clock import today
from licensetrack.core.errors import Refused
from licensetrack.web.wording import in_words
from tests.architecture import InlineCode
from tests.asking import its_lines
from tests.site import PASSWORD, House
from tests.trade import issued, unit
from tests.web.test_requests import NEW_LINE, begun, fields, record, sent, submitted, with_lines


def act(house: House, number: str, name: str, role: str, **data: Any) -> TestResponse:
    page = house.get(f"/requests/{number}", role)
    return house.client(role).post(f"/requests/{number}/{name}", data={**fields(page), **data})


def test_a_request_is_taken_on_by_one_and_approved_by_another_with_less(own_house: House) -> None:
    number = submitted(own_house)
    assert act(own_house, number, "accept", "operator").status_code == 303
    assert "批准内容" not in own_house.get(f"/requests/{number}", "operator"), "who took it on does not approve it"
    answer = act(own_house, number, "approve", "reviewer", **{"granted-0": "3"})
    assert answer.status_code == 303
    assert [line.cpus_granted for line in its_lines(record(number))] == [3]
    page = own_house.get(f"/requests/{number}", "unit_user")
    for words in ("申请 4", "批准 3", "已批准", "reviewer 同志"):
        assert words in page, words


@pytest.mark.parametrize("given", ["5", "-1", "三", "0"])
def test_a_quantity_that_can_not_be_granted_is_told_at_its_line(own_house: House, given: str) -> None:
    number = submitted(own_house)
    act(own_house, number, "accept", "operator")
    answer = act(own_house, number, "approve", "reviewer", **{"granted-0": given, "note": "意见"})
    assert answer.status_code == 422
    soup = BeautifulSoup(answer.text, "html.parser")
    assert soup.find("input", attrs={"name": "granted-0"})["value"] == given  # type: ignore[index]
    assert soup.find(class_="invalid-feedback") or soup.find(attrs={"role": "alert"})
    assert record(number).stage == "accepted"


def test_what_is_wrong_by_now_is_told_at_its_line_and_among_many_ticked(own_house: House) -> None:
    number = submitted(own_house)
    act(own_house, number, "accept", "operator")
    issued("SQ-2024-9101", unit("SZ9101"), details={"fingerprint": "ESN-PAGE-1"})
    answer = act(own_house, number, "approve", "reviewer", **{"granted-0": "4"})
    assert answer.status_code == 422
    told = BeautifulSoup(answer.text, "html.parser").select_one(".grant .invalid-feedback")
    assert told is not None
    assert "SQ-2024-9101" in told.get_text()
    page = own_house.get("/requests?tab=accepted", "reviewer")
    picks = {**fields(page), "ticked": [f"{number}:{record(number).version}"], "do": "approve"}
    many = own_house.client("reviewer").post("/requests/bulk", data=picks)
    assert many.status_code == 422
    assert "SQ-2024-9101" in many.text
    assert record(number).stage == "accepted"
    with own_house.app.test_request_context():
        missing = Refused("%(product)s needs %(needed)s at the unit: neither is held, nor asked for here.",
                          product="bms", needed="cloud_management")  # fmt: skip
        assert "bms" not in in_words(missing)


def test_a_return_shows_its_reason_to_the_unit_and_the_correction_to_the_reviewer(own_house: House) -> None:
    number = submitted(own_house)
    assert act(own_house, number, "return", "operator", note=" ").status_code == 422
    assert act(own_house, number, "return", "operator", note="请补充机房位置").status_code == 303
    assert "请补充机房位置" in own_house.get(f"/requests/{number}/edit", "unit_user")
    line = {**record(number).typed["lines"][0], "site": "坪山机房"}
    assert sent(own_house, number, "submit", with_lines(line)).status_code == 303
    page = BeautifulSoup(own_house.get(f"/requests/{number}", "operator"), "html.parser")
    changed = page.find(id="change-2").find_parent("section")  # type: ignore[union-attr]
    assert "坪山机房" in changed.get_text()  # type: ignore[union-attr]
    assert "部署地点" in changed.get_text()  # type: ignore[union-attr]


def test_a_stale_page_and_a_second_click_do_nothing_twice(own_house: House) -> None:
    number = submitted(own_house)
    page = own_house.get(f"/requests/{number}", "reviewer")
    stale = {**fields(page), "note": "来晚了"}
    seen = fields(own_house.get(f"/requests/{number}", "operator"))
    for _ in range(3):
        assert own_house.client("operator").post(f"/requests/{number}/accept", data=seen).status_code == 303
    late = own_house.client("reviewer").post(f"/requests/{number}/reject", data=stale)
    assert late.status_code == 409
    assert "operator 同志" in late.text
    assert record(number).version == 3


def test_who_entered_a_request_is_told_that_others_review_it(own_house: House) -> None:
    number = submitted(own_house, "operator", unit="SZ0073")
    page = own_house.get(f"/requests/{number}", "operator")
    assert "应由其他人员审核" in page
    answer = own_house.client("operator").post(f"/requests/{number}/accept", data=fields(page))
    assert answer.status_code == 422
    assert act(own_house, number, "accept", "reviewer").status_code == 303


def test_the_queue_filters_sorts_and_tells_how_long_each_stage_waits(own_house: House) -> None:
    first, second = submitted(own_house), submitted(own_house, fingerprint="ESN-PAGE-2")
    act(own_house, first, "accept", "operator")
    for query, there, gone in (
        ("?tab=submitted", second, first), ("?tab=accepted", first, second), ("?q=ESN-PAGE-2", second, first),
    ):  # fmt: skip
        page = own_house.get(f"/requests{query}", "reviewer")
        assert (there in page, gone in page) == (True, False), query
    for query in ("?sort=-unit", "?sort=nothing&page=99&days=x&tab=zzz", "?days=7", "?product=bms&kind=return"):
        own_house.get(f"/requests{query}", "reviewer")


def test_ticked_requests_are_taken_on_together_or_not_at_all(own_house: House) -> None:
    mine = submitted(own_house, "operator", unit="SZ0073")
    others = [submitted(own_house, fingerprint=f"ESN-PAGE-{n}") for n in (2, 3)]
    page = own_house.get("/requests", "operator")
    data = {**fields(page), "do": "accept"}
    answer = own_house.client("operator").post(
        "/requests/bulk?tab=submitted", data={**data, "ticked": [f"{n}:2" for n in (mine, *others)]}
    )
    assert answer.status_code == 422
    assert mine in BeautifulSoup(answer.text, "html.parser").find(id="refused").find_parent().get_text()  # type: ignore[union-attr]
    assert [record(number).stage for number in (mine, *others)] == ["submitted"] * 3
    ticked = BeautifulSoup(answer.text, "html.parser").find_all("input", attrs={"name": "ticked", "checked": True})
    assert len(ticked) == 3, "what was ticked stays ticked"
    again = own_house.client("operator").post(
        "/requests/bulk?tab=submitted", data={**data, "ticked": [f"{n}:2" for n in others]}
    )
    assert (again.status_code, again.location) == (303, "/requests?tab=submitted")
    assert [record(number).stage for number in others] == ["accepted"] * 2
    late = own_house.client("reviewer").post(
        "/requests/bulk",
        data={**fields(own_house.get("/requests", "reviewer")), "do": "accept", "ticked": f"{others[0]}:2"},
    )
    assert late.status_code == 409


def test_ticks_that_make_no_sense_change_nothing(own_house: House) -> None:
    number = submitted(own_house)
    for ticked, do in (([], "accept"), ([f"{number}:x"], "accept"), ([f"{number}:2"], "delete"), (["x"], "approve")):
        data = {**fields(own_house.get("/requests", "operator")), "do": do, "ticked": ticked}
        assert own_house.client("operator").post("/requests/bulk", data=data).status_code == 422
    assert record(number).stage == "submitted"


def test_a_reviewer_names_a_deputy_who_then_approves(own_house: House) -> None:
    create_user("opal", "Opal", "operator", PASSWORD, actor=SYSTEM)
    number = submitted(own_house)
    act(own_house, number, "accept", "operator")
    page = own_house.get("/requests/delegations", "reviewer")
    data = {**fields(page), "deputy": "opal", "first_day": today().isoformat(), "last_day": ""}
    assert own_house.client("reviewer").post("/requests/delegations", data=data).status_code == 422
    data["last_day"] = today().isoformat()
    assert own_house.client("reviewer").post("/requests/delegations", data=data).status_code == 303
    assert "生效中" in own_house.get("/requests/delegations", "reviewer")
    assert "代理人身份" in own_house.get(f"/requests/{number}", "opal")
    assert act(own_house, number, "approve", "opal").status_code == 303
    assert "代reviewer" in own_house.get(f"/requests/{number}", "unit_user")
    page = own_house.get("/requests/delegations", "reviewer")
    ended = own_house.client("reviewer").post("/requests/delegations/1/end", data={"once": fields(page)["once"]})
    assert ended.status_code == 303
    own_house.get("/requests/delegations", "operator")


def test_an_operator_who_stands_in_for_nobody_approves_nothing(own_house: House) -> None:
    create_user("opal", "Opal", "operator", PASSWORD, actor=SYSTEM)
    number = submitted(own_house)
    act(own_house, number, "accept", "operator")
    assert act(own_house, number, "approve", "opal").status_code == 403
    assert record(number).stage == "accepted"


def test_the_manager_decides_which_requests_two_people_decide(own_house: House) -> None:
    page = own_house.get("/requests/policy", "manager")
    data = {**fields(page), "rule": "some", "kinds": ["return"], "above": "100", "idle_days": "90"}
    wrong = own_house.client("manager").post("/requests/policy", data={**data, "above": "viele"})
    assert wrong.status_code == 422
    assert own_house.client("manager").post("/requests/policy", data=data).status_code == 303
    number = submitted(own_house)
    page = own_house.get(f"/requests/{number}", "operator")
    assert "受理并批准" in page
    assert act(own_house, number, "accept", "operator", **{"granted-0": "2"}).status_code == 303
    assert record(number).stage == "approved"
    assert [line.cpus_granted for line in its_lines(record(number))] == [2]


def test_the_manager_decides_who_issues_and_when_a_set_is_idle_and_a_stale_page_changes_nothing(
    own_house: House,
) -> None:
    manager = own_house.client("manager")
    issued("SQ-2024-9101", unit("SZ9101"), on=str(today() - dt.timedelta(days=40)))
    assert "SQ-2024-9101" not in own_house.get("/desk/idle", "manager")
    first, second = (fields(own_house.get("/requests/policy", "manager")) for _ in range(2))
    data = {"rule": "all", "own_fulfillment": "y"}
    for wrong in ("", "0", "9999", "viele"):
        assert manager.post("/requests/policy", data={**first, **data, "idle_days": wrong}).status_code == 422
    assert manager.post("/requests/policy", data={**first, **data, "version": "", "idle_days": "30"}).status_code == 422
    assert manager.post("/requests/policy", data={**first, **data, "idle_days": "30"}).status_code == 303
    assert "SQ-2024-9101" in own_house.get("/desk/idle", "manager")
    stale = manager.post("/requests/policy", data={**second, "rule": "all", "idle_days": "90"})
    assert stale.status_code == 409
    assert "manager 于" in stale.text
    page = BeautifulSoup(own_house.get("/requests/policy", "manager"), "html.parser")
    assert "办理规则已变更" in page.get_text()
    assert page.select_one("#own_fulfillment[checked]")
    assert page.select_one("#idle_days")["value"] == "30"  # type: ignore[index]


def test_every_page_of_requests_speaks_english_too(own_house: House) -> None:
    number = submitted(own_house)
    for path, role in (
        ("/requests", "reviewer"), (f"/requests/{number}", "operator"), ("/requests/delegations", "reviewer"),
        ("/requests/policy", "manager"), ("/requests/new", "operator"),
    ):  # fmt: skip
        own_house.get(path, role, language="en")


def test_pages_of_requests_have_one_heading_ids_of_their_own_and_no_inline_code(own_house: House) -> None:
    number, draft = submitted(own_house), begun(own_house)
    own_house.app.config["WTF_CSRF_ENABLED"] = True
    for path, role in (
        ("/requests", "reviewer"), (f"/requests/{number}", "operator"), ("/requests/delegations", "reviewer"),
        (f"/requests/{number}", "unit_user"), ("/requests/policy", "manager"), ("/requests/new", "operator"),
        (f"/requests/{draft}/edit?check=1", "unit_user"),
    ):  # fmt: skip
        page = own_house.get(path, role)
        code = InlineCode()
        code.feed(page)
        assert code.found == [], path
        soup = BeautifulSoup(page, "html.parser")
        assert len(soup.find_all("h1")) == 1, path
        ids = [str(tag["id"]) for tag in soup.find_all(id=True)]
        assert sorted(ids) == sorted(set(ids)), path
        named = {str(tag["for"]) for tag in soup.find_all("label", attrs={"for": True})}
        fields = soup.find_all(["input", "select", "textarea"])
        bare = [f for f in fields if f.get("type") not in ("hidden", "submit") and not f.get("aria-label")]
        assert [str(f) for f in bare if f.get("id") not in named] == [], path


def test_warnings_lie_before_the_reviewer(own_house: House) -> None:
    number = submitted(own_house)
    line = {**NEW_LINE, "hosts": "node-9\t4\t64", "fingerprint": "ESN-PAGE-9", "platform": "九号"}
    act(own_house, number, "return", "operator", note="核对")
    assert sent(own_house, number, "submit", with_lines(line)).status_code == 303
    page = own_house.get(f"/requests/{number}", "reviewer")
    assert "64 核" in page
