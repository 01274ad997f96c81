"""Cost shares: to the fen, by the largest remainder, of what each district held on a day."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensetrack.core.db import reading
from licensetrack.core.errors import Conflict, Forbidden, Refused
from licensetrack.measures.catalogue import MEASURES
from licensetrack.measures.cost_shares import CostShares, cost_shares
from licensetrack.measures.question import Question
from licensetrack.procurement import contracts, lines
from licensetrack.procurement.contracts import ContractEntry, change_contract, register_contract
from licensetrack.procurement.lines import LineEntry, ProductEntry, add_line, change_line, describe_product
from licensetrack.procurement.models import Entitlement
from licensetrack.procurement.queries import entitlement_for, product
from licensetrack.procurement.shares import divide
from tests.trade import ALICE, accepted, day, issued, unit

AMOUNTS = st.integers(0, 10**14).map(lambda fen: Decimal(fen).scaleb(-2))
WEIGHTS = st.dictionaries(
    st.sampled_from("市本级 福田 罗湖 南山 盐田 宝安 龙岗".split()), st.integers(0, 10**6), max_size=7
)


@given(amount=AMOUNTS, weights=WEIGHTS)
def test_the_parts_add_up_to_the_whole_and_none_is_a_fen_off(amount: Decimal, weights: dict[str, int]) -> None:
    shares = divide(amount, weights)
    whole = sum(weights.values())
    if not whole:
        assert shares == {}
        return
    assert sum(shares.values()) == amount
    for part, weight in weights.items():
        exact = amount * weight / whole
        assert abs(shares[part] - exact) < Decimal("0.01")
        assert weight or not shares[part], "whoever held nothing bears nothing"


@given(amount=AMOUNTS, weights=WEIGHTS)
def test_more_weight_never_bears_less_and_the_order_of_the_parts_does_not_matter(
    amount: Decimal, weights: dict[str, int]
) -> None:
    shares = divide(amount, weights)
    assert shares == divide(amount, dict(reversed(weights.items())))
    for part, share in shares.items():
        for other, its_share in shares.items():
            assert weights[part] <= weights[other] or share >= its_share


@pytest.mark.parametrize(
    ("amount", "weights", "shares"),
    [
        ("0.01", {"a": 1, "b": 1, "c": 1}, {"a": "0.01", "b": "0.00", "c": "0.00"}),
        ("100", {"a": 1, "b": 1, "c": 1}, {"a": "33.34", "b": "33.33", "c": "33.33"}),
        ("100", {"a": 1, "b": 2, "c": 3}, {"a": "16.67", "b": "33.33", "c": "50.00"}),
        ("0.02", {"a": 2, "b": 3}, {"a": "0.01", "b": "0.01"}),
        ("0.01", {"a": 1, "b": 2}, {"a": "0.00", "b": "0.01"}),
        ("75150000.00", {"市本级": 4375}, {"市本级": "75150000.00"}),
        ("5", {"a": 0}, {}),
        ("5", {}, {}),
    ],
)
def test_the_fen_that_are_left_go_to_the_largest_remainders(
    amount: str, weights: dict[str, int], shares: dict[str, str]
) -> None:
    assert {part: f"{share:.2f}" for part, share in divide(Decimal(amount), weights).items()} == shares


def test_nothing_below_zero_is_divided() -> None:
    for amount, weights in (("-1", {"a": 1}), ("1", {"a": 2, "b": -1})):
        with pytest.raises(Refused):
            divide(Decimal(amount), weights)


def trade() -> int:
    """Three districts with sets, and a contract of two products and a line without an amount; the contract's id."""
    near, far, third = (
        unit(code, district=name) for code, name in (("SZ0001", "福田区"), ("SZ0002", "南山区"), ("SZ0003", "市本级"))
    )
    accepted("SQ-1", near, 16)
    accepted("SQ-2", far, 32)
    accepted("SQ-3", third, 48, accept_on="06-01")
    issued("SQ-4", far, 1000)
    accepted("SQ-5", far, None, product="bms")
    contract = register_contract(ContractEntry("HT-1", amount=Decimal(1000)), actor=ALICE)
    add_line(contract.id, "virtualization", LineEntry("企业版", Decimal("100.01")), actor=ALICE)
    add_line(contract.id, "bms", LineEntry(amount=Decimal(50)), actor=ALICE)
    add_line(contract.id, "cloud_management", LineEntry(amount=Decimal(7)), actor=ALICE)
    add_line(contract.id, "bms", LineEntry("标准版"), actor=ALICE)
    return contract.id


def shared(contract_id: int, on: str) -> CostShares:
    with reading() as db:
        return cost_shares(db, Question(day(on)), contract_id)


@pytest.mark.usefixtures("database", "clock")
def test_each_line_is_shared_by_what_its_product_counted_on_the_day() -> None:
    contract_id = trade()
    spring, winter = shared(contract_id, "03-01"), shared(contract_id, "12-31")
    assert [dict(line.held) for line in spring.lines] == [
        {"南山区": 32, "福田区": 16},
        {"南山区": 1},
        {},
        {"南山区": 1},
    ]
    assert spring.lines[0].shares == {"南山区": Decimal("66.67"), "福田区": Decimal("33.34")}
    assert winter.by_district == {"南山区": Decimal("83.34"), "市本级": Decimal("50.00"), "福田区": Decimal("16.67")}
    for found in (spring, winter):
        assert found.undivided == 7, "nobody holds cloud management yet"
        assert sum(found.by_district.values()) + found.undivided == found.amount == Decimal("157.01")
    with reading() as db:
        for line in winter.lines:
            assert line.total == MEASURES[line.measure].value(db, Question(day("12-31")))


@pytest.mark.usefixtures("database", "clock")
def test_what_a_contract_buys_stays_within_it_and_new_sets_are_issued_under_what_has_begun() -> None:
    contract = register_contract(ContractEntry("HT-1", amount=Decimal(100)), actor=ALICE)
    line = add_line(contract.id, "bms", LineEntry("企业版", Decimal(60), day("01-01"), day("12-31")), actor=ALICE)
    later = add_line(contract.id, "bms", LineEntry(valid_from=day("2025-01-01")), actor=ALICE)
    with reading() as db:
        assert entitlement_for(db, "bms").id == line.id, "the next one has not begun"
        old = entitlement_for(db, "virtualization")
    changed = change_line(old.id, contract.id, LineEntry(amount=Decimal(40)), actor=ALICE)
    assert changed["contract"][1] == "HT-1"
    other = register_contract(ContractEntry("HT-2"), actor=ALICE)
    refusals = [
        (lambda: add_line(contract.id, "bms", LineEntry(amount=Decimal("0.01")), actor=ALICE), "amount"),
        (lambda: add_line(contract.id, "mainframe", LineEntry(), actor=ALICE), "product"),
        (lambda: change_line(later.id, other.id, LineEntry(), actor=ALICE), ""),
        (lambda: change_contract(contract.id, ContractEntry("HT-1", amount=Decimal(99)), actor=ALICE), "amount"),
        (
            lambda: change_line(line.id, contract.id, LineEntry("", None, day("12-31"), day("01-01")), actor=ALICE),
            "valid_until",
        ),
    ]
    for act, field in refusals:
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.field == field
    change_contract(contract.id, ContractEntry("HT-1A", amount=Decimal(100)), actor=ALICE)
    with reading() as db:
        assert {one.contract for one in lines.lines(db, contract.id)} == {"HT-1A"}
        kept = db.get_one(Entitlement, old.id)
        assert (kept.contract_id, kept.amount, kept.used_sets) == (contract.id, Decimal(40), 0)
        assert contracts.contract_numbered(db, "HT-1") is None


@pytest.mark.usefixtures("database")
def test_a_product_keeps_its_code_and_metric_and_says_its_editions() -> None:
    describe_product("bms", ProductEntry("裸金属服务", "甲公司", "标准版、企业版"), actor=ALICE, seen=1)
    with pytest.raises(Conflict):
        describe_product("bms", ProductEntry("BMS"), actor=ALICE, seen=1)
    with pytest.raises(Refused):
        describe_product("bms", ProductEntry(" "), actor=ALICE)
    with pytest.raises(Forbidden):
        describe_product("bms", ProductEntry("BMS"), actor=ALICE.__class__(None, "dana", "Dana", "auditor"))
    with reading() as db:
        found = product(db, "bms")
    assert (found.name, found.editions, found.metric, found.depends_on) == (
        "裸金属服务", "标准版、企业版", "set", "cloud_management",
    )  # fmt: skip
