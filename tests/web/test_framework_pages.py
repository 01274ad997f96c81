"""A framework is begun, edited and put in force on pages; weights are saved when they add up; a target is adjusted."""

import datetime as dt
import io
import re
import secrets
from typing import Any

import pytest
from bs4 import BeautifulSoup

from licensetrack.core.db import reading
from licensetrack.performance import frameworks
from licensetrack.performance.framework import FOLDER, targets_of
from licensetrack.performance.framework_edits import place_of, places
from licensetrack.performance.framework_models import FrameworkVersion
from tests.site import House

CODE = "department-2024"


def send(house: House, path: str, role: str = "performance_officer", **fields: Any) -> Any:
    """Sends a form as its page would."""
    data = {"once": secrets.token_hex(16), **fields}
    return house.client(role).post(path, data=data, content_type="multipart/form-data")


def drafted(house: House, **fields: Any) -> FrameworkVersion:
    """A draft begun with the library's framework."""
    usual = {"source": f"library:{CODE}", "code": "d2025", "name": "2025年度", "year": "2025", "targets": "keep"}
    answer = send(house, "/frameworks/new", **(usual | fields))
    assert answer.status_code == 303, answer.text[-3000:]
    return row(int(answer.location.rsplit("/", 1)[1]))


def row(framework_id: int) -> FrameworkVersion:
    with reading() as db:
        found = frameworks.version_of(db, framework_id)
        db.expunge(found)
    return found


def weights(version: FrameworkVersion, **other: str) -> dict[str, str]:
    """The weights as the page sends them."""
    said = {place.node["code"]: str(place.node["weight"]) for place in places(version.content)}
    return {f"weight-{code}": weight for code, weight in (said | other).items()}


def problem(answer: Any) -> str:
    page = BeautifulSoup(answer.text, "html.parser")
    return " ".join(one.get_text(" ", strip=True) for one in page.select(".alert-danger, .invalid-feedback"))


def test_a_framework_is_begun_edited_and_put_in_force_by_another_person(own_house: House) -> None:
    draft = drafted(own_house)
    at = f"/frameworks/{draft.id}"
    seen = str(draft.revision)
    answer = send(own_house, f"{at}/weights", version=seen, **weights(draft, C11="6", C12="6"))
    assert answer.status_code == 303, problem(answer)
    seen = str(row(draft.id).revision)
    answer = send(own_house, f"{at}/move", version=seen, act="down:C11")
    assert answer.location.endswith("#node-C11")
    general = {
        "name": "2025年度评价",
        "source": "新规定",
        "grades": "优 85\n良 70\n中 60\n差 0",
        "over": "1.2",
        "under": "0.8",
    }
    assert send(own_house, f"{at}/general", version="3", **general).status_code == 303
    assert send(own_house, f"{at}/put-in-force", version="4").status_code == 403
    assert send(own_house, f"{at}/put-in-force", "manager", version="4").status_code == 303
    with reading() as db:
        found = frameworks.in_force(db, "d2025")
    assert found.grades[0] == ("优", 85)
    group = found.branches[2].branches[0]
    assert [(leaf.code, leaf.weight) for leaf in group.indicators] == [("C12", 6), ("C11", 6)]
    assert "现行有效" in own_house.get(at, "manager")


def test_weights_that_do_not_add_up_are_not_saved_and_stay_as_typed(own_house: House) -> None:
    draft = drafted(own_house)
    answer = send(own_house, f"/frameworks/{draft.id}/weights", version="1", **weights(draft, C11="8"))
    assert answer.status_code == 422
    assert "C1：13≠12" in problem(answer)
    page = BeautifulSoup(answer.text, "html.parser")
    assert page.select_one("input[name=weight-C11]")["value"] == "8"  # type: ignore[index]
    assert row(draft.id).revision == 1
    answer = send(own_house, f"/frameworks/{draft.id}/weights", version="1", **weights(draft, C11="7.001"))
    assert "C11的权重须为" in problem(answer)


def node_form(own_house: House, path: str) -> dict[str, str]:
    """What the page of a node would send unchanged."""
    page = BeautifulSoup(own_house.get(path, "performance_officer"), "html.parser")
    found = {}
    for field in page.select("main form [name]"):
        name = str(field["name"])
        if field.name == "select":
            chosen = field.select_one("option[selected]") or field.select_one("option")
            found[name] = str(chosen["value"]) if chosen else ""
        else:
            found[name] = str(field.get("value", "")) if field.name == "input" else field.get_text().lstrip("\n")
    found.pop("csrf_token", None)
    return found


@pytest.mark.parametrize("code", ["C11", "B11", "D21", "A11", "C1", "C"])
def test_a_node_saved_as_it_stands_stays_as_it_is(own_house: House, code: str) -> None:
    draft = drafted(own_house)
    path = f"/frameworks/{draft.id}/nodes/{code}"
    answer = send(own_house, path, **node_form(own_house, path))
    assert answer.status_code == 303, problem(answer)
    with reading() as db:
        after = frameworks.assembled(db, frameworks.version_of(db, draft.id))
        before = frameworks.assembled(db, draft)
    assert [(leaf, leaf.settings) for leaf in after.leaves()] == [(leaf, leaf.settings) for leaf in before.leaves()]
    assert after.branches == before.branches


def test_an_indicator_is_changed_moved_added_and_taken_away(own_house: House) -> None:
    draft = drafted(own_house)
    at = f"/frameworks/{draft.id}"
    typed = node_form(own_house, f"{at}/nodes/C11")
    typed |= {"target": "4,500", "wanted_evidence": "验收单\n台账", "parent": "C2", "definition": "新的解释"}
    assert send(own_house, f"{at}/nodes/C11", **typed).status_code == 303
    place = place_of(row(draft.id).content, "C11")
    assert (place.parent, place.node["target"], place.node["wanted_evidence"]) == ("C2", "4500", ["验收单", "台账"])
    fresh = typed | {"code": "C13", "name": "授权套数", "measure": "", "rule": "QUAL_3BAND", "nature": "qualitative",
                     "target": "", "target_text": "达到", "version": "2", "once": secrets.token_hex(16)}  # fmt: skip
    answer = send(own_house, f"{at}/nodes/C1/add", **fresh)
    assert answer.status_code == 303, problem(answer)
    assert place_of(row(draft.id).content, "C13").parent == "C1"
    assert send(own_house, f"{at}/move", version="3", act="remove:C13").status_code == 303
    assert "C13" not in [place.node["code"] for place in places(row(draft.id).content)]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"rule": "QUAL_3BAND"}, "不适用于|赋分规则"),
        ({"code": "C12"}, "C12"),
        ({"scoring": "pass_mark ="}, "无法识别的参数"),
        ({"target": "viele"}, "请填写数字"),
        ({"version": "7"}, ""),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_written(
    own_house: House, fields: dict[str, str], words: str
) -> None:
    draft = drafted(own_house)
    path = f"/frameworks/{draft.id}/nodes/C11"
    answer = send(own_house, path, **(node_form(own_house, path) | fields))
    assert answer.status_code == (409 if "version" in fields else 422)
    assert re.search(words, problem(answer))
    assert row(draft.id).revision == 1


def test_a_file_comes_in_as_a_draft_and_goes_out_again(own_house: House) -> None:
    content = (FOLDER / f"{CODE}.toml").read_bytes()
    answer = send(own_house, "/frameworks/upload", file=(io.BytesIO(content), "mine.toml"))
    assert answer.status_code == 303, problem(answer)
    out = own_house.get(f"{answer.location}/framework.toml", "auditor")
    again = send(own_house, "/frameworks/upload", file=(io.BytesIO(out.encode()), "mine.toml"))
    assert again.location == answer.location
    for wrong, words in [(b"", "请选择文件"), (b"\xff\xfe", "不是TOML"), (b"code = 1", "mine.toml：评价等级")]:
        refused = send(own_house, "/frameworks/upload", file=(io.BytesIO(wrong), "mine.toml"))
        assert refused.status_code == 422
        assert re.search(words, problem(refused)), problem(refused)


def test_a_draft_tells_what_it_lacks_before_it_can_be_put_in_force(own_house: House) -> None:
    draft = drafted(own_house, targets="reset")
    page = own_house.get(f"/frameworks/{draft.id}", "manager")
    assert "待设定指标值" in page
    answer = send(own_house, f"/frameworks/{draft.id}/put-in-force", "manager", version="1")
    assert answer.status_code == 422
    assert row(draft.id).stage == "draft"


def test_a_draft_is_discarded_with_a_reason(own_house: House) -> None:
    draft = drafted(own_house)
    assert send(own_house, f"/frameworks/{draft.id}/discard", version="1", reason=" ").status_code == 422
    assert send(own_house, f"/frameworks/{draft.id}/discard", version="1", reason="重复").status_code == 303
    assert row(draft.id).stage == "discarded"
    assert own_house.client("performance_officer").get(f"/frameworks/{draft.id}/edit").status_code == 404


def test_a_target_is_adjusted_with_its_paper_and_both_are_shown(own_full_house: House) -> None:
    at = f"/frameworks/{own_full_house.objects['framework']}"
    fields = {"value": "4,300", "valid_from": "2024-10-01", "author": "市财政局", "document": "", "reason": "再次调整"}
    paper = (io.BytesIO(b"%PDF-1.7 another %%EOF"), "通知.pdf")
    answer = send(own_full_house, f"{at}/targets/C11", **fields, paper=paper)
    assert answer.status_code == 303, problem(answer)
    page = own_full_house.get(f"{at}/targets/C11", "auditor")
    for words in ("≥4,000个CPU", "≥4,200个CPU", "≥4,300个CPU", "通知.pdf", "深财绩〔2024〕8号", "再次调整"):
        assert words in page
    assert "≥4300个CPU（10月1日前：≥4200个CPU；8月20日前：≥4000个CPU）" in own_full_house.get(at, "manager")
    with reading() as db:
        found = frameworks.in_force(db, CODE)
    assert len(targets_of(found, dt.date(2024, 12, 31))["C11"].history) == 3
    draft = own_full_house.objects["framework_draft"]
    assert "请在已启用指标体系的页面登记调整" in own_full_house.get(
        f"/frameworks/{draft}/nodes/C11", "performance_officer"
    )


@pytest.mark.parametrize(("field", "value"), [("reason", ""), ("value", "-1"), ("valid_from", "2025-01-01")])
def test_a_target_that_lacks_something_is_told_at_its_field(own_full_house: House, field: str, value: str) -> None:
    at = f"/frameworks/{own_full_house.objects['framework']}/targets/C11"
    fields = {
        "value": "4300",
        "valid_from": "2024-10-01",
        "author": "市财政局",
        "document": "9号",
        "reason": "再次调整",
    }
    answer = send(own_full_house, at, **(fields | {field: value}))
    assert answer.status_code == 422
    page = BeautifulSoup(answer.text, "html.parser")
    assert page.select_one(f"#{field}-error") is not None
