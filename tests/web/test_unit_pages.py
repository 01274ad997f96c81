"""Pages of units over time: what will move is told before it moves, and the history links both ways."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from licensetrack.core.db import reading
from licensetrack.units.models import Platform, Unit
from tests.invariants import broken
from tests.site import House

LINE = {"category": "事业单位", "district": "南山区", "in_scope": "y"}
DAY = "2024-06-01"


@dataclass
class Desk:
    """An operator's browser that fills in the forms of units as the pages offer them."""

    house: House

    def send(self, path: str, *, page: str = "", by: str = "operator", **fields: Any) -> Any:
        """Fills in the form of a page (its hidden fields as they stand there) and sends it."""
        form = BeautifulSoup(self.house.get(page or path, by), "html.parser").select_one(
            "form[method=post] [name=once]"
        )
        assert form is not None
        whole = form.find_parent("form")
        assert whole is not None
        hidden = [(field["name"], field["value"]) for field in whole.select("input[type=hidden]")]
        data: dict[str, Any] = {}
        for name, value in hidden:
            data.setdefault(str(name), []).append(value)
        return self.house.client(by).post(path, data=data | fields)

    def figures(self) -> dict[str, Any]:
        """Every figure at the end of 2024."""
        answer = self.house.client().get("/api/v1/figures?as_of=2024-12-31").json
        assert answer is not None
        return dict(answer["figures"])


@pytest.fixture
def desk(own_house: House) -> Desk:
    return Desk(own_house)


def unit(code: str) -> Unit:
    with reading() as db:
        return db.scalars(select(Unit).where(Unit.code == code)).one()


def text(page: str) -> str:
    return BeautifulSoup(page, "html.parser").get_text(" ", strip=True)


def books_are_right() -> bool:
    return not broken()


def test_a_unit_is_registered_and_found_by_its_short_name(desk: Desk) -> None:
    fields = {**LINE, "code": "SZ9001", "name": "深圳市测试中心（示例）", "short_name": "测试中心", "on": "2024-01-01"}
    answer = desk.send("/units/new", **fields)
    assert (answer.status_code, answer.location) == (303, f"/units/{unit('SZ9001').id}")
    page = text(desk.house.get(answer.location))
    assert "登记入名录" in page
    assert "深圳市测试中心（示例）" in text(desk.house.get("/units?q=测试中心"))
    assert "深圳市测试中心（示例）" in text(desk.house.get("/units?q=南山"))


def test_a_look_alike_name_comes_back_with_a_box_to_tick(desk: Desk) -> None:
    twin = unit("SZ0001").name.replace("市", "巿")
    refused = desk.send("/units/new", **LINE, code="SZ9001", name=twin)
    assert refused.status_code == 422
    form = BeautifulSoup(refused.text, "html.parser")
    assert form.select_one("#confirmed") is not None
    assert "字形相近" in form.select_one("#confirmed-error").get_text()  # type: ignore[union-attr]
    assert form.select_one("#name")["value"] == twin  # type: ignore[index]
    assert desk.send("/units/new", **LINE, code="SZ9001", name=twin, confirmed="y").status_code == 303


@pytest.mark.parametrize(
    ("fields", "field", "word"),
    [
        ({"code": "SZ0001", "name": "甲"}, "code", "已被"),
        ({"code": "SZ9001", "name": ""}, "name", ""),
        ({"code": "SZ9001", "name": "甲", "credit_code": "91350100M000100Y44"}, "credit_code", "校验码"),
        ({"code": "SZ9001", "name": "甲", "district": "东城区"}, "district", ""),
        ({"code": "SZ9001", "name": "甲", "on": "2999-01-01"}, "on", "晚于"),
    ],
)
def test_what_is_wrong_with_a_new_unit_stands_at_its_field(
    house: House, fields: dict[str, str], field: str, word: str
) -> None:
    answer = Desk(house).send("/units/new", **{**LINE, **fields})
    assert answer.status_code == 422
    error = BeautifulSoup(answer.text, "html.parser").select_one(f"#{field}-error")
    assert error is not None
    assert error.get_text().strip()


def test_a_company_is_warned_of_on_its_page(desk: Desk) -> None:
    desk.send("/units/new", **LINE, code="SZ9001", name="某公司（示例）", credit_code="91350100M000100Y43")
    assert "属于企业" in text(desk.house.get(f"/units/{unit('SZ9001').id}"))


def test_a_unit_moves_with_its_sets_and_a_stale_form_changes_nothing(desk: Desk) -> None:
    one = unit("SZ0001")
    page = f"/units/{one.id}/edit"
    stale = BeautifulSoup(desk.house.get(page), "html.parser").select_one("[name=version]")["value"]  # type: ignore[index]
    moved = {**LINE, "category": one.category, "district": "罗湖区", "on": DAY}
    assert desk.send(page, **moved).status_code == 303
    assert unit("SZ0001").district == "罗湖区"
    held = text(desk.house.get("/figures/units.served?as_of=2024-12-31&district=罗湖区"))
    assert one.name in held
    overtaken = desk.send(page, **{**moved, "district": "南山区", "version": stale})
    assert overtaken.status_code == 409
    assert "罗湖区" in overtaken.text
    assert books_are_right()


def test_a_renamed_unit_shows_both_names(desk: Desk) -> None:
    one = unit("SZ0001")
    assert desk.send(f"/units/{one.id}/rename", name="深圳市新发展局（示例）", on=DAY).status_code == 303
    page = text(desk.house.get(f"/units/{one.id}"))
    assert f"{one.name} → 深圳市新发展局（示例）" in page
    assert "深圳市新发展局（示例）" in text(desk.house.get(f"/units?q={one.name}"))
    assert "深圳市新发展局（示例）" in text(desk.house.get(f"/sets?q={one.name}"))


def test_a_merger_tells_what_will_move_and_links_both_units(desk: Desk) -> None:
    old, new = unit("SZ0001"), unit("SZ0002")
    address = f"/units/{old.id}/merge"
    asked = f"{address}?into=SZ0002&on=2024-12-31"
    preview = BeautifulSoup(desk.house.get(asked), "html.parser")
    rows = [[cell.get_text(strip=True) for cell in row.select("th, td")] for row in preview.select(".moving tbody tr")]
    assert rows
    before = desk.figures()
    sent = desk.send(address, page=asked, reason="机构改革")
    assert (sent.status_code, sent.location) == (303, f"/units/{old.id}")
    page = desk.house.get(f"/units/{old.id}")
    assert f'href="/units/{new.id}"' in page
    assert "自该日起不能再持有授权" in page
    assert f'href="/units/{old.id}"' in desk.house.get(f"/units/{new.id}")
    after = desk.figures()
    assert after.pop("units.served") == before["units.served"] - 1
    assert after == {name: value for name, value in before.items() if name != "units.served"}
    held = text(desk.house.get(f"/units/{new.id}?as_of=2024-12-31"))
    assert all(cell in held for cell in rows[0])
    assert books_are_right()
    assert desk.send(f"/units/{old.id}/reopen", reason="登记有误").status_code == 303
    assert desk.figures() == before
    assert books_are_right()


def test_a_merger_into_what_nobody_knows_is_told_at_the_field(house: House) -> None:
    one = unit("SZ0001")
    page = BeautifulSoup(house.get(f"/units/{one.id}/merge?into=没有的单位&on={DAY}"), "html.parser")
    assert page.select_one("#into-error") is not None
    assert page.select_one(f"form[action='/units/{one.id}/merge']") is None


def test_sent_twice_a_merger_happens_once(desk: Desk) -> None:
    old = unit("SZ0001")
    key = secrets.token_hex(16)
    fields = {"once": key, "version": str(old.version), "into": "SZ0002", "on": "2024-12-31", "reason": "机构改革"}
    answers = [desk.house.client().post(f"/units/{old.id}/merge", data=fields) for _ in range(2)]
    assert [(answer.status_code, answer.location) for answer in answers] == [(303, f"/units/{old.id}")] * 2


def test_a_split_takes_the_chosen_sets_to_the_new_unit(desk: Desk) -> None:
    old = unit("SZ0001")
    address = f"/units/{old.id}/split"
    offered = BeautifulSoup(desk.house.get(f"{address}?on=2024-12-31"), "html.parser").select("[name=sets]")
    number = str(offered[0]["value"])
    new = {**LINE, "code": "SZ9001", "name": "深圳市新设中心（示例）", "reason": "机构改革"}
    sent = desk.send(address, page=f"{address}?on=2024-12-31&sets={number}", **new)
    assert (sent.status_code, sent.location) == (303, f"/units/{unit('SZ9001').id}")
    page = desk.house.get(sent.location)
    assert f"/sets/{number}" in page
    assert f'href="/units/{old.id}"' in page
    assert books_are_right()


def test_a_unit_that_holds_sets_is_closed_only_with_their_return(desk: Desk) -> None:
    old = unit("SZ0001")
    address, page = f"/units/{old.id}/close", f"/units/{old.id}/close?on=2024-12-31"
    refused = desk.send(address, page=page, reason="撤销")
    assert refused.status_code == 422
    assert BeautifulSoup(refused.text, "html.parser").select_one("#return_sets-error") is not None
    assert desk.send(address, page=page, reason="撤销", return_sets="y").status_code == 303
    assert "已撤销" in desk.house.get("/units")
    assert books_are_right()


def test_a_platform_is_described_and_shown_with_its_sets(desk: Desk) -> None:
    with reading() as db:
        platform = db.scalars(select(Platform).order_by(Platform.id)).first()
        assert platform is not None
    address = f"/platforms/{platform.id}"
    assert desk.send(address, network="extranet", vendor="某厂商", software_version="6.5").status_code == 303
    page = text(desk.house.get(address))
    assert "政务外网" in page
    assert "平台上的授权" in page
    assert "某厂商" in text(desk.house.get(f"/units/{platform.unit_id}"))
    assert desk.send(address, network="elsewhere").status_code == 422


def test_who_may_not_change_units_is_offered_nothing(house: House) -> None:
    for role in ("auditor", "manager"):
        page = house.get("/units/1", role)
        assert "/units/1/merge" not in page
        assert "/units/new" not in house.get("/units", role)


def test_a_unit_user_sees_the_own_unit_and_no_other(house: House) -> None:
    listed = BeautifulSoup(house.get("/units", "unit_user"), "html.parser").select("tbody a")
    assert len(listed) == 1
    house.get(str(listed[0]["href"]), "unit_user")
    with reading() as db:
        foreign = db.scalars(select(Platform.id).where(Platform.unit_id == unit("SZ0001").id)).first()
    house.get(f"/platforms/{foreign}", "unit_user", status=404)
    house.get(f"/platforms/{foreign}", "district_manager", status=404)
