"""A framework's content is edited node by node; what does not fit is refused, and what was given stays as it was."""

from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest

from licensetrack.core.errors import NotFound, Refused
from licensetrack.performance.framework import framework, load
from licensetrack.performance.framework_copying import copied
from licensetrack.performance.framework_edits import (
    ROOT,
    Balance,
    add_node,
    balances,
    change_node,
    hang_node,
    move_node,
    place_of,
    places,
    remove_node,
    weigh,
)
from licensetrack.performance.framework_toml import settings_text

SAMPLE: dict[str, Any] = deepcopy(dict(load("department-2024").data))
D = Decimal


def codes(content: Any, below: str = "C1") -> list[str]:
    return [place.node["code"] for place in places(content) if place.parent == below]


@pytest.fixture(autouse=True)
def what_was_given_stays() -> Any:
    """No edit changes the content that it is given."""
    before = deepcopy(SAMPLE)
    yield
    assert before == SAMPLE


def test_the_whole_tree_is_walked_from_above() -> None:
    walked = [(place.node["code"], place.level, place.parent) for place in places(SAMPLE)]
    assert walked[:3] == [("A", 1, ROOT), ("A1", 2, "A"), ("A11", 3, "A1")]
    assert len(walked) == 4 + 11 + sum(1 for _ in load("department-2024").leaves())


def test_a_node_is_added_last_and_weighs_nothing() -> None:
    leaf = {"code": "C13", "name": "授权套数", "nature": ">=", "target": "180", "rule": "POS_FULL_PROP"}
    made = add_node(SAMPLE, "C1", leaf)
    assert codes(made) == ["C11", "C12", "C13"]
    assert place_of(made, "C13").node["weight"] == 0
    branch = add_node(add_node(SAMPLE, ROOT, {"code": "E", "name": "其他"}), "E", {"code": "E1", "name": "其他"})
    assert codes(branch, "E") == ["E1"]
    framework(branch, whole=False)


def test_nothing_stands_below_the_third_level() -> None:
    with pytest.raises(Refused, match="no further level"):
        add_node(SAMPLE, "C11", {"code": "X"})
    with pytest.raises(NotFound):
        add_node(SAMPLE, "Z9", {"code": "X"})


def test_fields_change_and_empty_ones_go() -> None:
    made = change_node(SAMPLE, "C11", {"name": "虚拟化授权", "target": "4100", "formula": "", "points": []})
    node = place_of(made, "C11").node
    assert (node["name"], node["target"], "formula" in node, "points" in node) == ("虚拟化授权", "4100", False, False)
    assert node["measure"] == "virtualization.accepted_cpus"
    assert codes(change_node(SAMPLE, "C1", {"code": "C9"}), "C9") == ["C11", "C12"]


def test_a_recorded_target_is_not_changed_by_an_edit_and_its_code_stays() -> None:
    assert place_of(change_node(SAMPLE, "C11", {"target": "9"}, recorded=True), "C11").node["target"] == 4000
    with pytest.raises(Refused, match="its code stays") as refusal:
        change_node(SAMPLE, "C11", {"code": "C19"}, recorded=True)
    assert refusal.value.field == "code"


@pytest.mark.parametrize(
    ("code", "steps", "after"),
    [
        ("C12", -1, ["C12", "C11"]),
        ("C11", -1, ["C11", "C12"]),
        ("C11", 1, ["C12", "C11"]),
        ("C12", 1, ["C11", "C12"]),
    ],
)
def test_a_node_moves_among_its_siblings(code: str, steps: int, after: list[str]) -> None:
    assert codes(move_node(SAMPLE, code, steps)) == after


def test_a_node_hangs_below_another_parent_of_the_same_level() -> None:
    made = hang_node(SAMPLE, "C12", "D1")
    assert codes(made) == ["C11"]
    assert codes(made, "D1")[-1] == "C12"
    assert codes(hang_node(SAMPLE, "C4", "D"), "C4") == ["C41"]
    assert hang_node(SAMPLE, "C12", "C1") == SAMPLE
    for code, parent in [("C12", "D"), ("C", "A"), ("C4", "D1")]:
        with pytest.raises(Refused, match="can not stand below"):
            hang_node(SAMPLE, code, parent)


def test_a_node_goes_only_when_nothing_stands_below_it() -> None:
    assert codes(remove_node(SAMPLE, "C12")) == ["C11"]
    with pytest.raises(Refused, match="First take away"):
        remove_node(SAMPLE, "C4")
    assert codes(remove_node(remove_node(SAMPLE, "C41"), "C4"), "C") == ["C1", "C2", "C3"]


def test_weights_are_saved_when_they_add_up_at_every_level() -> None:
    made = weigh(SAMPLE, {"C11": D("6.5"), "C12": D("5.5")})
    assert [leaf.weight for leaf in framework(made).branches[2].branches[0].indicators] == [D("6.5"), D("5.5")]


def test_weights_that_do_not_add_up_name_every_place() -> None:
    with pytest.raises(Refused, match="C1：13≠12；") as refusal:
        weigh(SAMPLE, {"C11": D(8), "D": D(31)})
    assert "100：101≠100" in str(refusal.value)
    assert "D：30≠31" in str(refusal.value)


def test_balances_tell_what_is_off() -> None:
    made = remove_node(SAMPLE, "C12")
    assert [one for one in balances(made) if not one.even] == [Balance("C1", D(12), D(7))]
    assert all(one.even for one in balances(SAMPLE))


def test_a_copy_belongs_to_another_year_with_targets_kept_or_to_be_set() -> None:
    last = load("department-2024")
    kept = copied(last, code="department-2025", name="2025年度", year=2025, keep_targets=True)
    found = framework(kept)
    assert (found.code, found.year, found.name) == ("department-2025", 2025, "2025年度")
    assert {leaf.code: [one.value for one in leaf.targets] for leaf in found.leaves()} == {
        leaf.code: [one.value for one in leaf.targets[-1:]] for leaf in last.leaves()
    }
    reset = framework(copied(last, code="d2025", name="2025", year=2025, keep_targets=False), whole=False)
    assert not any(leaf.targets for leaf in reset.leaves())
    assert [leaf.target_text for leaf in reset.leaves()] == [leaf.target_text for leaf in last.leaves()]
    with pytest.raises(Refused, match="needs a target"):
        framework(reset.data)


def test_the_parameters_of_a_rule_are_shown_as_lines() -> None:
    assert settings_text(place_of(SAMPLE, "D21").node) == "steps = [[90, 100], [80, 80], [60, 50]]"
    assert settings_text({"pass_mark": "60", "scoring": {"elements": ["一", "二"]}}) == (
        'pass_mark = 60\nelements = ["一", "二"]'
    )


VARIANTS = {
    "department-common": {"决策": 20, "过程": 20, "产出": 30, "效益": 30},
    "self-assessment": {"预算执行率": 10, "产出指标": 50, "效益指标": 30, "满意度指标": 10},
    "self-assessment-cost": {"预算执行率": 10, "成本指标": 20, "产出指标": 40, "效益指标": 20, "满意度指标": 10},
    "self-assessment-unasked": {"预算执行率": 10, "产出指标": 50, "效益指标": 40},
    "self-assessment-cost-unasked": {"预算执行率": 10, "成本指标": 20, "产出指标": 40, "效益指标": 30},
}


@pytest.mark.parametrize("code", VARIANTS)
def test_the_library_holds_the_common_framework_and_the_variants_of_the_form(code: str) -> None:
    found = load(code)
    assert {branch.name: branch.weight for branch in found.branches} == VARIANTS[code]
    assert (found.year, found.kind) == (None, "evaluation" if code == "department-common" else "self-assessment")
    assert all(leaf.definition and leaf.wanted_evidence for leaf in found.leaves())
    begun = copied(found, code="mine2025", name=found.name, year=2025, keep_targets=True)
    assert framework(begun, whole=False).year == 2025


def test_the_common_framework_has_the_indicators_of_the_regulation() -> None:
    assert [leaf.name for leaf in load("department-common").leaves()] == [
        "立项依据充分性", "立项程序规范性", "绩效目标合理性", "绩效指标明确性", "预算编制科学性", "资金分配合理性",
        "资金到位率", "预算执行率", "资金使用合规性", "管理制度健全性", "制度执行有效性", "实际完成率", "质量达标率",
        "完成及时性", "成本节约率", "实施效益", "社会公众或服务对象满意度",
    ]  # fmt: skip
    assert all(leaf.points for leaf in load("department-common").leaves())
