"""The comparison, purely: each class of difference by an example, and any trade against a naive counting."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensetrack.inventory.comparison import (
    KINDS,
    Deployed,
    Found,
    Host,
    Licensed,
    Right,
    Sides,
    compare,
    counted_cpus,
    needed,
)
from licensetrack.inventory.positions import positions, totals
from tests.trade import day

TODAY = day("06-30")
HOST = Host(1, "host-1", 2)
SET = Licensed(7, "SQ-7", 1, 5, "virtualization", "formal", 2)
SEEN = Deployed(5, 1, "virtualization", 3, day("06-01"), (HOST,))


def found(seen: Deployed | None = SEEN, *sets: Licensed, **more: Any) -> list[tuple[str, str, int]]:
    sides = Sides(TODAY, [seen] if seen else [], sets, by_set=frozenset({"bms"}), **more)
    return [(one.kind, one.severity, one.quantity) for one in compare(sides)]


def test_what_runs_as_it_is_licensed_is_no_difference() -> None:
    assert found(SEEN, SET) == []


def test_a_platform_where_nobody_looked_is_no_difference() -> None:
    assert found(None, SET) == []


@pytest.mark.parametrize(
    ("cpus", "expected"), [(1, [("quantity", "high", 1)]), (5, [("quantity", "low", -3)])], ids=["missing", "idle"]
)
def test_too_few_cpus_are_graver_than_too_many(cpus: int, expected: list[tuple[str, str, int]]) -> None:
    assert found(SEEN, replace(SET, issued_cpus=cpus)) == expected


def test_several_sets_of_a_platform_are_added_and_those_of_another_product_are_not() -> None:
    half = replace(SET, issued_cpus=1)
    assert found(SEEN, half, replace(half, set_id=8, number="SQ-8")) == []
    assert found(SEEN, half, replace(half, set_id=8, product="cloud_management")) == [("quantity", "high", 1)]


def test_hosts_without_a_set_are_only_theirs_and_a_set_without_hosts_is_only_ours() -> None:
    assert found(SEEN) == [("only_theirs", "high", 2)]
    assert found(replace(SEEN, hosts=()), SET) == [("only_ours", "medium", -2)]
    assert found(replace(SEEN, hosts=())) == []


def test_a_cpu_with_more_cores_than_a_licence_covers_counts_more() -> None:
    big = replace(SEEN, hosts=(replace(HOST, cores=64, vendor="VMware"),))
    rules = {("virtualization", "vmware"): 32}
    assert found(big, SET) == []
    assert found(big, SET, core_rules=rules) == [("core_rule", "high", 2)]
    assert found(big, replace(SET, issued_cpus=1), core_rules=rules) == [("quantity", "high", 3)]
    assert found(big, replace(SET, issued_cpus=4), core_rules=rules) == []
    assert found(big, SET, core_rules={("virtualization", ""): 32, ("virtualization", "vmware"): 0}) == []


@pytest.mark.parametrize(("cores", "licences"), [(0, 2), (1, 2), (32, 2), (33, 4), (64, 4), (65, 6)])
def test_each_cpu_counts_by_itself_and_a_part_counts_whole(cores: int, licences: int) -> None:
    assert counted_cpus(replace(HOST, cores=cores), 32) == licences


def test_a_shortage_keeps_its_key_when_cores_turn_out_to_be_its_cause() -> None:
    big = replace(SEEN, hosts=(replace(HOST, cores=64),))
    [by_number] = compare(Sides(TODAY, [SEEN], [replace(SET, issued_cpus=1)]))
    [by_cores] = compare(Sides(TODAY, [big], [SET], core_rules={("virtualization", ""): 32}))
    assert by_number.key == by_cores.key


@pytest.mark.parametrize(
    ("kind", "ours", "theirs"),
    [
        ("edition", {"edition": "企业版"}, {"edition": "标准版"}),
        ("fingerprint", {"fingerprint": "ESN-1"}, {"fingerprint": "ESN-2"}),
        ("date", {"valid_until": day("2025-12-31")}, {"valid_until": day("2026-12-31")}),
    ],
)
def test_what_a_set_says_differs_from_what_the_platform_shows(
    kind: str, ours: dict[str, Any], theirs: dict[str, Any]
) -> None:
    seen = replace(SEEN, hosts=(replace(HOST, **theirs),))
    assert found(seen, replace(SET, **ours)) == [(kind, "medium", 0)]
    assert found(seen, replace(SET, **theirs)) == []
    assert found(SEEN, replace(SET, **ours)) == found(seen, SET) == []


def test_blanks_and_letter_case_are_no_other_edition_but_two_editions_on_one_platform_are() -> None:
    seen = replace(SEEN, hosts=(replace(HOST, edition="Enter prise"),))
    assert found(seen, replace(SET, edition="ENTERPRISE")) == []
    mixed = replace(SEEN, hosts=(replace(HOST, sockets=1, edition="A"), Host(2, "host-2", 1, edition="B")))
    assert found(mixed, replace(SET, edition="A")) == [("edition", "medium", 0)]


def test_what_runs_after_its_last_day_is_grave() -> None:
    assert found(SEEN, replace(SET, valid_until=day("06-30"))) == []
    assert found(SEEN, replace(SET, valid_until=day("06-29"))) == [("date", "high", 0)]


def test_bms_is_counted_in_sets_so_its_cpus_are_no_difference() -> None:
    assert found(replace(SEEN, product="bms"), replace(SET, product="bms", issued_cpus=0)) == []


def test_a_contract_bounds_what_is_issued_and_what_runs_and_a_site_licence_does_not() -> None:
    right = Right(1, "virtualization", "HT-1", "hard", 1)
    assert found(SEEN, SET, rights=[right]) == [("quantity", "high", 1)]
    assert found(SEEN, SET, rights=[replace(right, cap_rule="open")]) == []
    assert found(SEEN, SET, rights=[right, replace(right, entitlement_id=2, cap_cpus=1)]) == []
    assert found(SEEN, SET, rights=[replace(right, cap_rule="open", valid_until=day("06-29"))]) == [("date", "high", 0)]


def test_a_promise_that_is_kept_on_paper_alone_is_told_once_everything_was_looked_at() -> None:
    idle = replace(SET, issued_cpus=4)
    assert found(SEEN, idle, floors={"virtualization": 3}) == [("quantity", "low", -1), ("quantity", "low", -2)]
    elsewhere = replace(idle, set_id=8, platform_id=6)
    assert found(SEEN, SET, elsewhere, floors={"virtualization": 3}) == []


ENDS = [None, day("06-01"), day("2025-06-01")]
HOSTS = st.builds(
    Host, st.integers(1, 9), st.sampled_from("abc"), st.integers(1, 8), st.sampled_from([0, 16, 33, 64]),
    st.sampled_from(["", "X"]), st.sampled_from(["", "A", "B"]), st.sampled_from(["", "E1", "E2"]),
    st.sampled_from(ENDS),
)  # fmt: skip
PLACES = [(5, 1), (6, 1), (9, 2)]
PRODUCTS = st.sampled_from(["virtualization", "cloud_management", "bms"])


@st.composite
def trades(draw: st.DrawFn) -> Sides:
    places = draw(st.sets(st.tuples(st.sampled_from(PLACES), PRODUCTS), max_size=5))
    seen = [
        Deployed(platform, unit, product, 1, day("06-01"), tuple(draw(st.lists(HOSTS, max_size=3))))
        for (platform, unit), product in sorted(places)
    ]
    sets = []
    for nth in range(draw(st.integers(0, 5))):
        platform, unit = draw(st.sampled_from([*PLACES, (None, 1)]))
        product = draw(PRODUCTS)
        sets.append(
            Licensed(
                nth, f"SQ-{nth}", unit, platform, product, "formal",
                0 if product == "bms" else draw(st.integers(1, 30)), edition=draw(st.sampled_from(["", "A"])),
                fingerprint=draw(st.sampled_from(["", "E1"])), valid_until=draw(st.sampled_from(ENDS)),
            )
        )  # fmt: skip
    rules = draw(st.dictionaries(st.tuples(PRODUCTS, st.sampled_from(["", "x"])), st.sampled_from([0, 32]), max_size=2))
    return Sides(TODAY, seen, sets, core_rules=rules, by_set=frozenset({"bms"}))


def naive(sides: Sides) -> set[tuple[str, int | None, str, int | None]]:
    """What differs, counted by hand: every host and every set of every place, one by one."""
    said = set()
    for platform, product in {(one.platform_id, one.product) for one in sides.deployed}:
        running = [host for one in sides.deployed if (one.platform_id, one.product) == (platform, product)
                   for host in one.hosts]  # fmt: skip
        sets = [one for one in sides.licensed if (one.platform_id, one.product) == (platform, product)]
        sockets = count = 0
        for host in running:
            maker = (product, host.vendor.lower())
            cover = sides.core_rules.get(maker, sides.core_rules.get((product, ""), 0))
            each = 1
            while cover and host.cores > cover * each:
                each += 1
            sockets, count = sockets + host.sockets, count + host.sockets * each
        held = sum(one.issued_cpus for one in sets)
        if running and not sets:
            said.add(("only_theirs", platform, product, None))
        for one in sets:
            if not running:
                said.add(("only_ours", platform, product, one.set_id))
                continue
            editions = {host.edition for host in running} - {""}
            if one.edition and editions and editions != {one.edition}:
                said.add(("edition", platform, product, one.set_id))
            marks = {host.fingerprint for host in running} - {""}
            if one.fingerprint and marks and one.fingerprint not in marks:
                said.add(("fingerprint", platform, product, one.set_id))
            ends = {host.valid_until for host in running} - {None}
            if one.valid_until and (one.valid_until < TODAY or (ends and ends != {one.valid_until})):
                said.add(("date", platform, product, one.set_id))
        if running and sets and product != "bms" and count != held:
            by_cores = sockets <= held < count
            said.add(("core_rule" if by_cores else "quantity", platform, product, None))
    return said


def place(one: Found) -> tuple[str, int | None, str, int | None]:
    of_a_set = one.kind in ("only_ours", "edition", "fingerprint", "date")
    return one.kind, one.platform_id, one.product, one.set_id if of_a_set else None


@given(trades())
def test_any_trade_differs_where_a_naive_counting_says_so(sides: Sides) -> None:
    those = compare(sides)
    assert {place(one) for one in those} == naive(sides)
    assert len({one.key for one in those}) == len(those)
    assert those == compare(sides)
    assert all(one.kind in KINDS for one in those)


@given(trades())
def test_positions_add_up_to_their_totals_and_agree_with_the_differences(sides: Sides) -> None:
    those = positions(sides)
    assert sum(len(one.sets) for one in those) == len(sides.licensed)
    assert sum(one.hosts for one in those) == sum(len(one.hosts) for one in sides.deployed)
    for product, total in totals(those).items():
        assert total.missing == sum(one.missing for one in those if one.product == product)
        assert total.needed == sum(needed(sides, one) for one in sides.deployed if one.product == product)
    lacks = {(one.platform_id, one.product): one.quantity for one in compare(sides) if one.quantity > 0}
    assert lacks == {(one.platform_id, one.product): one.missing for one in those if one.missing}


def test_what_is_too_much_on_one_platform_does_not_help_another() -> None:
    other = replace(SEEN, platform_id=6)
    sides = Sides(TODAY, [SEEN, other], [replace(SET, issued_cpus=4)])
    total = totals(positions(sides))["virtualization"]
    assert (total.needed, total.issued, total.missing, total.idle) == (4, 4, 2, 2)
