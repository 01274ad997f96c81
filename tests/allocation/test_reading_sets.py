"""Reading the ledger: found, sorted and paged alike on both databases; what waits for its import; a life as a story."""

import pytest
from sqlalchemy import Engine, select

from licensetrack.accounts.permissions import Scope
from licensetrack.allocation import life
from licensetrack.allocation.models import LicenseSet
from licensetrack.allocation.queries import SORTS, Wanted, all_sets, page_of_sets, set_by_number, sets_of_unit
from licensetrack.allocation.story import story_of_set
from licensetrack.allocation.waiting import waiting_for_import
from licensetrack.core.db import reading
from licensetrack.core.errors import NotFound
from tests.trade import ALICE, accepted, day, fresh, imported, issued, unit


@pytest.fixture
def trade(database: Engine) -> None:
    """Two units and four sets: one accepted, one imported, two waiting."""
    school = unit("SZ0001", name="福田区第一中学", district="福田区")
    hospital = unit("SZ0002", name="南山区人民医院", district="南山区", category="公立医院")
    accepted("SQ-1", school, cpus=16)
    imported("SQ-2", hospital, cpus=40, on="03-01", import_on="03-05")
    issued("SQ-3", hospital, cpus=24, on="04-01", details={"platform": "医疗业务集群", "fingerprint": "ESN_77%"})
    waits = issued("SQ-4", school, cpus=None, on="04-20", product="bms")
    life.record_failed_import(waits, actor=ALICE, on=day("04-25"), reason="设备信息码不匹配")


def numbers(**wanted: str) -> list[str]:
    """The numbers of the matching sets, in order."""
    with reading() as db:
        return [row.number for row in all_sets(db, Wanted(**wanted))]


@pytest.mark.usefixtures("trade")
@pytest.mark.parametrize("sort", SORTS)
def test_every_sort_gives_every_set_and_turns_round(sort: str) -> None:
    up, down = numbers(sort=sort), numbers(sort=f"-{sort}")
    assert sorted(up) == sorted(down) == ["SQ-1", "SQ-2", "SQ-3", "SQ-4"]


@pytest.mark.usefixtures("trade")
def test_empty_cells_come_last_whichever_way_one_sorts() -> None:
    assert numbers(sort="cpus") == ["SQ-1", "SQ-3", "SQ-2", "SQ-4"]
    assert numbers(sort="-cpus") == ["SQ-2", "SQ-3", "SQ-1", "SQ-4"]


@pytest.mark.usefixtures("trade")
def test_stages_are_sorted_as_a_set_lives_them() -> None:
    with reading() as db:
        given_back = db.scalars(select(LicenseSet).where(LicenseSet.number == "SQ-4")).one()
    life.return_set(given_back, actor=ALICE, on=day("06-01"), reason="停用")
    assert numbers(sort="stage") == ["SQ-3", "SQ-2", "SQ-1", "SQ-4"]
    assert numbers(sort="-stage") == ["SQ-4", "SQ-1", "SQ-2", "SQ-3"]


@pytest.mark.usefixtures("trade")
@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"search": "sq-3"}, ["SQ-3"]),
        ({"search": "医疗业务"}, ["SQ-3"]),
        ({"search": "esn_77%"}, ["SQ-3"]),
        ({"search": "ESNX77"}, []),
        ({"search": "sz0001"}, ["SQ-1", "SQ-4"]),
        ({"search": "南山区 人民医院"}, ["SQ-2", "SQ-3"]),
        ({"product": "bms"}, ["SQ-4"]),
        ({"stage": "issued", "district": "南山区"}, ["SQ-3"]),
        ({"category": "公立医院", "kind": "formal"}, ["SQ-2", "SQ-3"]),
        ({"kind": "temporary"}, []),
    ],
)
def test_what_is_asked_for_is_found(wanted: dict[str, str], found: list[str]) -> None:
    assert numbers(**wanted) == found


@pytest.mark.usefixtures("trade")
def test_pages_say_where_they_are() -> None:
    with reading() as db:
        page = page_of_sets(db, Wanted(), 2, size=3)
        assert (page.total, page.last, page.first_row, page.last_row) == (4, 2, 4, 4)
        assert page_of_sets(db, Wanted(), 9, size=3).number == 2
        nothing = page_of_sets(db, Wanted(search="nothing"))
        assert (nothing.rows, nothing.last, nothing.first_row, nothing.last_row) == ([], 1, 0, 0)


@pytest.mark.usefixtures("trade")
def test_a_scope_hides_the_rest() -> None:
    with reading() as db:
        nanshan = Scope("district", "南山区")
        assert [row.number for row in page_of_sets(db, Wanted(), scope=nanshan).rows] == ["SQ-2", "SQ-3"]
        holder = set_by_number(db, "SQ-1").unit_id
        own = Scope("unit", str(holder))
        assert [row.number for row in all_sets(db, Wanted(), scope=own)] == ["SQ-1", "SQ-4"]
        assert [row.number for row in sets_of_unit(db, holder)] == ["SQ-1", "SQ-4"]
        with pytest.raises(NotFound):
            set_by_number(db, "SQ-1", nanshan)


@pytest.mark.usefixtures("trade")
def test_what_waits_is_told_with_its_days_the_longest_first() -> None:
    with reading() as db:
        rows = waiting_for_import(db, day("04-30"))
        assert [(row.number, row.days, row.cpus, row.failed_imports) for row in rows] == [
            ("SQ-3", 29, 24, 0),
            ("SQ-4", 10, 0, 1),
        ]
        assert [row.number for row in waiting_for_import(db, day("04-30"), days=29)] == ["SQ-3"]
        assert [row.number for row in waiting_for_import(db, day("03-02"))] == ["SQ-2"]
        assert [row.number for row in waiting_for_import(db, day("04-30"), scope=Scope("district", "福田区"))] == [
            "SQ-4"
        ]


def test_a_story_keeps_what_was_taken_back_beside_what_stands(database: Engine) -> None:
    one, other = unit("SZ0001"), unit("SZ0002", district="南山区")
    found = accepted("SQ-1", one, cpus=16)
    life.relocate_set(fresh(found), other, actor=ALICE, on=day("05-01"), reason="划转")
    with reading() as db:
        [move] = [told for told in story_of_set(db, found.id) if told.action == "relocate"]
    assert [change.deltas["accepted_cpus"] for change in move.changes] == [-16, 16]
    life.drop_fact(fresh(found), move.position, actor=ALICE, reason="登记有误")
    with reading() as db:
        [move] = [told for told in story_of_set(db, found.id) if told.action == "relocate"]
    assert not move.stands
