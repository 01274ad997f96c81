"""A set's page tells its life: what happened, from which paper, what was taken back and what was said instead."""

from bs4 import BeautifulSoup, Tag

from licensetrack.allocation import life
from licensetrack.allocation.ledger import facts_of, standing_events
from licensetrack.allocation.models import LicenseSet
from licensetrack.allocation.story import story_of_set
from licensetrack.core import db
from licensetrack.requests.fulfillment import fulfill_line
from tests.asking import approved, its_lines
from tests.site import CORRECTED, House, person
from tests.trade import accepted, day, fresh, unit


def events(page: str) -> list[Tag]:
    """The items of the timeline."""
    return list(BeautifulSoup(page, "html.parser").select(".timeline > li"))


def test_the_life_is_told_in_order_with_its_papers(house: House) -> None:
    told = events(house.get(f"/sets/{CORRECTED}"))
    days = [item.select_one("time")["datetime"] for item in told]  # type: ignore[index]
    assert days == sorted(days)
    words = [item.select_one("strong").get_text() for item in told]  # type: ignore[union-attr]
    assert words == ["已发放", "导入失败", "导入失败", "已导入", "已验收", "扩容", "扩容"]
    paper = told[0].select_one("a.paper")
    assert paper is not None
    assert "授权发放台账!" in paper.get_text()
    with house.client().get(str(paper["href"])) as answer:
        assert answer.status_code == 200


def test_what_was_taken_back_is_struck_through_and_its_correction_stands_beside(house: House) -> None:
    *_, wrong, right = events(house.get(f"/sets/{CORRECTED}"))
    assert "event-gone" in (wrong["class"] or [])
    assert wrong.select_one("s strong") is not None
    assert "已冲销" in wrong.get_text()
    assert "event-gone" not in (right["class"] or [])
    assert "更正后" in right.get_text()
    assert "operator 同志" in right.get_text()


def test_the_changes_that_stand_add_up_to_what_the_set_counts(house: House) -> None:
    with db.reading() as session:
        found = session.query(LicenseSet).filter_by(number=CORRECTED).one()
        sums: dict[str, int] = {}
        for told in story_of_set(session, found.id):
            for change in told.changes if told.stands else ():
                for name, value in change.deltas.items():
                    sums[name] = sums.get(name, 0) + value
        assert sums == {name: getattr(found, name) for name in sums}
        assert sums["accepted_cpus"] == found.cpus


def test_a_relocation_is_one_event_with_a_minus_and_a_plus(own_house: House) -> None:
    one, other = unit("SZ9101", name="搬出单位"), unit("SZ9102", name="搬入单位", district="南山区")
    moved = accepted("SQ-2024-9101", one, cpus=20)
    life.relocate_set(fresh(moved), other, actor=person("operator"), on=day("05-01"), reason="机构职能划转")
    item = events(own_house.get("/sets/SQ-2024-9101"))[-1]
    text = item.get_text(" ", strip=True)
    assert "迁移" in text
    assert "机构职能划转" in text
    legs = [leg.get_text(" ", strip=True) for leg in item.select(".event-changes li")]
    assert legs[0].startswith("搬出单位")
    assert "已验收CPU数 −20" in legs[0]
    assert legs[1].startswith("搬入单位")
    assert "已验收CPU数 +20" in legs[1]


def test_a_temporary_set_and_its_formal_one_lead_to_each_other(house: House) -> None:
    page = house.get("/sets?kind=temporary")
    link = BeautifulSoup(page, "html.parser").select_one("table.rows tbody th a")
    assert link is not None
    old = BeautifulSoup(house.get(str(link["href"])), "html.parser")
    onward = next(a for a in old.select(".chain a") if "/sets/" in str(a["href"]))
    new = BeautifulSoup(house.get(str(onward["href"])), "html.parser")
    assert str(link["href"]) in {str(a["href"]) for a in new.select(".chain a")}


def test_a_set_leads_to_the_request_that_it_came_from(own_house: House) -> None:
    request = approved(unit("SZ9103"))
    made = fulfill_line(its_lines(request)[0], actor=person("operator"), on=day("05-06"))
    page = BeautifulSoup(own_house.get(f"/sets/{made.number}"), "html.parser")
    [link] = page.select(f'section[aria-labelledby=asked-for] a[href="/requests/{request.number}"]')
    assert "已办结" in link.find_parent("li").get_text()  # type: ignore[union-attr]
    assert "关联申请" not in own_house.get(f"/sets/{CORRECTED}"), "nobody asked for that one here"


def test_a_number_that_does_not_exist_is_not_found(house: House) -> None:
    assert "没有授权 SQ-1999-0001" in house.get("/sets/SQ-1999-0001", status=404)


def test_a_unit_page_shows_what_it_holds_and_opens_into_the_rows(house: House) -> None:
    with db.reading() as session:
        found = session.query(LicenseSet).filter_by(number=CORRECTED).one()
        holder, cpus = found.unit_id, found.accepted_cpus
    page = BeautifulSoup(house.get(f"/units/{holder}?as_of=2024-12-31"), "html.parser")
    assert CORRECTED in page.get_text()
    link = page.select_one("a[href*='virtualization.accepted_cpus']")
    assert link is not None
    rows = BeautifulSoup(house.get(str(link["href"])), "html.parser")
    value = rows.select_one(".figure-value span")
    assert value is not None
    assert value["data-value"] == str(cpus)


def test_what_only_counts_anew_after_a_correction_is_told_once(own_house: House) -> None:
    holder = unit("SZ9103", name="更正单位")
    wrong = accepted("SQ-2024-9103", holder, cpus=20)
    with db.reading() as session:
        facts = facts_of(standing_events(session, wrong.id))
    issue = next(fact for fact in facts.values() if fact.action == "issue")
    life.correct_fact(fresh(wrong), issue._replace(cpus=24), actor=person("operator"), reason="登记有误")
    told = events(own_house.get("/sets/SQ-2024-9103"))
    assert [item.select_one("strong").get_text() for item in told] == ["已发放", "已发放", "已导入", "已验收"]  # type: ignore[union-attr]
    assert ["event-gone" in (item["class"] or []) for item in told] == [True, False, False, False]
    assert "重新计数" in told[2].get_text()
    assert "已验收CPU数 +24" in told[3].get_text(" ", strip=True)
