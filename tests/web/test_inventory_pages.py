"""The pages of the inventory: filters, figures that open into rows, errors at the field, stale forms, one effect."""

from __future__ import annotations

import io
import re
import secrets
from typing import Any

import pytest
from bs4 import BeautifulSoup

from licensetrack.core.db import reading
from licensetrack.exchange.mappings import saved_mappings
from licensetrack.inventory import queries
from tests.site import House


def soup(page: str) -> BeautifulSoup:
    return BeautifulSoup(page, "html.parser")


def difference(house: House, which: str) -> Any:
    with reading() as db:
        found = queries.difference(db, int(house.objects[f"{which}_difference"]))
        db.expunge(found)
    return found


def sent(house: House, path: str, role: str = "operator", **form: str) -> Any:
    return house.client(role).post(path, data={"once": "a" * 32, **form})


def test_missing_idle_and_unseen_are_told_apart_and_open_into_hosts_and_sets(full_house: House) -> None:
    page = full_house.get("/inventory?q=核查云&state=missing")
    assert "核查云" in page
    assert "SQ-2025-9301" not in page
    unit = full_house.get(f"/inventory/units/{full_house.objects['own_unit']}")
    assert "SQ-2025-9301" in unit
    assert "host-1" in unit
    assert "尚未巡检" in full_house.get("/inventory?state=unseen")


def test_a_person_of_one_unit_sees_his_own_positions_alone(full_house: House) -> None:
    page = full_house.get("/inventory", "unit_user")
    assert "核查云" in page
    assert "测试云" not in page
    full_house.get(f"/inventory/scans/{full_house.objects['foreign_scan']}", "unit_user", status=404)


def test_a_unit_explains_what_was_found_at_it_and_sees_no_comparison_of_the_city(own_full_house: House) -> None:
    house, found = own_full_house, difference(own_full_house, "own")
    listed = house.get("/inventory/differences", "unit_user")
    assert f"/inventory/differences/{found.id}" in listed
    assert f"/inventory/differences/{difference(house, 'foreign').id}" not in listed
    path = f"/inventory/differences/{found.id}"
    page = house.get(path, "unit_user")
    assert "/inventory/runs" not in listed + page
    assert {form["action"] for form in soup(page).select("main form")} == {f"{path}/explain"}
    waiting = house.get("/desk/to_explain", "unit_user")
    assert path in waiting
    said = sent(house, f"{path}/explain", "unit_user", version=str(found.revision), note="扩容申请已提交")
    assert said.status_code == 303
    assert path not in house.get("/desk/to_explain", "unit_user")
    assert "扩容申请已提交" in house.get(path)
    assert "waive" not in house.get(path, "unit_user")
    assert sent(house, f"{path}/waive", "unit_user", until="2027-01-01", reason="x").status_code == 403


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_positions_and_differences_are_exported(full_house: House, form: str) -> None:
    for path in (f"/inventory/export.{form}?state=missing", f"/inventory/differences/export.{form}"):
        answer = full_house.client("operator").get(path)
        assert answer.status_code == 200
        assert len(answer.data) > 50
        answer.close()


def test_what_is_wrong_is_told_at_its_field_and_what_was_typed_stays(full_house: House) -> None:
    found = difference(full_house, "own")
    path = f"/inventory/differences/{found.id}/work-off"
    answer = sent(full_house, path, version=str(found.revision), action="expand", number="SQ-2025-9301",
                  on="2025-04-03", cpus="99", reason="补足")  # fmt: skip
    assert answer.status_code == 422
    assert "会产生新的差异" in answer.text
    assert 'value="99"' in answer.text
    assert difference(full_house, "own").stage == "open"


def test_a_stale_form_is_a_conflict(full_house: House) -> None:
    found = difference(full_house, "own")
    answer = sent(full_house, f"/inventory/differences/{found.id}/explain", version="77", note="已核实")
    assert answer.status_code == 409


def test_the_act_sent_twice_has_one_effect_and_the_second_leads_to_the_first(own_full_house: House) -> None:
    found = difference(own_full_house, "own")
    form = {"version": str(found.revision), "action": "expand", "number": "SQ-2025-9301", "on": "2025-04-03",
            "cpus": "4", "reason": "按巡检补足"}  # fmt: skip
    path = f"/inventory/differences/{found.id}/work-off"
    first, second = sent(own_full_house, path, **form), sent(own_full_house, path, **form)
    assert first.status_code == second.status_code == 303, first.text[-2000:]
    assert first.location == second.location
    done = difference(own_full_house, "own")
    assert done.stage == "worked_off"
    with reading() as db:
        assert [step.action for step in queries.steps(db, found.id)] == ["find", "work_off"]
    page = own_full_house.get(first.location)
    assert "台账整改" in page
    assert re.search(r"SQ-2025-9301</a>", page)


def test_the_one_who_asked_does_not_answer_and_another_does(own_full_house: House) -> None:
    found = difference(own_full_house, "asked")
    path = f"/inventory/differences/{found.id}/confirm"
    assert "须由他人答复" in sent(own_full_house, path, version=str(found.revision)).text
    answer = own_full_house.client("reviewer").post(path, data={"once": "b" * 32, "version": str(found.revision)})
    assert answer.status_code == 303
    assert difference(own_full_house, "asked").stage == "waived"


def test_a_comparison_on_the_page_says_what_went_in_and_what_came(own_full_house: House) -> None:
    answer = sent(own_full_house, "/inventory/runs", as_of="2025-05-01")
    assert answer.status_code == 303
    page = own_full_house.get(answer.location)
    assert "比对输入" in page
    back = own_full_house.client("operator").post("/inventory/runs", data={"once": "c" * 32, "as_of": "2025-04-30"})
    assert back.status_code == 422
    assert "不能早于" in back.text


def test_a_core_rule_is_stated_with_its_source(own_full_house: House) -> None:
    form = {"product": "virtualization", "vendor": "", "cores": "32", "reason": ""}
    assert sent(own_full_house, "/inventory/core-rules", **form).status_code == 422
    answer = own_full_house.client("operator").post(
        "/inventory/core-rules", data={**form, "reason": "合同第八条", "once": "d" * 32}
    )
    assert answer.status_code == 303
    assert "合同第八条" in own_full_house.get("/inventory/core-rules")


def test_a_maker_s_rule_stands_under_any_way_of_writing_its_name(own_full_house: House) -> None:
    form = {"product": "virtualization", "vendor": "Acme Soft", "cores": "32", "reason": "合同第八条"}
    again = {**form, "vendor": "acme  SOFT", "cores": "16", "reason": "合同第九条"}
    spaced = {**form, "vendor": "AcmeSoft", "cores": "8", "reason": "合同第十条"}
    for nth, said in enumerate((form, again, spaced)):
        answer = own_full_house.client("operator").post("/inventory/core-rules", data={**said, "once": f"{nth}" * 32})
        assert answer.status_code == 303
    rows = [row.get_text() for row in soup(own_full_house.get("/inventory/core-rules")).select("tr")]
    marks = {reason: "有效" in row for row in rows for reason in ("第八条", "第九条", "第十条") if reason in row}
    assert marks == {"第八条": False, "第九条": False, "第十条": True}


def chosen(house: House, start: str = "kind:hosts") -> str:
    """A file of hosts chosen to be mapped; the address of its columns."""
    file = (io.BytesIO("Cluster,Host,Sockets\n云,n1,2".encode()), "厂商导出.csv")
    data = {"file": file, "start": start, "once": secrets.token_hex(16)}
    answer = house.client("operator").post("/load/mapped", data=data, content_type="multipart/form-data")
    assert answer.status_code == 303
    return str(answer.location)


def save_as(house: House, address: str, name: str, **more: str) -> Any:
    """Saves the mapping of a page as it stands there, under a name."""
    form = soup(house.get(address)).select_one("main form")
    assert form is not None
    data = {field["name"]: field.get("value", "") for field in form.select("input[type=hidden]")}
    fields = {"column-platform": "Cluster", "column-host": "Host", "column-sockets": "Sockets", "fixed-unit": "某单位",
              "fixed-seen_on": "2024-06-01"}  # fmt: skip
    return lambda: house.client("operator").post(
        f"{address.partition('?')[0]}/save", data={**data, **fields, "name": name, **more}
    )


def test_a_mapping_that_somebody_saved_meanwhile_is_not_overwritten(own_full_house: House) -> None:
    first = save_as(own_full_house, chosen(own_full_house), "云平台导出")()
    assert first.status_code == 303
    one, other = (save_as(own_full_house, first.location, "云平台导出", **{"fixed-unit": who}) for who in ("甲", "乙"))
    assert one().status_code == 303
    assert other().status_code == 409
    assert save_as(own_full_house, chosen(own_full_house), "云平台导出")().status_code == 409  # a name not seen at all
    with reading() as db:
        [kept] = saved_mappings(db)
        assert (kept.fixed["unit"], kept.version) == ("甲", 2)
    assert save_as(own_full_house, first.location, "云平台导出", **{"fixed-unit": "丙"})().status_code == 303
