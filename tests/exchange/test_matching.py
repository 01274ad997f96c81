"""Which recorded fact a line of a file means, told apart from a line that goes on from the last file."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from licensetrack.allocation.fold import Fact, Holder
from licensetrack.exchange.changes import Source
from licensetrack.exchange.matching import Retelling, Stated, corrected, differences, match, says_the_same
from tests.trade import day

HERE, THERE = Holder(1, "福田区", "公立学校"), Holder(2, "南山区", "公立医院")


def fact(action: str, on: str, cpus: int | None = None, position: int = 0, row: int = 2, **details: str) -> Fact:
    return Fact(action, day(on), position, cpus, HERE if action == "issue" else None, details, 7, f"表!{row}")


def stated(
    action: str, on: str, cpus: int | None = None, row: int = 2, file: str = "新.xlsx", **details: str
) -> Stated:
    kind = {"issue": "issues", "expand": "changes", "shrink": "changes", "relocate": "changes"}.get(action, "imports")
    return fact(action, on, cpus, row=row, **details), Source(kind, file, "表", row)


def recorded(*facts: Fact) -> dict[int, Fact]:
    return {n * 1000: one._replace(position=n * 1000) for n, one in enumerate(facts, 1)}


def papers(weighed: tuple[dict[int, Fact], list[Stated]] | None = None, name: str = "旧.xlsx") -> Retelling:
    found = Retelling({7: name})
    if weighed:
        found.weigh(*weighed)
    return found


def test_the_same_act_on_the_same_day_in_the_same_words_is_the_same_fact() -> None:
    found = match(recorded(fact("expand", "05-01", 8)), [stated("expand", "05-01", 8, row=9)], papers())
    assert (len(found.same), found.corrected, found.new) == (1, [], [])


def test_the_same_act_on_the_same_day_in_other_words_is_that_fact_corrected() -> None:
    [(old, new, _)] = match(recorded(fact("expand", "05-01", 8)), [stated("expand", "05-01", 9)], papers()).corrected
    assert (old.cpus, new.cpus, new.position) == (8, 9, 1000)


def test_another_day_in_another_paper_is_another_fact() -> None:
    found = match(recorded(fact("expand", "05-01", 8)), [stated("expand", "06-01", 8)], papers())
    assert len(found.new) == 1


def test_the_same_row_of_a_file_of_the_same_name_is_that_fact_corrected() -> None:
    same_name = papers(name="新.xlsx")
    assert match(recorded(fact("expand", "05-01", 8)), [stated("expand", "06-01", 8)], same_name).corrected
    assert match(recorded(fact("expand", "05-01", 8)), [stated("expand", "06-01", 8, row=3)], same_name).new


def test_a_paper_that_repeats_half_of_what_is_recorded_corrects_the_rest_by_row_or_in_order_of_days() -> None:
    known = recorded(fact("expand", "05-01", 8), fact("expand", "07-01", 4, row=3))
    for row in (3, 9):
        told = [stated("expand", "05-01", 8), stated("expand", "08-01", 4, row=row)]
        found = match(known, told, papers((known, told)))
        assert [(old.on, new.on) for old, new, _ in found.corrected] == [(day("07-01"), day("08-01"))]


def test_a_paper_that_tells_fewer_acts_than_are_recorded_drops_none_and_shifts_none() -> None:
    known = recorded(fact("expand", "05-01", 8), fact("expand", "07-01", 4, row=3), fact("expand", "08-01", 2, row=4))
    told = [stated("expand", "05-01", 8), stated("expand", "07-01", 4, row=9)]
    found = match(known, told, papers((known, told)))
    assert (len(found.same), found.corrected, found.new) == (2, [], [])


def test_a_failure_told_as_a_success_in_a_paper_that_tells_again_is_corrected() -> None:
    known = recorded(
        fact("import_failed", "02-10", reason="误填"), fact("import", "02-11", row=3), fact("accept", "02-20", row=3)
    )
    told = [stated("import", "02-11", row=3), stated("accept", "02-20", row=3), stated("import", "02-10", row=2)]
    [(old, new, _)] = match(known, told, papers((known, told))).corrected
    assert (old.action, new.action) == ("import_failed", "import")


def test_acts_of_one_kind_correct_each_other_anywhere_only_when_asked() -> None:
    known, told = recorded(fact("import", "02-10")), [stated("import", "02-12", row=8)]
    assert match(known, told, papers()).new
    assert match(known, told, papers(), all_again=True).corrected


def test_an_act_of_another_kind_in_the_same_row_of_another_paper_corrects_nothing_even_then() -> None:
    known = recorded(fact("return", "05-01"))
    assert match(known, [stated("expand", "06-01", 4)], papers(), all_again=True).new


def test_an_issue_is_always_the_issue() -> None:
    [(old, new, _)] = match(recorded(fact("issue", "02-01", 16)), [stated("issue", "03-01", 20)], papers()).corrected
    assert (old.on, new.on) == (day("02-01"), day("03-01"))


def test_a_correction_keeps_the_holder_of_the_day_unless_it_is_another_unit() -> None:
    old, same = fact("issue", "02-01", 16), fact("issue", "02-01", 20)
    moved = same._replace(holder=HERE._replace(district="光明区"))
    assert corrected(old, moved).holder == HERE
    assert corrected(old, same._replace(holder=THERE)).holder == THERE


def test_differences_name_units_and_every_word_that_differs() -> None:
    old = fact("issue", "02-01", 16, note="旧", platform="甲")
    new = fact("issue", "02-02", 16, note="新")._replace(holder=THERE)
    assert differences(old, new, {1: "甲单位", 2: "乙单位"}.__getitem__) == {
        "on": (day("02-01"), day("02-02")),
        "unit": ("甲单位", "乙单位"),
        "note": ("旧", "新"),
        "platform": ("甲", None),
    }


DAYS = st.dates(dt.date(2024, 1, 1), dt.date(2024, 1, 6))
ACTS = st.sampled_from(["issue", "import", "import_failed", "accept", "decline", "expand", "shrink", "relocate"])
FACT = st.builds(
    Fact, ACTS, DAYS, cpus=st.none() | st.integers(1, 3), holder=st.none(), details=st.none(), place=st.just("表!2")
)
FACTS = st.lists(FACT, max_size=6)


@given(FACTS, FACTS, st.booleans())
def test_every_stated_fact_finds_one_place_and_no_recorded_one_is_used_twice(
    known: list[Fact], told: list[Fact], again: bool
) -> None:
    facts = recorded(*known)
    lines = [(one, Source("imports", "新.xlsx", "表", n)) for n, one in enumerate(told)]
    found = match(facts, lines, papers((facts, lines)), all_again=again)
    sources = [source for _, source in (*found.same, *found.new)] + [source for _, _, source in found.corrected]
    assert sorted(sources) == [source for _, source in lines]
    used = [one.position for one, _ in found.same] + [old.position for old, _, _ in found.corrected]
    assert len(used) == len(set(used))
    assert all(new.position == old.position and not says_the_same(old, new) for old, new, _ in found.corrected)


@given(FACTS)
def test_what_is_recorded_told_again_is_all_the_same(known: list[Fact]) -> None:
    facts = recorded(*known)
    lines = [(one, Source("imports", "新.xlsx", "表", n)) for n, one in enumerate(known)]
    found = match(facts, lines, papers((facts, lines)))
    assert (len(found.same), found.corrected, found.new) == (len(known), [], [])
