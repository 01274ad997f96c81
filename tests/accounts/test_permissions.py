"""Who may what: nothing that is not allowed, three administrators without a common right, nobody in others' rows."""

from __future__ import annotations

import re
from itertools import combinations, product
from pathlib import Path

import pytest

import licensetrack.accounts.permissions as room
from licensetrack.accounts.permissions import EVERYWHERE, GRANTS, ROLES, SYSTEM, Actor, Scope, allows, require
from licensetrack.core.errors import Forbidden, NotFound

SOURCE = Path(room.__file__).resolve().parents[1]
WANTED = sorted(
    {
        permission
        for path in SOURCE.rglob("*.py")
        for permission in re.findall(r'"([a-z_]+:[a-z_]+(?::[a-z_]+)?)"', path.read_text(encoding="utf-8"))
    }
)
READING = re.compile(r".*:read|exchange:export|performance:pack:download")


def of_role(role: str, scope: Scope = EVERYWHERE) -> Actor:
    return Actor(id=1, login=role, name=role, role=role, scope=scope)


def granted(role: str) -> set[str]:
    return {permission for permission in WANTED if allows(of_role(role), permission)}


def test_the_permissions_that_the_program_asks_for_are_known_here() -> None:
    assert {"allocation:set:issue", "accounts:user:create", "procurement:budget:post", "measures:read"} <= set(WANTED)


def test_an_unknown_role_may_nothing_and_an_unknown_act_is_nobodys() -> None:
    assert granted("nobody") == set()
    assert [role for role in ROLES if allows(of_role(role), "unheard:of:act")] == []
    assert "system" not in ROLES, "no account acts as the program itself"


def test_a_pattern_does_not_reach_beyond_its_colon() -> None:
    assert not allows(of_role("operator"), "allocationx:set:issue")
    assert not allows(of_role("operator"), "allocation")
    assert not allows(of_role("reviewer"), "allocation:request:reviewed")


def test_the_three_administrators_share_no_right_and_have_none_in_the_trade() -> None:
    three = ["system_administrator", "security_administrator", "audit_administrator"]
    for one, other in combinations(three, 2):
        assert granted(one) & granted(other) == set()
        prefixes = [{pattern.removesuffix("*") for pattern in GRANTS[role]} for role in (one, other)]
        assert not any(a.startswith(b) or b.startswith(a) for a, b in product(*prefixes))
    trade = ("allocation", "procurement", "units", "support", "exchange", "performance")
    for administrator in three:
        assert [permission for permission in granted(administrator) if permission.startswith(trade)] == []


@pytest.mark.parametrize("role", ["auditor", "district_manager"])
def test_who_only_looks_changes_nothing(role: str) -> None:
    assert granted(role) != set()
    assert all(READING.fullmatch(permission) for permission in granted(role))


def test_nobody_who_issues_also_signs_the_years_evaluation_or_makes_accounts() -> None:
    for role in ROLES:
        rights = granted(role)
        assert not ({"allocation:set:issue", "accounts:user:create"} <= rights)
        assert not (rights & {"allocation:set:issue"} and "performance:evaluation:sign" in rights)


def test_who_may_not_is_told_so_and_whose_row_it_is_not_is_told_nothing() -> None:
    with pytest.raises(Forbidden, match="allocation:set:issue"):
        require(of_role("auditor"), "allocation:set:issue")
    futian = of_role("operator", Scope("district", "福田区"))
    require(futian, "allocation:set:issue", district="福田区", unit_id=7)
    for somewhere in ({"district": "南山区"}, {"district": "南山区", "unit_id": 7}, {"unit_id": 7}):
        with pytest.raises(NotFound):
            require(futian, "allocation:set:issue", **somewhere)
    require(SYSTEM, "anything:at:all", district="南山区")


@pytest.mark.parametrize(
    ("scope", "seen"),
    [
        (EVERYWHERE, [True, True, True]),
        (Scope("district", "福田区"), [True, False, False]),
        (Scope("unit", "7"), [True, False, False]),
        (Scope("galaxy", "7"), [True, False, False]),
    ],
)
def test_a_scope_covers_its_own_rows_only(scope: Scope, seen: list[bool]) -> None:
    rows = [{"district": "福田区", "unit_id": 7}, {"district": "南山区", "unit_id": 77}, {}]
    assert [scope.covers(**row) for row in rows] == seen
