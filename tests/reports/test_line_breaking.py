"""Chinese lines: nothing is lost, words and numbers stay whole, punctuation does not begin a line."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from licensetrack.reports.fonts import FontChain, Purpose, font_book
from licensetrack.reports.pdf_text import break_text

PIECES = st.sampled_from(
    [
        "虚拟化",
        "软件",
        "授权",
        "，",
        "。",
        "（",
        "）",
        "《",
        "》",
        "4375",
        "20,083",
        "100%",
        "GB/T",
        "virtualization",
        "、",
        "“",
        "”",
    ]
)


def chain() -> FontChain:
    return font_book()[Purpose.BODY]


@example("437520,083virtualization虚拟化", 200)  # a word that fits the column but not its indented first line
@given(st.lists(PIECES, min_size=1, max_size=60).map("".join), st.integers(200, 450))
def test_lines_hold_the_whole_text_in_the_column(text: str, width: int) -> None:
    lines = break_text(text, chain(), 16, width, indent=32, justified=True)
    assert "".join(line.text for line in lines) == text
    for number, line in enumerate(lines[:-1]):
        room = width - (32 if number == 0 else 0)
        natural = chain().width(line.text, 16)
        assert natural <= room + 16.1, "only one mark of punctuation may hang over"


@given(st.lists(st.sampled_from(["授权", "软件套", "，", "。", "（", "）", "4375", "个"]), min_size=30, max_size=60))
def test_no_mark_stands_where_it_must_not(pieces: list[str]) -> None:
    text = re.sub(r"[，。（）]{2,}", "，", "".join(pieces)).strip("，。（）")
    lines = [line.text for line in break_text(text, chain(), 16, 300, justified=True)]
    assert not [line for line in lines[1:] if line[0] in "，。）"]
    assert not [line for line in lines[:-1] if line[-1] == "（"]
    assert "4375" * text.count("4375") == "".join(re.findall("4375", "\n".join(lines)))


def test_a_full_line_is_stretched_to_the_edge_but_its_number_is_not() -> None:
    line = break_text(
        "虚拟化软件授权数量完成4375个CPU，云管理软件授权数量完成20083个CPU", chain(), 16, 300, justified=True
    )[0]
    spacing = dict(line.pieces)
    assert line.width == 300
    assert spacing["437"] == 0
    assert max(spacing.values()) > 0


def test_a_word_wider_than_the_column_is_broken_all_the_same() -> None:
    lines = break_text("x" * 100, chain(), 16, 100)
    assert len(lines) > 5
    assert "".join(line.text for line in lines) == "x" * 100


@pytest.mark.parametrize("text", ["", "   "])
def test_nothing_is_one_empty_line(text: str) -> None:
    assert [line.text for line in break_text(text, chain(), 16, 100)] == [""]
