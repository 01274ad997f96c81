"""A draft is written on pages: what is typed is kept, what is missing is one click away, numbers are figures."""

import re
from collections.abc import Mapping

import pytest
from bs4 import BeautifulSoup

from tests.site import House
from tests.web.forms import form_of

OFFICER, REVIEWER, MANAGER = "performance_officer", "reviewer", "manager"
TYPED = {"Accept": "application/json"}


def post(
    house: House, path: str, form: Mapping[str, str], role: str = OFFICER, *, status: int = 303, by_itself: bool = False
) -> str:
    """Sends a form; the address that it leads to, or the text of the answer."""
    answer = house.client(role).post(path, data=dict(form), headers=TYPED if by_itself else {})
    assert answer.status_code == status, answer.text[-1500:]
    return str(answer.location or answer.text)


def reopened(house: House) -> str:
    """The address of the draft that re-opening the signed evaluation makes."""
    form = form_of(house.get("/evaluations/1", OFFICER), "/reopen")
    return post(house, "/evaluations/1/reopen", form | {"note": "补记验收"})


def write(house: House, address: str, role: str = OFFICER, *, status: int = 303, **typed: str) -> str:
    """Opens a part's page, types something else into some fields, and keeps it."""
    return post(house, address, form_of(house.get(address, role), "") | typed, role, status=status)


def open_points(house: House, draft: str) -> list[tuple[str, str]]:
    """(address, text) of everything that the draft's page says is missing."""
    page = BeautifulSoup(house.get(f"{draft}/write", OFFICER), "html.parser")
    counted = page.select_one("[data-open-points]")
    lines = [
        (str(line.a["href"]), line.span.get_text()) for line in page.select(".open-points li") if line.a and line.span
    ]
    assert counted is not None
    assert int(str(counted["data-open-points"])) == len(lines)
    return lines


@pytest.fixture
def draft(own_house: House) -> str:
    """The draft of a re-opened evaluation."""
    return reopened(own_house)


def test_a_reopened_evaluation_lacks_nothing_and_every_value_opens_into_its_rows(own_house: House, draft: str) -> None:
    assert open_points(own_house, draft) == []
    page = own_house.get(f"{draft}/write/marks/C11", OFFICER)
    traces = {str(link["href"]) for link in BeautifulSoup(page, "html.parser").select("a[href*='/figures/']")}
    assert any("/figures/virtualization.accepted_cpus?as_of=2024-12-31" in address for address in traces)
    rows = own_house.get(next(address for address in traces if "accepted_cpus" in address), OFFICER)
    assert "4,375" in rows


def test_what_is_missing_is_listed_with_a_link_to_its_field(own_house: House, draft: str) -> None:
    write(own_house, f"{draft}/write/marks/A11", reason="")
    write(own_house, f"{draft}/write/header", goal="")
    assert open_points(own_house, draft) == [
        (f"{draft}/write/header#goal", "尚未填写。"),
        (f"{draft}/write/marks/A11#reason", "人工评分须说明理由。"),
    ]
    page = own_house.get(f"{draft}/write/marks/A11", OFFICER)
    assert 'id="reason"' in page
    assert "人工评分须说明理由。" in page


def test_a_typed_number_is_kept_and_named_with_its_place_and_stops_the_completion(own_house: House, draft: str) -> None:
    place = f"{draft}/write/sections/1"
    write(own_house, place, paragraphs="已验收4375个CPU，其中{virtualization.accepted_cpus=4376}个。\n共{no.such}个。")
    told = [text for address, text in open_points(own_house, draft) if address == f"{place}#paragraphs"]
    assert len(told) == 2
    assert re.search(r"一、基本情况.*4376", told[0])
    assert "no.such" in told[1]
    form = form_of(own_house.get(f"{draft}/write", OFFICER), "/complete")
    answer = post(own_house, f"{draft}/complete", form, status=422)
    assert "一、基本情况" in answer
    assert "4376" in answer
    write(own_house, place, paragraphs="已验收{virtualization.accepted_cpus=4376}个CPU。")
    assert ["4376" in text and "4375" in text for _, text in open_points(own_house, draft)] == [True]
    assert "{virtualization.accepted_cpus=4376}" in own_house.get(place, OFFICER)
    write(own_house, place, paragraphs="已验收{virtualization.accepted_cpus=4375}个CPU，等级为{grade}。")
    assert open_points(own_house, draft) == []
    assert (
        "已验收4375个CPU，等级为优。"
        in BeautifulSoup(own_house.get(f"{draft}/texts", OFFICER), "html.parser").get_text()
    )


def test_what_is_typed_is_kept_by_itself_and_the_page_told_what_it_reads(own_house: House, draft: str) -> None:
    place = f"{draft}/write/marks/A22"
    form = form_of(own_house.get(place, OFFICER))
    answer = own_house.client(OFFICER).post(
        place, data=form | {"score": "2.4", "band": "achieved", "facts": "共{units.served}家。"}, headers=TYPED
    )
    told = answer.json
    assert told is not None
    assert (answer.status_code, told["score"], told["notes"], told["version"]) == (200, "2.4", [], 2)
    (sentence,) = told["read"]["facts"]
    assert ["".join(text for text, _, _ in sentence), sentence[1][1]] == ["共124家。", "units.served"]
    assert sentence[1][2].startswith("/figures/units.served?as_of=2024-12-31&known_at=")
    assert "2.4" in own_house.get(place, OFFICER)


def test_a_stale_form_is_told_what_changed_and_keeps_what_was_typed(own_house: House, draft: str) -> None:
    place = f"{draft}/write/marks/A11"
    mine = form_of(own_house.get(place, OFFICER)) | {"reason": "我的理由", "facts": "我的事实"}
    write(own_house, place, reason="他的理由")
    assert "conflict" not in post(own_house, place, mine, status=409, by_itself=True)
    page = post(own_house, place, mine, status=409)
    shown = BeautifulSoup(page, "html.parser")
    theirs = {
        str(row.dt.get_text()): str(row.dd.get_text()) for row in shown.select(".theirs > div") if row.dt and row.dd
    }
    assert theirs["评分理由"] == "他的理由"
    assert set(theirs) == {"评分理由", "事实和依据"}
    again = form_of(page)
    assert (again["reason"], again["facts"]) == ("我的理由", "我的事实")
    post(own_house, place, again)
    assert "我的理由" in own_house.get(place, OFFICER)


def test_chapters_are_added_moved_and_taken_away(own_house: House, draft: str) -> None:
    def titles() -> list[str]:
        page = BeautifulSoup(own_house.get(f"{draft}/texts", OFFICER), "html.parser")
        return [heading.get_text() for heading in page.select(".chapter-head :is(h2, h3, h4, h5)")]

    before = titles()
    add = form_of(own_house.get(f"{draft}/texts", OFFICER), "") | {"do": "add", "level": "1", "title": "", "place": ""}
    assert "标题尚未填写" in post(own_house, f"{draft}/texts", add, status=422)
    made = post(own_house, f"{draft}/texts", add | {"title": "六、存在的问题"})
    assert titles() == [*before, "六、存在的问题"]
    key = "section:" + made.rpartition("/")[2]
    form = {"once": "a" * 32, "version": "1", "place": key, "do": "up"}
    post(own_house, f"{draft}/texts", form)
    assert titles() == [*before[:-1], "六、存在的问题", before[-1]]
    post(own_house, f"{draft}/texts", form | {"once": "b" * 32, "do": "remove"})
    assert titles() == before


def test_three_people_take_it_to_its_signature_and_a_reviewer_may_send_it_back(own_house: House, draft: str) -> None:
    def step(name: str, role: str, *, status: int = 303, **more: str) -> str:
        page = own_house.get(f"{draft}/write" if name == "complete" else draft, role)
        return post(own_house, f"{draft}/{name}", form_of(page, f"/{name}") | more, role, status=status)

    step("complete", OFFICER)
    stale = form_of(own_house.get(draft, REVIEWER), "/review")
    assert "须填写原因" in step("send-back", REVIEWER, status=422)
    step("send-back", REVIEWER, note="A22 的理由请写明要点")
    assert "A22 的理由请写明要点" in own_house.get(draft, OFFICER)
    write(own_house, f"{draft}/write/marks/A22", reason="扣{lost.A22}分。三项要点中有一项不符。")
    step("complete", OFFICER)
    post(own_house, f"{draft}/review", stale, REVIEWER, status=409)
    assert own_house.get(draft, OFFICER).count("/review") == 0
    step("review", REVIEWER)
    step("sign", MANAGER)
    page = own_house.get(draft, "auditor")
    assert "已签署" in page
    assert "扣1分。三项要点中有一项不符。" in page
    assert f"{draft}/write" not in own_house.get(draft, OFFICER)
    assert own_house.client(OFFICER).get(f"{draft}/write").status_code == 302
    assert own_house.get("/evaluations/1", "auditor").count("已签署") > 0


def test_a_missing_paper_leads_to_the_upload_form_with_its_indicator_chosen(full_house: House) -> None:
    draft = f"/evaluations/{full_house.objects['draft_evaluation']}"
    [first, *_] = [
        address for address, text in open_points(full_house, draft) if text.startswith("缺少应提供的佐证材料")
    ]
    page = BeautifulSoup(full_house.get(first, OFFICER), "html.parser")
    chosen = page.select_one("select[name=indicator] option[selected]")
    assert chosen is not None
    assert chosen.get_text().startswith("2023 A11")
    assert "立项依据文件" in chosen.get_text()
    reason = page.select_one("[name=reason]")
    assert reason is not None
    assert "A11" in reason.get_text()
