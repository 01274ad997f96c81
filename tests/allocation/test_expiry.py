"""What ends within so many days, as of a day; and what waits at a stage, since when and why."""

import datetime as dt

import pytest
from sqlalchemy import Engine

from licensetrack.accounts.permissions import Scope
from licensetrack.allocation import life
from licensetrack.allocation.expiry import ending_sets
from licensetrack.allocation.stages import DECLINED, IMPORTED, ISSUED
from licensetrack.allocation.standing import sets_at_stage
from licensetrack.core.db import reading
from tests.conftest import Clock
from tests.trade import ALICE, accepted, day, fresh, imported, issued, unit

pytestmark = pytest.mark.usefixtures("clock", "database")


def ending(as_of: str, within: int | None = 90, scope: Scope | None = None) -> list[tuple[str, str, int]]:
    """(number, by, days left) of what ends, as of a day."""
    with reading() as db:
        rows = ending_sets(db, day(as_of), within=within, **({"scope": scope} if scope else {}))
    return [(row.held.number, row.by, row.days) for row in rows]


def test_the_window_holds_what_ends_within_it_and_what_has_ended_already(database: Engine) -> None:
    holder = unit()
    for number, end in (("SQ-1", "2025-01-01"), ("SQ-2", "2025-03-31"), ("SQ-3", "2025-04-01"), ("SQ-4", "2024-12-30")):
        issued(number, holder, details={"support_end": day(end).isoformat()})
    issued("SQ-5", holder)
    assert ending("12-31") == [("SQ-4", "support_end", -1), ("SQ-1", "support_end", 1), ("SQ-2", "support_end", 90)]
    assert [number for number, *_ in ending("12-31", 91)] == ["SQ-4", "SQ-1", "SQ-2", "SQ-3"]
    assert [number for number, *_ in ending("12-31", 0)] == ["SQ-4"]
    assert [number for number, *_ in ending("12-31", None)] == ["SQ-4", "SQ-1", "SQ-2", "SQ-3", "SQ-5"]


def test_a_set_that_was_handed_back_ends_no_more_but_did_before(database: Engine) -> None:
    license_set = issued("SQ-1", unit(), details={"support_end": "2024-12-31"})
    life.return_set(license_set, actor=ALICE, on=day("11-01"), reason="停用")
    assert ending("12-31") == []
    assert ending("10-31") == [("SQ-1", "support_end", 61)]
    assert ending("01-31") == []  # not yet issued


def test_a_scope_sees_its_own_rows_as_they_were_then(database: Engine) -> None:
    near, far = unit("SZ0001", district="福田区"), unit("SZ0002", district="南山区")
    moved = issued("SQ-1", near, details={"support_end": "2024-12-31"})
    life.relocate_set(moved, far, actor=ALICE, on=day("06-01"), reason="划转")
    now, then = "12-31", "05-31"
    assert [ending(now, None, Scope("unit", str(one.id))) for one in (near, far)] == [[], [("SQ-1", "support_end", 0)]]
    assert ending(then, None, Scope("district", "福田区")) == [("SQ-1", "support_end", 214)]
    assert ending(then, None, Scope("district", "南山区")) == []


def test_the_day_before_and_the_day_itself_are_told_alike(database: Engine, clock: Clock) -> None:
    holder = unit()
    issued("SQ-1", holder, details={"support_end": "2025-02-01"})
    today = ending("12-31", None)
    clock.set("2025-01-01 09:00")
    assert ending("12-31", None) == today  # read from the events now, from the state rows before


def test_validity_counts_like_support_and_what_ends_first_is_told(database: Engine) -> None:
    holder = unit()
    issued("SQ-1", holder, kind="temporary", details={"valid_until": "2025-01-10", "support_end": "2025-02-01"})
    issued("SQ-2", holder, details={"support_end": "2025-01-20"})
    assert ending("12-31") == [("SQ-1", "valid_until", 10), ("SQ-2", "support_end", 20)]


def test_a_renewal_moves_the_end_from_its_day_on(database: Engine) -> None:
    license_set = issued("SQ-1", unit(), details={"support_end": "2024-12-31"})
    life.renew_set(license_set, actor=ALICE, on=day("12-01"), support_end=day("2025-12-31"), reason="续保")
    assert ending("11-30", 31) == [("SQ-1", "support_end", 31)]
    assert ending("12-01", None) == [("SQ-1", "support_end", 395)]
    assert ending("12-31") == []
    assert ending("12-31", 365) == [("SQ-1", "support_end", 365)]


def standing(stage: str, scope: Scope | None = None) -> list[tuple[str, dt.date, str]]:
    """(number, since, reason) of what stands at a stage."""
    with reading() as db:
        rows = sets_at_stage(db, stage, **({"scope": scope} if scope else {}))
    return [(row.number, row.since, row.reason) for row in rows]


def test_a_stage_lists_who_stands_there_longest_first(database: Engine) -> None:
    near, far = unit("SZ0001", district="福田区"), unit("SZ0002", district="南山区")
    imported("SQ-1", near, import_on="03-10")
    imported("SQ-2", far, import_on="03-01")
    accepted("SQ-3", near)
    issued("SQ-4", near, on="02-05")
    assert standing(IMPORTED) == [("SQ-2", day("03-01"), ""), ("SQ-1", day("03-10"), "")]
    assert standing(IMPORTED, Scope("district", "福田区")) == [("SQ-1", day("03-10"), "")]
    assert standing(IMPORTED, Scope("unit", str(far.id))) == [("SQ-2", day("03-01"), "")]
    assert standing(ISSUED) == [("SQ-4", day("02-05"), "")]


def test_a_declined_set_says_since_when_and_why(database: Engine) -> None:
    license_set = imported("SQ-1", unit())
    life.decline_import(license_set, actor=ALICE, on=day("03-01"), reason="核数不符")
    life.decline_import(fresh(license_set), actor=ALICE, on=day("03-05"), reason="仍不符")
    assert standing(DECLINED) == [("SQ-1", day("03-05"), "仍不符")]
