"""One event is one line of plain JSON, whatever is in it, and nothing in it that nobody outside may read."""

from __future__ import annotations

import io
import itertools
import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from sqlalchemy import text

from licensetrack.core import db, logs

PARTS = [
    "\n", "\r\n", "\r", "\x0b", "\x0c", "\x00", "\x07", "\x08", "\x1b[2J", "\x1b]0;title\x07", "\x7f", "\x85",
    "\u2028", "\u2029", "\u202e", "\u2066", "\u200b", "\ufeff", "\x9b31m", '"}\n{"level":"info"', "\\", '"', "\ud800",
    "{{7*7}}", "%s%s%n", "${jndi:ldap://x}", "<script>", "😀", "套", "a" * 5000,
]  # fmt: skip
NASTY = [
    *PARTS,
    *(f"begin {part} end" for part in PARTS),
    *(f"{part}{other}" for part, other in itertools.pairwise(PARTS)),
][:88]


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    kept, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.configure(stream, "json")
    yield stream
    root.handlers[:], root.level = kept, level
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    text_written = stream.getvalue()
    assert text_written.isascii()
    assert not [letter for letter in text_written if (ord(letter) < 32 and letter != "\n") or ord(letter) == 127]
    return [json.loads(line) for line in text_written.splitlines()]


def test_eighty_nasty_strings_make_one_line_each_through_every_door(written: io.StringIO) -> None:
    assert len(NASTY) >= 80
    logs.configure(written, "json")  # pytest's own handler would pass half a surrogate on to a report
    ours, theirs = structlog.get_logger("ours"), logging.getLogger("theirs")
    for nasty in NASTY:
        ours.info(nasty, said=nasty, nested={"a": [nasty]})
        theirs.warning("they said %s", nasty)
        try:
            raise ValueError(nasty)
        except ValueError:
            theirs.exception("it broke at %s", nasty)
    found = lines(written)
    assert len(found) == 3 * len(NASTY)
    assert {str(one["level"]) for one in found} == {"info", "warning", "error"}, "no line was forged"
    assert found[3]["said"] == NASTY[1]


def test_text_for_eyes_is_one_line_each_too(written: io.StringIO) -> None:
    stream = io.StringIO()
    logs.configure(stream, "text")
    for nasty in NASTY:
        structlog.get_logger("ours").info(nasty, said=nasty)
    assert len(stream.getvalue().splitlines()) == len(NASTY)
    assert stream.getvalue().isascii()
    assert not written.getvalue()


def test_secrets_and_persons_are_left_out_by_name_and_by_look(written: io.StringIO) -> None:
    log = structlog.get_logger("ours")
    log.info("signed in", password="correct horse 42", token="abc", name="张三", phone="x", person={"name": "李四"})
    log.info("asked by 13800138000, Bearer abcdefgh, postgresql://office:hunter2@db/x", digest="0123456789abcdef" * 4)
    log.info("fine", status=200, number="SQ-2024-0001", at="2024-12-31")
    said = written.getvalue()
    for secret in ("horse", "abc", "\\u5f20", "\\u674e", "13800138000", "hunter2", "0123456789abcdef"):
        assert secret not in said
    assert lines(written)[2] | {"at": ""} == {
        "at": "", "level": "info", "event": "fine", "status": 200, "number": "SQ-2024-0001", "logger": "ours",
    }  # fmt: skip


@pytest.mark.usefixtures("database")
def test_an_error_of_the_database_quotes_no_row(written: io.StringIO) -> None:
    try:
        with db.transaction() as session:
            for _ in range(2):
                session.execute(
                    text("INSERT INTO setting (name, value, changed_at) VALUES (:n, '\"x\"', '2024-01-01')"),
                    {"n": "张三的电话 13900139000"},
                )
    except Exception:
        logging.getLogger("licensetrack").exception("it broke")
    [found] = lines(written)
    errors = found["error"]
    assert isinstance(errors, list)
    assert any("IntegrityError" in str(one["kind"]) or "UniqueViolation" in str(one["kind"]) for one in errors)
    assert any("db.py" in place for one in errors for place in one["at"])
    assert "13900139000" not in written.getvalue()
    assert "\\u5f20" not in written.getvalue()


def test_what_is_no_text_is_told_by_its_kind_alone(written: io.StringIO) -> None:
    class Person:
        def __repr__(self) -> str:
            return "a secret"

    structlog.get_logger("ours").info("seen", who=Person())
    assert lines(written)[0]["who"] == "<Person>"
