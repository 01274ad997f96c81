"""Each cell becomes exactly the value that stands in it, or an error: nothing is guessed."""
# ruff: noqa: DTZ001 - wall time without a zone is what spreadsheets hold

import datetime as dt
import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensetrack.exchange import cells, ledgers
from licensetrack.exchange.problems import Bad
from tests.exchange.making import full_width

CPUS = cells.whole(1, 1_000_000)


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        (128.0, 128),
        ("128", 128),
        ("１２８", 128),
        (" 128 ", 128),
        ("\u3000128\u00a0", 128),
        ("1,234", 1234),
        ("１，２３４", 1234),
        ("999,999", 999_999),
        ("128个", 128),
        ("128 个CPU", 128),
        ("128个 cpu", 128),
        ("128颗", 128),
        ("１２８个ＣＰＵ", 128),
        ("128CPU", 128),
        ("128.0", 128),
        ("+16", 16),
        ("1\u200b28", 128),
        ("0128", 128),
        (1_000_000.0, 1_000_000),
    ],
)
def test_a_number_is_read_however_it_is_written(cell: cells.Raw, number: int) -> None:
    assert CPUS(cell) == number


@pytest.mark.parametrize(
    "cell",
    [
        *(1.5, "1.5", "16.01", "1e3", "1E3", 1e300, math.inf, -math.inf, math.nan, "NaN", "inf", True, False),
        *("1_000", "12 8", "1,23", "12,34,567", ",128", "128,", "0x10", "16²", "½", "一百", "Ⅳ", "①", "壹", "٣", "१२"),
        *("约128", "128台", "128/2", "10-20", "--5", "(16)", "16;", "#N/A", "128\x00", "abc", "=16", "'16"),
        *(dt.date(2024, 3, 5), dt.datetime(2024, 3, 5, 8, 0), dt.time(8, 0), dt.timedelta(hours=1)),
        "9" * 5000,
    ],
)
def test_what_is_no_whole_number_is_an_error(cell: cells.Raw) -> None:
    assert CPUS(cell) == Bad(cells.NOT_WHOLE)


@pytest.mark.parametrize("cell", [0.0, -3.0, "-3", "－３", "\u22123", "0", 1_000_001.0, "1,000,001"])
def test_a_number_outside_its_limits_is_an_error_that_names_them(cell: cells.Raw) -> None:
    read = CPUS(cell)
    assert isinstance(read, Bad)
    assert read.rule == cells.NOT_BETWEEN
    assert read.values == {"lowest": "1", "highest": "1,000,000"}


@given(st.integers(1, 1_000_000), st.sampled_from(["", "个", "颗", " 个CPU", "CPU"]), st.booleans(), st.booleans())
def test_every_number_survives_every_way_of_writing_it(number: int, unit: str, grouped: bool, wide: bool) -> None:
    text = (f"{number:,}" if grouped else str(number)) + unit
    assert CPUS(full_width(text) if wide else text) == number
    assert CPUS(float(number)) == number


@given(st.text(max_size=12))
def test_no_text_makes_the_number_reader_fail(text: str) -> None:
    read = CPUS(text)
    assert isinstance(read, Bad) or (type(read) is int and 1 <= read <= 1_000_000)


@pytest.mark.parametrize(
    ("unit", "cell", "yuan"),
    [
        ("万元", 7515.0, "75150000.00"),
        ("万元", 2254.5, "22545000.00"),
        ("万元", 0.1, "1000.00"),
        ("万元", "7,515.00", "75150000.00"),
        ("万元", "７，５１５万元", "75150000.00"),
        ("万元", 0.000001, "0.01"),
        ("元", 75150000.0, "75150000.00"),
        ("元", "¥1,234.56", "1234.56"),
        ("元", "￥1,234.56元", "1234.56"),
        ("元", 0.1 + 0.2, "0.30"),
        ("元", -300.0, "-300.00"),
        ("", "7,515万元", "75150000.00"),
        ("", "88元整", "88.00"),
    ],
)
def test_money_is_exact_to_the_cent(unit: str, cell: cells.Raw, yuan: str) -> None:
    read = cells.money(unit)(cell)
    assert read == Decimal(yuan)
    assert str(read) == yuan


@pytest.mark.parametrize(
    ("unit", "cell", "rule"),
    [
        ("元", "7515万元", cells.MIXED_UNITS),
        ("万元", "7515元", cells.MIXED_UNITS),
        ("", 7515.0, cells.UNIT_UNSAID),
        ("", "7515", cells.UNIT_UNSAID),
        ("元", 0.001, cells.TOO_FINE),
        ("万元", 0.0000001, cells.TOO_FINE),
        ("元", 1e15, cells.TOO_MUCH),
        ("万元", 1e12, cells.TOO_MUCH),
        *(
            ("元", cell, cells.NOT_MONEY)
            for cell in (math.nan, True, "1e3", "约100", "1,23.00", dt.date(2024, 1, 1), "100美元")
        ),
    ],
)
def test_money_that_is_unclear_is_an_error(unit: str, cell: cells.Raw, rule: str) -> None:
    read = cells.money(unit)(cell)
    assert isinstance(read, Bad)
    assert read.rule == rule


@given(st.decimals(min_value=0, max_value=10**9, places=2, allow_nan=False), st.sampled_from(["元", "万元"]))
def test_every_amount_survives_a_spreadsheet(amount: Decimal, unit: str) -> None:
    written = float(amount / cells.MONEY_UNITS[unit])
    assert cells.money(unit)(written) == amount
    assert cells.money(unit)(f"{amount:,}元") == (
        amount if unit == "元" else Bad(cells.MIXED_UNITS, {"cell": "元", "heading": unit})
    )


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (1.0, "1"),
        (20240001.0, "20240001"),
        ("SQ-2024-0001", "SQ-2024-0001"),
        (" SQ-2024-0001 ", "SQ-2024-0001"),
        ("ＳＱ－２０２４－０００１", "SQ-2024-0001"),
        ("SQ–2024–0001", "SQ-2024-0001"),
        ("SQ- 2024 -0001", "SQ-2024-0001"),
        ("\ufeffSQ\u200b-1", "SQ-1"),
        ("深授〔2024〕1号", "深授〔2024〕1号"),
        ("007", "007"),
    ],
)
def test_a_number_of_a_record_has_one_form(cell: cells.Raw, code: str) -> None:
    assert cells.identifier(cell) == code


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        (1.5, cells.NOT_IDENTIFIER),
        (-1.0, cells.NOT_IDENTIFIER),
        (True, cells.NOT_IDENTIFIER),
        (dt.date(2024, 1, 1), cells.NOT_IDENTIFIER),
        (math.nan, cells.NOT_IDENTIFIER),
        (math.inf, cells.NOT_IDENTIFIER),
        (4.40300123456789e17, cells.LOST_DIGITS),
        ("x" * 65, cells.TOO_LONG),
        ("SQ\x07", cells.CONTROL_CHARACTER),
    ],
)
def test_a_broken_number_of_a_record_is_an_error(cell: cells.Raw, rule: str) -> None:
    read = cells.identifier(cell)
    assert isinstance(read, Bad)
    assert read.rule == rule


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\ud800", "\ufffe", "\uffff", "\ufdd0"])
def test_a_character_that_databases_disagree_about_is_refused(character: str) -> None:
    read = cells.text(f"备注{character}")
    assert isinstance(read, Bad)
    assert read.values == {"code": f"U+{ord(character):04X}"}


@pytest.mark.parametrize("mark", ["\u200b", "\ufeff", "\u202e", "\u2066", "\u00ad", "\u200d", "\ufe0f", "\u034f"])
def test_characters_that_show_nothing_are_taken_out(mark: str) -> None:
    assert cells.text(f"深圳{mark}市{mark}") == "深圳市"
    assert cells.name(f"{mark}深圳市") == "深圳市"


def test_rare_characters_of_names_are_kept() -> None:
    assert cells.text("𬭚㛃龑\U00031350") == "𬭚㛃龑\U00031350"


def test_a_text_is_one_line_without_stray_blanks() -> None:
    assert cells.text(" 授权文件\n版本不符\t \u3000见附件 ") == "授权文件 版本不符 见附件"
    assert cells.text(7.0) == "7"
    assert cells.text(2.5) == "2.5"
    assert cells.text(dt.date(2024, 3, 5)) == "2024-03-05"
    assert cells.text(True) == Bad(cells.NOT_TEXT)


@pytest.mark.parametrize(
    ("cell", "grade"),
    [(5.0, 5), ("５", 5), ("4分", 4), ("3星", 3), ("非常满意", 5), ("满意", 4), ("不满意", 2), ("基本满意", 3)],
)
def test_satisfaction_is_one_to_five(cell: cells.Raw, grade: int) -> None:
    assert ledgers.reader("satisfaction")(cell) == grade


@pytest.mark.parametrize("cell", [0.0, 6.0, 4.5, "好", "100%", True])
def test_satisfaction_outside_its_scale_is_an_error(cell: cells.Raw) -> None:
    assert isinstance(ledgers.reader("satisfaction")(cell), Bad)


@pytest.mark.parametrize(
    ("said", "product"),
    [
        *((said, "virtualization") for said in ("虚拟化软件", "虚拟化", " 虚拟化 软件 ")),
        *((said, "cloud_management") for said in ("云管理软件", "云管", "云软件", "Cloud Management")),
        *((said, "bms") for said in ("BMS", "bms", "ＢＭＳ", "裸金属", "裸金属（BMS）")),
    ],
)
def test_products_go_by_many_names(said: str, product: str) -> None:
    assert ledgers.reader("product")(said) == product


def test_an_unknown_word_is_an_error_that_lists_the_known_ones() -> None:
    assert ledgers.reader("product")("数据库") == Bad(cells.NOT_ONE_OF, {"allowed": "虚拟化软件、云管理软件、BMS"})


def test_a_cell_is_shown_as_its_writer_knows_it() -> None:
    assert cells.shown(164.0) == "164"
    assert cells.shown(2254.5) == "2254.5"
    assert cells.shown(True) == "TRUE"
    assert cells.shown(dt.date(2024, 3, 5)) == "2024-03-05"
    assert cells.shown("a\x00b\nc") == "a\\u0000b c"
    assert len(cells.shown("长" * 500)) == 60
