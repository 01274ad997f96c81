"""A framework is a file that an office edits: what is wrong in it is said with the node it stands at."""

import copy
import datetime as dt
import json
import tomllib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from licensetrack.core.columns import canonical_json
from licensetrack.core.errors import NotFound
from licensetrack.performance.file_tables import FileError
from licensetrack.performance.framework import FOLDER, framework, library, load, read

Data = dict[str, Any]


@pytest.fixture
def data() -> Data:
    return tomllib.loads((FOLDER / "department-2024.toml").read_text(encoding="utf-8"), parse_float=Decimal)


def leaf(data: Data, code: str) -> Data:
    for first in data["level1"]:
        for second in first["level2"]:
            for third in second["level3"]:
                if third["code"] == code:
                    found: Data = third
                    return found
    raise KeyError(code)


@pytest.mark.parametrize("code", library())
def test_every_framework_of_the_library_can_be_used(code: str) -> None:
    found = load(code)
    assert sum(leaf.weight for leaf in found.leaves()) == 100
    assert found.code == code


def test_the_framework_of_2024_has_the_branches_of_the_ministrys_outline() -> None:
    found = load("department-2024")
    assert [(branch.name, branch.weight) for branch in found.branches] == [
        ("决策", 20), ("过程", 20), ("产出", 30), ("效益", 30),
    ]  # fmt: skip
    names = [leaf.name for branch in found.branches[:2] for leaf in branch.leaves()]
    assert names == [
        "立项依据充分性", "立项程序规范性", "绩效目标合理性", "绩效指标明确性", "预算编制科学性", "资金分配合理性",
        "资金到位率", "预算执行率", "资金使用合规性", "管理制度健全性", "制度执行有效性",
    ]  # fmt: skip


def test_there_is_no_framework_of_that_name() -> None:
    with pytest.raises(NotFound, match="no framework “1999”"):
        load("1999")


def test_frozen_content_gives_the_same_framework_again(data: Data) -> None:
    once = framework(data)
    again = framework(json.loads(canonical_json(data)))
    assert list(once.leaves()) == list(again.leaves())
    assert once.digest("sha256") == again.digest("sha256")


def test_the_digest_of_a_framework_covers_its_content(data: Data) -> None:
    before = framework(data).digest("sha256")
    leaf(data, "C11")["rule_text"] += "。"
    assert framework(data).digest("sha256") != before


def set_leaf(code: str, /, **fields: object) -> Callable[[Data], None]:
    def change(data: Data) -> None:
        leaf(data, code).update(fields)

    return change


def drop(code: str, field: str) -> Callable[[Data], None]:
    def change(data: Data) -> None:
        del leaf(data, code)[field]

    return change


def grades(*bounds: int) -> Callable[[Data], None]:
    def change(data: Data) -> None:
        data["grades"] = [{"name": str(bound), "from": bound} for bound in bounds]

    return change


def weigh(level1: int, level2: int | None, weight: int) -> Callable[[Data], None]:
    def change(data: Data) -> None:
        node = data["level1"][level1]
        (node if level2 is None else node["level2"][level2])["weight"] = weight

    return change


TWO_TARGETS = [
    {"value": 3000, "from": dt.date(2024, 1, 1), "author": "a", "document": "d", "reason": "r"},
    {"value": 4000, "from": dt.date(2024, 8, 20), "author": "a", "document": "d", "reason": "r"},
]
BROKEN = [
    (set_leaf("C11", weight=6), r"C1 产出数量: the weights below it add up to 11 \(C11 6 \+ C12 5\), not to 12"),
    (weigh(2, 1, 9), r"C2 产出质量: the weights below it add up to 8"),
    (weigh(3, None, 31), r"D 效益: the weights below it add up to 30"),
    (set_leaf("C11", code="C12"), "the code C12 appears twice"),
    (set_leaf("C11", rule="POS"), "C11 虚拟化软件授权数量: there is no scoring rule POS"),
    (set_leaf("C11", rule="NEG_LINEAR"), "C11 .*: the rule NEG_LINEAR does not fit an indicator of nature >="),
    (set_leaf("C11", nature="about"), "C11 .*: its nature about is not one of"),
    (set_leaf("C11", measure="virtualization.cpus"), "C11 .*: there is no measure virtualization.cpus"),
    (set_leaf("B11", per="budget.all"), "B11 .*: there is no measure budget.all"),
    (set_leaf("C11", target="many"), "C11 .*: “target” must be a number, not many"),
    (set_leaf("C11", target=True), "C11 .*: “target” must be a number"),
    (set_leaf("C11", target="NaN"), "C11 .*: “target” must be a number"),
    (set_leaf("C11", target=-1), "C11 .*: a target must not be negative"),
    (drop("C11", "target"), "C11 .*: the rule POS_FULL_PROP needs a target"),
    (set_leaf("C11", targets=TWO_TARGETS), "C11 .*: give either `target` or `targets`"),
    (drop("C11", "name"), "C11: “name” is missing"),
    (set_leaf("C11", definition=" "), "C11 .*: “definition” is empty"),
    (set_leaf("C11", wieght=3), "C11 .*: the field “wieght” is not known here"),
    (set_leaf("C11", points="one"), "C11 .*: “points” must be a list of texts"),
    (set_leaf("D21", scoring={"steps": [[80, 80], [90, 100]]}), "D21 .*: “steps”: they must go from the highest down"),
    (set_leaf("D21", scoring={"steps": [90, 80]}), "D21 .*: “steps” must be a list of at most 50 lines, each of 2"),
    (set_leaf("D21", scoring=[90]), "D21 .*: “scoring” must be a table"),
    (set_leaf("D21", scoring={"pass_mark": 50}), "D21 .*: the rule has no parameter “pass_mark”"),
    (set_leaf("A11", rule="ELEMENTS", points=[]), "A11 .*: the rule ELEMENTS needs elements"),
    (set_leaf("C11", rule="FORMULA"), "C11 .*: the rule needs its parameter “formula”"),
    (
        set_leaf("C11", rule="FORMULA", scoring={"formula": "valeu"}),
        "C11 .*: the formula speaks of valeu, which is not",
    ),
    (drop("A11", "target_text"), "A11 .*: a qualitative indicator needs its `target_text`"),
    (set_leaf("A11", target=3), "A11 .*: a qualitative indicator has no target number"),
    (set_leaf("A11", per="budget.spent"), "A11 .*: `per` needs a `measure`"),
    (grades(80, 90, 0), "the grades must go from the best down to 0"),
    (grades(90, 60), "the grades must go from the best down to 0"),
    (grades(), "the grades must go from the best down to 0"),
]


@pytest.mark.parametrize(("change", "said"), BROKEN)
def test_what_is_wrong_in_a_framework_is_said_with_its_place(
    data: Data, change: Callable[[Data], None], said: str
) -> None:
    broken = copy.deepcopy(data)
    change(broken)
    with pytest.raises(FileError, match=said):
        framework(broken, "mine.toml")


def test_a_weight_of_nothing_is_refused(data: Data) -> None:
    leaf(data, "C11")["weight"], leaf(data, "C12")["weight"] = 0, 12
    with pytest.raises(FileError, match="its weight must be above zero"):
        framework(data)


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    path = tmp_path / "broken.toml"
    path.write_text("code = \n", encoding="utf-8")
    with pytest.raises(FileError, match=r"broken\.toml: this is not a TOML file"):
        read(path)
    path.write_bytes(b'code = "\xff"\n')
    with pytest.raises(FileError, match=r"broken\.toml: this is not a TOML file"):
        read(path)


def test_a_target_changed_in_august_holds_from_august(data: Data) -> None:
    del leaf(data, "C11")["target"]
    leaf(data, "C11")["targets"] = TWO_TARGETS[::-1]
    indicator = next(one for one in framework(data).leaves() if one.code == "C11")

    def value(day: str) -> Decimal | None:
        version = indicator.target_on(dt.date.fromisoformat(day))
        return None if version is None else version.value

    assert [value(day) for day in ("2023-12-31", "2024-01-01", "2024-08-19", "2024-08-20", "2024-12-31")] == [
        None, 3000, 3000, 4000, 4000,
    ]  # fmt: skip


def test_two_targets_do_not_hold_from_the_same_day(data: Data) -> None:
    del leaf(data, "C11")["target"]
    leaf(data, "C11")["targets"] = [TWO_TARGETS[0], TWO_TARGETS[0] | {"value": 1}]
    with pytest.raises(FileError, match="two targets hold from the same day"):
        framework(data)
