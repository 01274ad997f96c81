"""What is typed is kept as text; what can be read of it makes the paper, and the rest is told at its field."""

import datetime as dt
from decimal import Decimal

import pytest

from licensetrack.core.errors import Refused
from licensetrack.performance import framework
from licensetrack.performance.typed import (
    OpenPoint,
    Typed,
    inserts,
    read_header,
    read_mark,
    read_parts,
    tidy,
    typed_header,
    typed_parts,
)
from licensetrack.performance.working_paper import WorkingPaper, working_paper

USED = framework.load("department-2024")
LEAVES = {leaf.code: leaf for leaf in USED.leaves()}
DAY = dt.date(2024, 12, 31)


def mark(code: str, **typed: str) -> tuple[dict[str, object], list[tuple[str, str]]]:
    """What an indicator's mark is read as, and what is told at which field."""
    points: list[OpenPoint] = []
    found = read_mark(LEAVES[code], tidy(f"mark:{code}", typed), points)
    return found, [(point.field, point.message) for point in points]


def test_a_paper_that_is_typed_out_and_read_again_is_the_same_paper(paper: WorkingPaper) -> None:
    content, points = read_parts(USED, 2024, DAY, typed_parts(USED, paper))
    again = working_paper(content)
    assert points == []
    assert (again.header, again.marks, again.sections) == (paper.header, paper.marks, paper.sections)


@pytest.mark.parametrize(
    ("code", "typed", "read"),
    [
        ("A11", {"score": "3", "band": "achieved"}, {"score": Decimal(3), "band": "achieved"}),
        ("A11", {"score": "２．５", "band": "achieved"}, {"score": Decimal("2.5"), "band": "achieved"}),
        ("C12", {"score": "4.5"}, {"score": Decimal("4.5")}),
        ("C11", {"deduct": "1.5"}, {"deduct": Decimal("1.5")}),
        ("C11", {"evidence": " 合同 \n\n凭证"}, {"evidence": ["合同", "凭证"]}),
        ("C11", {"value": "17", "score": "7", "band": "achieved"}, {}),  # it reads a measure and scores itself
    ],
)
def test_a_mark_is_read_as_far_as_its_rule_takes_it(code: str, typed: Typed, read: dict[str, object]) -> None:
    assert mark(code, **typed) == (read, [])


@pytest.mark.parametrize(
    ("code", "typed", "field", "message"),
    [
        ("A11", {"score": "drei", "band": "achieved"}, "score", "is not a number"),
        ("A11", {"score": "3"}, "band", "Choose the band"),
        ("A11", {"score": "1", "band": "achieved"}, "score", "the band"),
        ("C12", {"score": "5.5"}, "score", "weight"),
        ("C12", {"score": "-1"}, "score", "weight"),
        ("C11", {"deduct": "-1"}, "deduct", "must not be negative"),
    ],
)
def test_what_can_not_be_read_is_told_at_its_field_and_left_out(
    code: str, typed: Typed, field: str, message: str
) -> None:
    read, told = mark(code, reason="因为", **typed)
    assert read == {"reason": "因为"}
    assert [(told[0][0], message in told[0][1])] == [(field, True)], told


def test_an_empty_header_says_what_it_needs_and_has_the_year_for_its_period() -> None:
    points: list[OpenPoint] = []
    header = read_header(tidy("header", {"period_start": "im Januar", "period_end": "2024-12-31"}), 2024, points)
    assert (header["period_start"], header["period_end"]) == ("2024-01-01", "2024-12-31")
    told = [point.field for point in points]
    assert told == ["title", "project", "authority", "implementer", "author", "lead", "goal", "achievement",
                    "period_start"]  # fmt: skip


def test_a_period_that_ends_before_it_begins_is_told(paper: WorkingPaper) -> None:
    points: list[OpenPoint] = []
    read_header(typed_header(paper.header) | {"period_start": "2025-01-01"}, 2024, points)
    assert [point.message for point in points] == ["The period ends before it begins."]


def test_a_text_is_tidied_and_one_that_is_too_long_is_refused_at_its_field() -> None:
    assert tidy("section:1", {"title": " 一、\u200b基本\n情况 ", "paragraphs": "甲\r\n乙 ", "foreign": "x"}) == {
        "level": "", "title": "一、基本情况", "paragraphs": "甲\n乙", "insert": "",
    }  # fmt: skip
    with pytest.raises(Refused, match="more than 200 signs") as refusal:
        tidy("header", {"title": "长" * 201})
    assert refusal.value.field == "title"


def test_what_may_follow_a_chapter_is_known(paper: WorkingPaper) -> None:
    parts = typed_parts(USED, paper) | {"section:x": tidy("section:x", {"level": "7", "insert": "analysis:Z"})}
    content, points = read_parts(USED, 2024, DAY, parts)
    assert content["sections"][-1] == {"level": 1, "title": "", "paragraphs": [], "insert": ""}
    assert [(point.place, point.field) for point in points] == [("section:x", "title")]
    assert "analysis:A" in inserts(USED)
