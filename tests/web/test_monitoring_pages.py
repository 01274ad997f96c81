"""Monitoring on pages: from the draft of a month to the closed form, each step by whoever may, refusals told."""

from __future__ import annotations

import datetime as dt
import io
import secrets

import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader
from sqlalchemy import select

from licensetrack.core import db
from licensetrack.performance.monitoring_models import FollowUp, Monitoring
from tests.site import House

OFFICER, REVIEWER, MANAGER, OPERATOR = "performance_officer", "reviewer", "manager", "operator"
MENDING = {
    "causes": ["staff", "other"], "cause_note": "验收人手不足", "likelihood": "possible", "mend": "y",
    "requirement": "补充人员", "owner": "运营科", "due_on": "2024-10-31",
}  # fmt: skip


def stored() -> Monitoring:
    """The newest monitoring."""
    with db.reading() as session:
        found = session.scalars(select(Monitoring).order_by(Monitoring.id.desc())).first()
        assert found is not None
        session.expunge(found)
    return found


def send(house: House, role: str, path: str, status: int = 303, **form: object) -> str:
    """Sends a form as the page holds it; gives the answer's text."""
    data = {"once": secrets.token_hex(16), "version": str(stored().revision) if "/points/" not in path else "", **form}
    if not data["version"]:
        del data["version"]
    answer = house.client(role).post(path, data=data)
    assert answer.status_code == status, answer.text[-1500:]
    return answer.text


def draft(house: House, month: str = "8") -> int:
    data = {"once": secrets.token_hex(16), "year": "2024", "month": month}
    answer = house.client(OFFICER).post("/monitoring", data=data)
    assert answer.status_code == 303, answer.text[-1500:]
    return stored().id


def fill(house: House, number: int) -> None:
    """Everything that the form of August lacks; the pass rate is yellow and has to be mended."""
    send(house, OFFICER, f"/monitoring/{number}/indicators/C21", **MENDING)
    for code in ("C31", "D12", "D13"):
        send(house, OFFICER, f"/monitoring/{number}/indicators/{code}", band="achieved", value_text="正常推进")
    for code in ("C12", "D11"):
        send(house, OFFICER, f"/monitoring/{number}/indicators/{code}", likelihood="certain")
    spending = {"forecast": "7,515", "forecast_reason": "尾款12月支付"}
    send(house, OFFICER, f"/monitoring/{number}/indicators/budget", **spending)


def test_a_month_goes_from_its_draft_to_the_closed_form(own_house: House) -> None:
    number = draft(own_house)
    page = own_house.get(f"/monitoring/{number}", OFFICER)
    assert "2681个CPU" in page
    listed = [line.text for line in BeautifulSoup(page, "html.parser").select("section[aria-labelledby=gaps] li")]
    assert any("C21 正式软件授权导入通过率" in line for line in listed)
    send(own_house, OFFICER, f"/monitoring/{number}/submit", 422)
    fill(own_house, number)
    send(own_house, OFFICER, f"/monitoring/{number}/submit")
    assert "2024-08-31" in own_house.get("/desk/to_report", REVIEWER)
    send(own_house, REVIEWER, f"/monitoring/{number}/report")
    assert "2024-08-31 C21" in own_house.get("/desk/to_mend", OPERATOR)
    with db.reading() as session:
        point = session.scalars(select(FollowUp.id)).one()
    send(own_house, REVIEWER, f"/monitoring/{number}/close", 422)
    send(own_house, OPERATOR, f"/monitoring/points/{point}/mend", on="2024-10-20", result="到岗两人")
    assert "到岗两人" in own_house.get(f"/monitoring/{number}", "auditor")
    send(own_house, REVIEWER, f"/monitoring/points/{point}/return", reason="附名单")
    send(own_house, OPERATOR, f"/monitoring/points/{point}/mend", on="2024-10-21", result="到岗两人，附名单")
    send(own_house, MANAGER, f"/monitoring/points/{point}/accept")
    send(own_house, MANAGER, f"/monitoring/{number}/close")
    with own_house.client("auditor").get(f"/monitoring/{number}/form.pdf") as answer:
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages)
    assert "到岗两人，附名单" in text.replace("\n", "")
    assert "7,515.00" in text
    assert answer.headers["Content-Disposition"].endswith("monitoring-2024-08-31.pdf")


@pytest.mark.parametrize(
    ("code", "form", "told"),
    [
        ("C11", {"forecast": "1e5"}, "此处应填数字"),
        ("C11", {"forecast": "4500"}, "须说明理由"),
        ("C21", {**MENDING, "owner": " "}, "责任人"),
        ("C21", {**MENDING, "due_on": "soon"}, "不是有效的日期值"),
        ("budget", {"forecast": "7515"}, "须说明理由"),
    ],
)
def test_what_does_not_fit_is_told_at_its_field_and_keeps_what_was_typed(
    house: House, code: str, form: dict[str, object], told: str
) -> None:
    with db.reading() as session:
        found = session.scalars(select(Monitoring.id)).first()
    number = found or draft(house)
    before = stored()
    page = send(house, OFFICER, f"/monitoring/{number}/indicators/{code}", 422, **form)
    errors = " ".join(one.text for one in BeautifulSoup(page, "html.parser").select(".invalid-feedback"))
    assert told in errors
    assert stored().revision == before.revision
    if "forecast" in form:
        assert f'value="{form["forecast"]}"' in page


def test_a_number_typed_into_the_goal_is_refused_and_a_bound_one_is_kept(own_house: House) -> None:
    number = draft(own_house, "7")
    page = send(own_house, OFFICER, f"/monitoring/{number}/header", 422, project="场地授权", goal="不少于4000个CPU。")
    assert "4000" in page
    send(own_house, OFFICER, f"/monitoring/{number}/header", project="场地授权", goal="不少于{target.C11}个CPU。")
    page = own_house.get(f"/monitoring/{number}", OFFICER)
    assert "不少于4000个CPU。" in page
    assert "场地授权" in page


def test_an_old_page_is_told_and_writes_nothing(own_house: House) -> None:
    number = draft(own_house, "7")
    send(own_house, OFFICER, f"/monitoring/{number}/indicators/C12", likelihood="certain")
    data = {"once": secrets.token_hex(16), "version": "1", "likelihood": "possible"}
    answer = own_house.client(OFFICER).post(f"/monitoring/{number}/indicators/C12", data=data)
    assert answer.status_code == 409
    assert stored().judgements["C12"]["likelihood"] == "certain"


def test_the_goals_come_as_declared_with_the_target_of_the_day(house: House) -> None:
    with house.client("auditor").get("/monitoring/goals/2024.pdf?as_of=2024-08-31") as answer:
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages)
    assert "项目支出绩效目标申报表" in text
    assert "4,000" in text
    assert "7,515.00" in text
    house.get("/monitoring/goals/1999.pdf", status=404)


def test_a_year_without_framework_or_a_day_to_come_is_refused_at_the_form(house: House) -> None:
    with db.reading() as session:
        before = len(session.scalars(select(Monitoring.id)).all())
    later = (dt.date.today() + dt.timedelta(days=9)).isoformat()  # noqa: DTZ011 - any day to come
    for form in (
        {"year": "1999", "month": "8"},
        {"year": "2024", "month": "8", "day": later},
        {"year": "x", "month": "8"},
    ):
        answer = house.client(OFFICER).post("/monitoring", data={"once": secrets.token_hex(16), **form})
        assert answer.status_code in (404, 422)
    with db.reading() as session:
        assert len(session.scalars(select(Monitoring.id)).all()) == before
