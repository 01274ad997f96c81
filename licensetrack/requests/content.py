"""What a request says: as it is typed (text, kept whatever it is) and as it is understood (values, if it is right)."""

from __future__ import annotations

import datetime as dt
import re
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from licensetrack.core.errors import Refused
from licensetrack.core.names import tidy_name, visible
from licensetrack.requests.findings import Finding, error
from licensetrack.requests.hosts import Host, parse
from licensetrack.requests.kinds import KINDS

Typed = dict[str, Any]
"""``{"contact": …, "lines": [{"key": …, "kind": …, "cpus": "16颗", …}]}``: every value is text."""

HEAD = {"contact": 80, "phone": 40, "reason": 1000, "wanted_on": 20}
LINE = {
    "key": 16, "kind": 12, "product": 40, "license_kind": 10, "set": 40, "platform": 200, "site": 200, "edition": 40,
    "cpus": 20, "hosts": 100_000, "fingerprint": 80, "valid_until": 20, "wanted_on": 20, "reason": 500,
}  # fmt: skip
SEVERAL_ROWS = ("reason", "hosts")
MOST_LINES = 100
MOST_CPUS = 1_000_000
_KEY = re.compile(r"[0-9a-z]{1,16}")
_WHOLE = re.compile(r"(\d{1,9})(?:\.0+)?\s*(?:颗|个|CPU|CPUs|个CPU|颗CPU)?", re.IGNORECASE)
_DAY = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?")


@dataclass(frozen=True)
class AskedLine:
    """One line, understood."""

    key: str
    kind: str
    product: str = ""
    license_kind: str = ""
    set_number: str = ""
    platform: str = ""
    site: str = ""
    edition: str = ""
    cpus: int | None = None
    hosts: tuple[Host, ...] = ()
    fingerprint: str = ""
    valid_until: dt.date | None = None
    wanted_on: dt.date | None = None
    reason: str = ""


@dataclass(frozen=True)
class Asked:
    """A whole request, understood."""

    contact: str = ""
    phone: str = ""
    reason: str = ""
    wanted_on: dt.date | None = None
    lines: tuple[AskedLine, ...] = field(default=())


def new_key() -> str:
    """A key for a new line."""
    return secrets.token_hex(4)


def tidy(typed: Mapping[str, Any]) -> Typed:
    """What was typed, reduced to what a request can hold: known fields, visible signs, a key for every line.

    Raises Refused for a text that is too long, a kind of line that does not exist, or too many lines.
    """
    lines = list(typed.get("lines", ()))
    if len(lines) > MOST_LINES:
        raise Refused("A request has %(most)s lines at the most.", most=MOST_LINES).at("lines")
    known: set[str] = set()
    kept = []
    for line in lines:
        found = {name: _text(line.get(name, ""), name, most) for name, most in LINE.items()}
        if found["kind"] not in KINDS:
            raise Refused("There is no kind of line “%(kind)s”.", kind=found["kind"]).at("lines")
        if not _KEY.fullmatch(found["key"]) or found["key"] in known:
            found["key"] = new_key()
        known.add(found["key"])
        kept.append(found)
    return {name: _text(typed.get(name, ""), name, most) for name, most in HEAD.items()} | {"lines": kept}


def _text(value: object, name: str, most: int) -> str:
    text = str(value if value is not None else "").replace("\r\n", "\n")
    text = "".join(sign for sign in visible(text) if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cs"))
    text = text.strip() if name in SEVERAL_ROWS else tidy_name(text.replace("\n", " "))
    if len(text) > most:
        raise Refused("The text has more than %(most)s signs.", most=most).at(name)
    return text


def read(typed: Typed) -> tuple[Asked, list[Finding]]:
    """What is meant, and what can not be understood. Fields that a line's kind does not have are passed over."""
    problems: list[Finding] = []
    lines = tuple(_line(line, problems) for line in typed["lines"])
    wanted_on = _day(typed["wanted_on"], "", "wanted_on", problems)
    return Asked(typed["contact"], typed["phone"], typed["reason"], wanted_on, lines), problems


def _line(typed: Mapping[str, str], problems: list[Finding]) -> AskedLine:
    key, kind = typed["key"], KINDS[typed["kind"]]
    said = {name: typed[name] if name in kind.fields else "" for name in LINE}
    hosts, bad = parse(said["hosts"], key)
    problems += bad
    return AskedLine(
        key=key, kind=typed["kind"], product=said["product"], license_kind=said["license_kind"],
        set_number=said["set"], platform=said["platform"], site=said["site"], edition=said["edition"],
        cpus=_cpus(said["cpus"], key, problems), hosts=hosts, fingerprint=fold_fingerprint(said["fingerprint"]),
        valid_until=_day(said["valid_until"], key, "valid_until", problems),
        wanted_on=_day(said["wanted_on"], key, "wanted_on", problems), reason=said["reason"],
    )  # fmt: skip


def fold_fingerprint(text: str) -> str:
    """A fingerprint as it is compared: half-width, capital letters, no blanks."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).upper()[:80]


def _cpus(text: str, key: str, problems: list[Finding]) -> int | None:
    if not text:
        return None
    found = _WHOLE.fullmatch(unicodedata.normalize("NFKC", text).replace(",", "").strip())
    if found is None:
        problems.append(error("“%(value)s” is not a whole number.", key, "cpus", value=text))
        return None
    if not 0 < int(found[1]) <= MOST_CPUS:
        problems.append(
            error("The CPU quantity %(cpus)s is not between 1 and %(most)s.", key, "cpus", cpus=text, most=MOST_CPUS)
        )
        return None
    return int(found[1])


def _day(text: str, key: str, name: str, problems: list[Finding]) -> dt.date | None:
    if not text:
        return None
    found = _DAY.fullmatch(unicodedata.normalize("NFKC", text).strip())
    try:
        if found is not None and int(found[1]) >= 2000:
            return dt.date(*(int(part) for part in found.groups()))
    except ValueError:
        pass
    problems.append(error("“%(text)s” is not a date; dates look like 2024-12-31.", key, name, text=text))
    return None
