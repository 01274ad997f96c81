"""What was previewed is what is loaded: a ledger that moved in between is told, not overwritten."""

from __future__ import annotations

import re

import pytest

from licensetrack.accounts.permissions import SYSTEM
from licensetrack.core.db import reading
from licensetrack.core.errors import Conflict
from licensetrack.exchange import loading
from licensetrack.measures.catalogue import figures
from licensetrack.measures.question import Question
from tests.trade import accepted, day, issued, unit

pytestmark = pytest.mark.usefixtures("database")
HEADINGS = "授权编号,单位名称,产品类别,云平台名称,授权类型,CPU数量,正式授权发放日期"


def ledger(*rows: str) -> list[loading.NamedBytes]:
    return [loading.NamedBytes("发放.csv", "\n".join([HEADINGS, *rows]).encode())]


def cpus() -> object:
    with reading() as db:
        return figures(db, Question(day("12-31")))["virtualization.issued_cpus"]


def test_a_promise_is_kept_when_nobody_came_between() -> None:
    holder = unit()
    files = ledger(f"SQ-2024-0001,{holder.name},虚拟化软件,一号平台,正式,16,2024-02-01")
    promised = loading.preview(files, actor=SYSTEM).digest()
    assert not loading.load(files, actor=SYSTEM, promised=promised).refused
    assert cpus() == 16


def test_a_load_that_would_do_something_else_than_was_shown_is_refused() -> None:
    holder = unit()
    files = ledger(f"SQ-2024-0001,{holder.name},虚拟化软件,一号平台,正式,16,2024-02-01")
    promised = loading.preview(files, actor=SYSTEM).digest()
    issued("SQ-2024-0001", holder, 20)
    with pytest.raises(Conflict, match=re.escape("changed since these files were checked")):
        loading.load(files, actor=SYSTEM, promised=promised)
    assert cpus() == 20


def test_what_others_do_elsewhere_does_not_matter() -> None:
    holder = unit()
    files = ledger(f"SQ-2024-0001,{holder.name},虚拟化软件,一号平台,正式,16,2024-02-01")
    promised = loading.preview(files, actor=SYSTEM).digest()
    accepted("SQ-2024-0009", holder, 20)
    loading.load(files, actor=SYSTEM, promised=promised)
    assert cpus() == 36
