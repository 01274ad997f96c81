"""The unit directory: registered once, found under every name it ever had, changed by one person at a time."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from licensetrack.accounts.permissions import Actor, Scope
from licensetrack.core.clock import today
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import Conflict, Forbidden, NotFound, Refused
from licensetrack.units import queries
from licensetrack.units.directory import (
    UnitEntry,
    differences,
    ensure_platforms,
    register_unit,
    rename_unit,
    update_unit,
)
from licensetrack.units.history import name_on, places_of, time_line
from licensetrack.units.models import Unit
from licensetrack.units.rules import check_sign
from tests.conftest import Clock
from tests.invariants import broken
from tests.trade import ALICE, day

pytestmark = pytest.mark.usefixtures("database")
ENTRY = UnitEntry("SZ0001", "深圳市福田区教育局", "机关单位", "福田区", contact="张三")
CODE = "12440300MB2C12340" + check_sign("12440300MB2C12340")
FUTIAN = Actor(id=None, login="eve", name="Eve", role="operator", scope=Scope("district", "福田区"))


def changed(entry: UnitEntry = ENTRY, **fields: str) -> UnitEntry:
    return UnitEntry(**{**entry.__dict__, **fields})


def recorded(code: str = "SZ0001") -> Unit:
    with reading() as db:
        return db.scalars(select(Unit).where(Unit.code == code)).one()


def found(search: str) -> list[str]:
    with reading() as db:
        return [unit.code for unit in queries.units(db, search=search)]


def books_are_right() -> bool:
    return not broken()


def test_a_unit_is_found_by_code_contact_and_name_however_it_is_written() -> None:
    register_unit(ENTRY, actor=ALICE)
    for search in ("sz0001", "张三", "福田区教育局", "深圳市 福田区教育局", ""):
        assert found(search) == ["SZ0001"], search
    for search in ("%", "_", "南山"):
        assert found(search) == [], search


@pytest.mark.parametrize(
    "twin", [changed(name="别的单位"), changed(code="SZ0002"), changed(code="SZ0002", name=" 深圳市福田区教育局")]
)
def test_a_code_and_a_name_belong_to_one_unit(twin: UnitEntry) -> None:
    register_unit(ENTRY, actor=ALICE)
    with pytest.raises(Refused, match="taken already"):
        register_unit(twin, actor=ALICE)
    assert books_are_right()


@pytest.mark.parametrize("field", ["code", "name", "category", "district"])
def test_what_every_count_needs_may_not_be_missing(field: str) -> None:
    with pytest.raises(Refused, match=field):
        register_unit(changed(**{field: "  "}), actor=ALICE)


def test_a_new_name_leaves_the_old_one_findable() -> None:
    unit = register_unit(ENTRY, actor=ALICE)
    update_unit(unit, changed(name="深圳市福田区教育和体育局"), on=day("06-01"), actor=ALICE)
    assert found("教育局") == found("教育和体育局") == ["SZ0001"]
    with reading() as db:
        assert queries.unit_ids_by_name(db)["深圳市福田区教育局"] == unit.id
        [former] = queries.former_names(db, unit.id)
    assert (former.name, former.until) == ("深圳市福田区教育局", day("06-01"))
    assert books_are_right()


def test_a_unit_is_found_by_its_code_or_any_name_however_written() -> None:
    unit = register_unit(changed(short_name="福教局"), actor=ALICE)
    update_unit(unit, changed(name="深圳市福田区教育和体育局", short_name="福教局"), on=day("06-01"), actor=ALICE)
    register_unit(changed(code="SZ0002", name="sz0001"), actor=ALICE)  # a name like another unit's code
    said = ("SZ0001", " sz0001 ", "ＳＺ0001", "深圳市 福田区教育局", "深圳市福田区教育和体育局", "福教局")
    with reading() as db:
        for words in said:
            one = queries.unit_by_words(db, words)
            assert one is not None
            assert one.id == unit.id, words
            assert queries.unit_by_words(db, words, Scope("unit", str(unit.id + 1))) is None
        assert queries.unit_by_words(db, "") is None
        assert queries.unit_by_words(db, "没有的单位") is None


def test_a_former_name_given_to_another_unit_means_the_other_unit() -> None:
    first = register_unit(ENTRY, actor=ALICE)
    update_unit(first, changed(name="新名称"), on=day("06-01"), actor=ALICE)
    second = register_unit(changed(code="SZ0002"), actor=ALICE)
    with reading() as db:
        assert queries.unit_ids_by_name(db)["深圳市福田区教育局"] == second.id
    with pytest.raises(Refused, match="taken already"):
        update_unit(first, ENTRY, on=day("07-01"), actor=ALICE)
    assert books_are_right()


def test_what_changed_is_told_field_by_field_and_nothing_changes_twice() -> None:
    unit = register_unit(ENTRY, actor=ALICE)
    new = changed(contact="李四", district="南山区")
    assert differences(unit, new) == {"contact": ("张三", "李四"), "district": ("福田区", "南山区")}
    assert set(update_unit(unit, new, on=day("06-01"), actor=ALICE)) == {"contact", "district"}
    assert update_unit(unit, new, on=day("06-01"), actor=ALICE) == {}


def test_two_people_with_the_same_unit_on_their_screens_do_not_overwrite_each_other(clock: Clock) -> None:
    register_unit(ENTRY, actor=ALICE)
    mine, theirs = recorded(), recorded()
    clock.forward(minutes=1)
    update_unit(mine, changed(contact="李四"), on=day("06-01"), actor=ALICE)
    clock.forward(minutes=1)
    with pytest.raises(Conflict):
        update_unit(theirs, changed(phone="0755"), on=day("06-01"), actor=ALICE)
    assert (recorded().contact, recorded().phone) == ("李四", "")


def test_a_change_to_come_is_refused(clock: Clock) -> None:
    unit = register_unit(ENTRY, actor=ALICE)
    with pytest.raises(Refused, match="future"):
        update_unit(unit, changed(contact="李四"), on=day("2025-01-01"), actor=ALICE)


def test_nobody_acts_in_or_moves_a_unit_into_a_district_that_is_not_theirs() -> None:
    unit = register_unit(ENTRY, actor=FUTIAN)
    for act in (
        lambda: register_unit(changed(code="SZ0002", name="甲", district="南山区"), actor=FUTIAN),
        lambda: update_unit(unit, changed(district="南山区"), on=day("06-01"), actor=FUTIAN),
    ):
        with pytest.raises(NotFound):
            act()
    with pytest.raises(Forbidden):
        register_unit(changed(code="SZ0003"), actor=Actor(None, "dana", "Dana", "auditor"))
    with reading() as db, pytest.raises(NotFound):
        queries.unit(db, unit.id, Scope("district", "南山区"))


def test_a_short_name_that_two_units_have_means_none() -> None:
    for code, name in (("SZ0001", "甲局"), ("SZ0002", "乙局")):
        register_unit(changed(code=code, name=name, short_name="教育局"), actor=ALICE)
    with reading() as db:
        assert "教育局" not in queries.unit_ids_by_name(db)


def test_a_credit_code_belongs_to_one_unit_and_must_be_one() -> None:
    register_unit(changed(credit_code=CODE), actor=ALICE)
    for wrong, word in [(CODE, "belongs to"), (CODE[:-1] + ("0" if CODE[-1] != "0" else "1"), "mistyped")]:
        with pytest.raises(Refused, match=word) as refusal:
            register_unit(changed(code="SZ0002", name="甲", credit_code=wrong), actor=ALICE)
        assert refusal.value.field == "credit_code"
    register_unit(changed(code="SZ0002", name="甲"), actor=ALICE)
    register_unit(changed(code="SZ0003", name="乙"), actor=ALICE)
    assert len(found("")) == 3


def test_the_name_as_of_a_day_can_be_told() -> None:
    unit = register_unit(ENTRY, actor=ALICE)
    rename_unit(unit, "教育和体育局", on=day("06-01"), actor=ALICE)
    rename_unit(unit, "教育体育局", on=day("09-01"), actor=ALICE)
    with reading() as db:
        for on, name in [
            ("01-01", ENTRY.name),
            ("05-31", ENTRY.name),
            ("06-01", "教育和体育局"),
            ("09-01", "教育体育局"),
        ]:
            assert name_on(db, unit.id, day(on)) == name
        assert [(line.action, line.on) for line in time_line(db, unit.id)] == [
            ("register", today()), ("rename", day("06-01")), ("rename", day("09-01")),
        ]  # fmt: skip
    with pytest.raises(Refused, match="later change"):
        rename_unit(unit, "别名", on=day("08-01"), actor=ALICE)
    with pytest.raises(Refused, match="called so already"):
        rename_unit(unit, "教育体育局 ", on=day("09-02"), actor=ALICE)
    assert books_are_right()


def test_a_stale_form_is_told_who_changed_what() -> None:
    unit = register_unit(ENTRY, actor=ALICE)
    seen = unit.version
    update_unit(recorded(), changed(contact="李四"), on=day("06-01"), actor=ALICE)
    with pytest.raises(Conflict, match=r"alice changed .*“张三” → “李四”"):
        update_unit(recorded(), changed(phone="0755"), on=day("06-01"), actor=ALICE, seen=seen)
    assert update_unit(recorded(), changed(contact="李四"), on=day("06-01"), actor=ALICE, seen=seen + 1) == {}
    assert recorded().version == seen + 1


def test_where_a_unit_belonged_is_known_for_every_day() -> None:
    unit = register_unit(ENTRY, actor=ALICE)
    update_unit(unit, changed(district="南山区"), on=day("06-01"), actor=ALICE)
    update_unit(unit, changed(district="光明新区", category="公立学校"), on=day("09-01"), actor=ALICE)
    with reading() as db:
        assert [(place.district, place.category) for place in places_of(db, recorded())] == [
            ("福田区", "机关单位"), ("南山区", "机关单位"), ("光明区", "公立学校"),
        ]  # fmt: skip
    with pytest.raises(Refused, match="later change"):
        update_unit(unit, changed(district="罗湖区"), on=day("08-01"), actor=ALICE)


def test_lists_show_only_what_the_scope_covers() -> None:
    register_unit(ENTRY, actor=ALICE)
    other = register_unit(changed(code="SZ0002", name="甲", district="南山区", category="公立学校"), actor=ALICE)
    with reading() as db:
        for scope, codes in [
            (Scope(), ["SZ0001", "SZ0002"]),
            (Scope("district", "南山区"), ["SZ0002"]),
            (Scope("unit", str(other.id)), ["SZ0002"]),
        ]:
            assert [unit.code for unit in queries.units(db, scope=scope)] == codes
        assert [unit.code for unit in queries.units(db, district="福田区")] == ["SZ0001"]
        assert [unit.code for unit in queries.units(db, category="公立学校")] == ["SZ0002"]
        assert (queries.districts(db), queries.categories(db)) == (["南山区", "福田区"], ["公立学校", "机关单位"])


@pytest.mark.parametrize("twin", ["深圳巿福田区教育局", "深圳市福田区敎育局", "深圳市福⽥区教育局·"])
def test_a_name_that_looks_like_another_is_refused_until_it_is_confirmed(twin: str) -> None:
    register_unit(ENTRY, actor=ALICE)
    alike = changed(code="SZ0002", name=twin)
    if twin.endswith("·"):
        register_unit(alike, actor=ALICE)  # a sign more is another name
        return
    with pytest.raises(Refused, match="looks like") as refusal:
        register_unit(alike, actor=ALICE)
    assert refusal.value.field == "confirmed"
    other = register_unit(changed(code="SZ0003", name="甲"), actor=ALICE)
    with pytest.raises(Refused, match="looks like"):
        rename_unit(other, twin, on=day("06-01"), actor=ALICE)
    rename_unit(other, twin, on=day("06-01"), actor=ALICE, confirmed=True)
    assert books_are_right()


def test_a_unit_is_found_by_short_name_credit_code_and_its_districts_old_name() -> None:
    register_unit(changed(short_name="福教局", district="光明新区", credit_code=f" {CODE.lower()}"), actor=ALICE)
    for search in ("福教", CODE[2:9].lower(), "光明新区", "光明", "光明区"):
        assert found(search) == ["SZ0001"], search
    assert recorded().district == "光明区"
    with reading() as db:
        assert [unit.code for unit in queries.units(db, district="光明新区")] == ["SZ0001"]
        assert queries.unit_ids_by_name(db)["福教局"] == recorded().id


def test_a_platform_is_made_once_for_each_unit_however_its_name_is_written() -> None:
    first, second = register_unit(ENTRY, actor=ALICE), register_unit(changed(code="SZ0002", name="甲"), actor=ALICE)
    wanted = [(first.id, "政务云（一期）"), (first.id, "政务云(一期)"), (second.id, "政务云（一期）")]
    with transaction() as db:
        made = ensure_platforms(db, wanted)
        assert made[wanted[0]] == made[wanted[1]] != made[wanted[2]]
        assert ensure_platforms(db, wanted[:1]) == {wanted[0]: made[wanted[0]]}
    with reading() as db:
        assert [platform.name for platform in queries.platforms(db, first.id)] == ["政务云（一期）"]
