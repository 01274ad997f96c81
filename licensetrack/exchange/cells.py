"""One cell to one value: texts, identifiers, whole numbers, days, moments and money, or the rule that the cell
breaks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from licensetrack.core.names import is_ignorable, tidy_name, visible
from licensetrack.exchange.problems import Bad

Raw = str | float | int | bool | date | datetime | time | timedelta
Value = str | int | bool | date | datetime | Decimal | None
Reader = Callable[[Raw], Value | Bad]

FIRST_YEAR, LAST_YEAR = 1990, 2100
LONGEST_TEXT = 2000
LONGEST_IDENTIFIER = 64

NEEDED = "This cell must be filled in."
NOT_TEXT = "A text is expected here."
TOO_LONG = "The text is longer than %(limit)s characters."
CONTROL_CHARACTER = "The text holds a character that cannot be stored (%(code)s)."
NOT_IDENTIFIER = "A number or code of a record is expected here."
LOST_DIGITS = "The code is stored as a number and has lost digits; enter it as text."
NOT_WHOLE = "A whole number is expected here, such as 128."
NOT_BETWEEN = "The number must lie between %(lowest)s and %(highest)s."
NOT_DAY = "A date is expected here, such as 2024-03-05."
DAY_MISSING = "The date says no day; write it out, such as 2024-03-05."
DAY_OR_MONTH = "Day and month of this date can be read both ways; write 2024-03-05."
NO_SUCH_DAY = "There is no such day in the calendar."
NO_SUCH_TIME = "There is no such time of day."
YEAR_RANGE = "The year must lie between %(lowest)s and %(highest)s."
NOT_MONEY = "An amount of money is expected here, such as 7,515.00."
TOO_FINE = "An amount cannot be finer than 0.01 yuan."
TOO_MUCH = "The amount is larger than any budget."
MIXED_UNITS = "The cell says %(cell)s, but its heading says %(heading)s."
UNIT_UNSAID = "Neither the heading nor the cell says whether the amount is in 元 or 万元."
NOT_ONE_OF = "One of these is expected here: %(allowed)s."

# Full-width forms and the ideographic blank only. NFKC would also turn 16² into 162 and ½ into 1⁄2, which is guessing.
_HALF = {0xFF01 + i: 0x21 + i for i in range(94)} | {
    0x3000: 0x20,
    0xA0: 0x20,
    0x2007: 0x20,
    0x202F: 0x20,
    0x2212: 0x2D,
    0xFFE5: 0xA5,
}
_DASHES = dict.fromkeys([*range(0x2010, 0x2016), 0x2212, 0xFE63], 0x2D)
_COUNT = re.compile(
    r"([+-]?)(\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.0*)?\s*(?:个|颗|枚|路)?\s*(?:cpu)?(?:授权)?s?", re.IGNORECASE | re.ASCII
)
_MONEY = re.compile(r"([+-]?)[¥]?\s*(\d{1,3}(?:,\d{3})+|\d{1,15})(\.\d{1,12})?\s*(万元|元|)(?:整|人民币)?", re.ASCII)
_TIME = r"(?:(?:\s*T?\s*|\s+)(\d{1,2})\s*[:时点]\s*(\d{1,2})(?:\s*[:分]\s*(\d{1,2})(?:\.0+)?)?\s*[分秒]?)?"
_DAY_FORMS = (
    re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]" + _TIME, re.ASCII),
    re.compile(r"(\d{4})\s*-\s*(\d{1,2})\s*-\s*(\d{1,2})" + _TIME, re.ASCII),
    re.compile(r"(\d{4})\s*/\s*(\d{1,2})\s*/\s*(\d{1,2})" + _TIME, re.ASCII),
    re.compile(r"(\d{4})\s*\.\s*(\d{1,2})\s*\.\s*(\d{1,2})" + _TIME, re.ASCII),
    re.compile(r"(\d{4})(\d{2})(\d{2})" + _TIME, re.ASCII),
)
_NO_DAY = re.compile(r"\d{4}\s*(?:年\s*\d{1,2}\s*月?|[-/.]\s*\d{1,2})|\d{4}年?|\d{1,2}月\d{1,2}日?", re.ASCII)
_BOTH_WAYS = re.compile(r"\d{1,2}\s*[-/.]\s*\d{1,2}\s*[-/.]\s*\d{1,4}\b.*", re.ASCII)
_SERIAL = re.compile(r"\d{5}", re.ASCII)
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - wall time without a zone, as spreadsheets keep it
_SERIALS = range((date(FIRST_YEAR, 1, 1) - _EPOCH.date()).days, (date(LAST_YEAR, 12, 31) - _EPOCH.date()).days + 1)


def half_width(text: str) -> str:
    """Full-width letters, digits, signs and blanks as their ASCII forms; everything else as it is."""
    return text if text.isascii() else text.translate(_HALF)


def shown(raw: Raw) -> str:
    """The cell as its writer would recognise it, on one line, for a message."""
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    if isinstance(raw, float):
        return str(int(raw)) if raw.is_integer() and abs(raw) < 1e15 else f"{raw:.15g}"
    if isinstance(raw, datetime):
        return raw.isoformat(" ")
    text = "".join(c if c.isprintable() else " " if c.isspace() else f"\\u{ord(c):04x}" for c in str(raw)).strip()
    return text if len(text) <= 60 else text[:59] + "…"


def forbidden(text: str) -> str:
    """The first character that no database stores the same way (control, surrogate, noncharacter), or nothing."""
    for c in text:
        if c in "\t\n\r":
            continue
        category = unicodedata.category(c)
        if category in {"Cc", "Cs"} or (category == "Cn" and (ord(c) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(c) <= 0xFDEF)):
            return c
    return ""


def text(raw: Raw) -> str | Bad:
    """A remark or a name: trimmed, on one line, without invisible characters; a whole number is written without
    ``.0``."""
    if isinstance(raw, bool):
        return Bad(NOT_TEXT)
    if isinstance(raw, float):
        return str(int(raw)) if raw.is_integer() and abs(raw) < 2**53 else f"{raw:.15g}"
    if isinstance(raw, str):
        if refused := forbidden(raw):
            return Bad(CONTROL_CHARACTER, {"code": f"U+{ord(refused):04X}"})
        if len(raw) > LONGEST_TEXT:
            return Bad(TOO_LONG, {"limit": LONGEST_TEXT})
        return " ".join(visible(raw).split())
    return shown(raw)


def name(raw: Raw) -> str | Bad:
    """A unit's name: a text without stray blanks; brackets stay as they were written."""
    if not isinstance(raw, str):
        return Bad(NOT_TEXT)
    read = text(raw)
    return read if isinstance(read, Bad) else tidy_name(read)


def identifier(raw: Raw) -> str | Bad:
    """The number or code of a record: half-width, without blanks; ``1.0`` from a spreadsheet is ``1``."""
    if isinstance(raw, bool) or not isinstance(raw, str | float | int):
        return Bad(NOT_IDENTIFIER)
    if not isinstance(raw, str):
        if not 0 <= raw < 1e300 or raw != int(raw):
            return Bad(NOT_IDENTIFIER)
        return Bad(LOST_DIGITS) if raw >= 10**15 else str(int(raw))
    read = text(raw)
    if isinstance(read, Bad):
        return read
    code = "".join(half_width(read).translate(_DASHES).split())
    return Bad(TOO_LONG, {"limit": LONGEST_IDENTIFIER}) if len(code) > LONGEST_IDENTIFIER else code


def whole(lowest: int, highest: int) -> Reader:
    """A reader of whole numbers: 1,234, １２８, 128个CPU; neither 1.5 nor 1e3, TRUE or a date."""

    def read(raw: Raw) -> int | Bad:
        if isinstance(raw, bool) or not isinstance(raw, str | float | int):
            return Bad(NOT_WHOLE)
        if isinstance(raw, str):
            found = _COUNT.fullmatch(half_width(visible(raw)).strip())
            if found is None:
                return Bad(NOT_WHOLE)
            number = int(found[1] + found[2].replace(",", ""))
        elif raw == raw and abs(raw) < 1e15 and raw == int(raw):
            number = int(raw)
        else:
            return Bad(NOT_WHOLE)
        if not lowest <= number <= highest:
            return Bad(NOT_BETWEEN, {"lowest": f"{lowest:,}", "highest": f"{highest:,}"})
        return number

    return read


def moment(raw: Raw) -> datetime | Bad:
    """Wall time in Shanghai, without a zone, to the second. A cell that names only a day means its beginning, as in a
    spreadsheet."""
    if isinstance(raw, datetime):
        read: datetime | Bad = raw.replace(microsecond=0) + timedelta(seconds=raw.microsecond >= 500_000)
    elif isinstance(raw, date):
        read = datetime(raw.year, raw.month, raw.day)  # noqa: DTZ001 - wall time
    elif isinstance(raw, str):
        read = _moment_in_words(half_width(visible(raw)).translate(_DASHES).strip())
    elif isinstance(raw, float) and 0 < raw < 1e6 and int(raw) in _SERIALS:
        read = _EPOCH + timedelta(seconds=round(raw * 86400))
    elif isinstance(raw, float) and raw.is_integer() and 0 < raw < 1e8:
        read = _moment_in_words(str(int(raw)))
    else:
        return Bad(NOT_DAY)
    if isinstance(read, datetime) and not FIRST_YEAR <= read.year <= LAST_YEAR:
        return Bad(YEAR_RANGE, {"lowest": FIRST_YEAR, "highest": LAST_YEAR})
    return read


def day(raw: Raw) -> date | Bad:
    """A day: a date cell, a serial number, 2024年3月5日, 2024.03.05, 2024/3/5, 2024-3-5 or 20240305; a time beside it
    is dropped."""
    if isinstance(raw, float) and not raw.is_integer():
        return Bad(NOT_DAY)
    read = moment(raw)
    return read.date() if isinstance(read, datetime) else read


def _moment_in_words(words: str) -> datetime | Bad:
    for form in _DAY_FORMS:
        if found := form.fullmatch(words):
            year, month, day_of_month, hour, minute, second = (int(part or 0) for part in found.groups())
            try:
                read = datetime(year, month, day_of_month)  # noqa: DTZ001 - wall time
            except ValueError:
                return Bad(NO_SUCH_DAY)
            if hour > 23 or minute > 59 or second > 59:
                return Bad(NO_SUCH_TIME)
            return read.replace(hour=hour, minute=minute, second=second)
    if _SERIAL.fullmatch(words) and int(words) in _SERIALS:
        return _EPOCH + timedelta(days=int(words))
    if _NO_DAY.fullmatch(words):
        return Bad(DAY_MISSING)
    return Bad(DAY_OR_MONTH if _BOTH_WAYS.fullmatch(words) else NOT_DAY)


MONEY_UNITS: Mapping[str, int] = {"元": 1, "万元": 10_000}


def money(unit: str) -> Reader:
    """A reader of amounts into yuan, exact to the cent. `unit` is what the heading says: 元, 万元 or nothing."""

    def read(raw: Raw) -> Decimal | Bad:
        said = ""
        if isinstance(raw, bool) or not isinstance(raw, str | float | int):
            return Bad(NOT_MONEY)
        if isinstance(raw, str):
            found = _MONEY.fullmatch(half_width(visible(raw)).strip())
            if found is None:
                return Bad(NOT_MONEY)
            number, said = Decimal(found[1] + found[2].replace(",", "") + (found[3] or "")), found[4]
        elif abs(raw) < 1e15:
            # A spreadsheet keeps and shows 15 significant digits; the rest of the binary number is noise.
            number = Decimal(f"{raw:.15g}")
        else:
            return Bad(TOO_MUCH if raw == raw else NOT_MONEY)
        if said and unit and said != unit:
            return Bad(MIXED_UNITS, {"cell": said, "heading": unit})
        if not (said or unit):
            return Bad(UNIT_UNSAID)
        yuan = number * MONEY_UNITS[said or unit]
        if yuan != yuan.quantize(Decimal("0.01")):
            return Bad(TOO_FINE)
        return Bad(TOO_MUCH) if abs(yuan) >= Decimal(10) ** 14 else yuan.quantize(Decimal("0.01"))

    return read


def choice_key(words: str) -> str:
    """The key under which a word of a fixed list is found: half-width, lower case, without blanks or invisible
    characters."""
    return "".join(half_width(visible(words)).casefold().split())


def choice(table: Mapping[str, str], allowed: str) -> Reader:
    """A reader of words from a fixed list; `table` gives the value for each key, `allowed` is how the list is shown."""

    def read(raw: Raw) -> str | Bad:
        found = table.get(choice_key(shown(raw)))
        return Bad(NOT_ONE_OF, {"allowed": allowed}) if found is None else found

    return read


def blank(raw: Raw) -> bool:
    """Whether nothing stands in the cell: empty, blanks of any width, or characters that show nothing."""
    return raw == "" or (isinstance(raw, str) and all(c.isspace() or is_ignorable(c) for c in raw))
