"""A dry run tells exactly what the real run does; progress only grows; one load at a time."""

import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from licensetrack.core.db import transaction
from licensetrack.exchange import loading
from licensetrack.exchange.changes import Outcome
from licensetrack.exchange.loading import NamedBytes
from licensetrack.units.directory import UnitEntry, register_unit
from tests.exchange.ledger_files import (
    BUREAU,
    CHANGES,
    IMPORTS,
    ISSUES,
    SCHOOL,
    attempt,
    books_are_right,
    change,
    count,
    did,
    dump,
    files_in,
    issue,
    ledger,
    load,
    sample_year,
    units,
)
from tests.trade import ALICE

pytestmark = pytest.mark.usefixtures("installation")

NUMBERS, MONTHS = st.sampled_from(["SQ-1", "SQ-2", "SQ-3"]), st.sampled_from(["02-01", "03-01", "04-01", "05-01"])
ISSUED = st.builds(
    issue, NUMBERS, st.sampled_from([BUREAU, SCHOOL, "无此单位"]), st.integers(1, 3).map(lambda n: 8 * n), MONTHS
)
TRIED = st.builds(
    attempt, NUMBERS, MONTHS, accepted=st.sampled_from(["", "04-01", "06-01"]), failed=st.sampled_from(["", "误"])
)
CHANGED = st.builds(change, NUMBERS, st.just("扩容"), MONTHS, st.integers(-1, 4))
LEDGERS = st.one_of(
    st.just(units()),
    st.builds(lambda rows: ledger(ISSUES, *rows), st.lists(ISSUED, min_size=1, max_size=3)),
    st.builds(lambda rows: ledger(IMPORTS, *rows), st.lists(TRIED, min_size=1, max_size=3)),
    st.builds(lambda rows: ledger(CHANGES, *rows), st.lists(CHANGED, min_size=1, max_size=3)),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(loads=st.lists(st.lists(LEDGERS, min_size=1, max_size=3), min_size=1, max_size=4))
def test_a_dry_run_tells_what_the_real_run_does_whatever_is_loaded(
    installation: Path, loads: list[list[NamedBytes]]
) -> None:
    for files in loads:
        before, kept = dump(), files_in(installation)
        told = loading.preview(files, actor=ALICE)
        assert (dump(), files_in(installation)) == (before, kept), "a dry run writes nothing"
        real = loading.load(files, actor=ALICE)
        assert (told.changes, told.refused, lines(told)) == (real.changes, real.refused, lines(real))
        if real.refused:
            assert dump() == before, "a refused load writes nothing"
        else:
            after = dump()
            assert not loading.load(files, actor=ALICE).refused
            assert len(dump()["license_set"]) == len(after["license_set"])
    books_are_right()


def lines(outcome: Outcome) -> list[str]:
    return [problem.line() for problem in outcome.problems]


def test_a_dry_run_within_a_larger_act_leaves_that_act_alone() -> None:
    with transaction():
        register_unit(UnitEntry("SZ0009", "另一单位", "事业单位", "福田区"), actor=ALICE)
        assert did(loading.preview([units(), ledger(ISSUES, issue("SQ-1"))], actor=ALICE))
    assert (len(dump()["unit"]), dump()["license_set"]) == (1, [])
    books_are_right()


def test_progress_begins_at_nothing_only_grows_and_ends_with_all() -> None:
    for act in (loading.preview, loading.load, loading.load):
        seen: list[tuple[int, int]] = []
        act(sample_year(), actor=ALICE, progress=lambda done, total: seen.append((done, total)))  # noqa: B023
        done = [one for one, _ in seen]
        assert done == sorted(set(done))
        assert (seen[-1][0], {total for _, total in seen}) == (seen[-1][1], {seen[-1][1]})
        assert len([one for one in done if one <= 300]) > 3, "reading shows, too"
        assert len([one for one in done if one > 300]) > 3


def test_two_loads_of_the_same_files_at_once_load_them_once() -> None:
    results: list[Outcome] = []
    files = [units(), *(ledger(ISSUES, *(issue(f"SQ-{n}") for n in range(50))) for _ in "1")]
    threads = [threading.Thread(target=lambda: results.append(loading.load(files, actor=ALICE))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome.counts["issues"]["new"] for outcome in results) == [0, 50]
    assert count("virtualization.issued_sets") == 50
    books_are_right()


def test_two_different_files_of_one_name_are_told_apart() -> None:
    outcome = load(units(), ledger(ISSUES, issue("SQ-1")), ledger(ISSUES, issue("SQ-2")))
    assert {change.source.file for change in outcome.changes if change.source.kind == "issues"} == {
        "授权发放台账.xlsx",
        "授权发放台账.xlsx (2)",
    }


def test_files_of_a_folder_are_found_and_the_same_content_is_taken_once(tmp_path: Path) -> None:
    folder = tmp_path / "台账"
    folder.mkdir()
    for name in ("甲.xlsx", "乙.xlsx", "~$甲.xlsx", ".隐藏.xlsx", "说明.txt"):
        (folder / name).write_bytes(units().content)
    assert [file.name for file in loading.files_of([folder, folder / "甲.xlsx"])] == ["乙.xlsx"]
