"""A framework is drafted by one person and put in force by another; then only its next version changes anything."""

import dataclasses
import datetime as dt
import tomllib
from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, update
from sqlalchemy.exc import DatabaseError

from licensetrack.accounts.permissions import SYSTEM, Actor
from licensetrack.core.audit import AuditEntry
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import Conflict, Forbidden, NotFound, Refused
from licensetrack.core.outbox import OutboxMessage
from licensetrack.performance import framework as files
from licensetrack.performance import frameworks
from licensetrack.performance.file_tables import FileError
from licensetrack.performance.framework import Framework, framework, load
from licensetrack.performance.framework_drafting import (
    discard_draft,
    draft_framework,
    draft_next,
    edit_draft,
    put_in_force,
)
from licensetrack.performance.framework_models import FrameworkStep, FrameworkVersion, TargetRecord
from licensetrack.performance.framework_toml import toml_of
from tests.conftest import Clock
from tests.performance.conftest import MANAGER, OFFICER, OPERATOR, REVIEWER

CODE = "department-2024"
TABLES = (FrameworkVersion, FrameworkStep, TargetRecord, AuditEntry, OutboxMessage)


def sample() -> dict[str, Any]:
    """The sample year's framework as a file holds it."""
    return deepcopy(dict(load(CODE).data))


def heavier(data: dict[str, Any], points: int = 1) -> dict[str, Any]:
    """The content with points moved from the first branch to the third: still 100 in all, a whole tree below each."""
    data["level1"][0]["weight"] -= points
    data["level1"][0]["level2"][0]["weight"] -= points
    data["level1"][0]["level2"][0]["level3"][0]["weight"] -= points
    data["level1"][2]["weight"] += points
    data["level1"][2]["level2"][0]["weight"] += points
    data["level1"][2]["level2"][0]["level3"][0]["weight"] += points
    return data


def rows() -> list[int | None]:
    """How many rows each table holds."""
    with reading() as db:
        return [db.scalar(select(func.count()).select_from(table)) for table in TABLES]


def standing(code: str = CODE) -> Framework:
    """What is in force."""
    with reading() as db:
        return frameworks.in_force(db, code)


def test_a_draft_counts_for_nothing_until_another_person_puts_it_in_force(database: Engine, clock: Clock) -> None:
    draft = draft_framework(sample(), actor=OFFICER)
    with pytest.raises(NotFound, match="No framework “department-2024” is in force"):
        standing()
    put_in_force(draft, actor=MANAGER)
    assert standing().digest("sha256") != load(CODE).digest("sha256"), "its targets say since when and by whom"
    assert [leaf.code for leaf in standing().leaves()] == [leaf.code for leaf in load(CODE).leaves()]
    target = next(leaf for leaf in standing().leaves() if leaf.code == "C11").targets
    assert [(one.value, one.start, one.author) for one in target] == [(4000, dt.date(2024, 1, 1), "梅签")]
    with reading() as db:
        assert [one.code for one in frameworks.of_year(db, 2024)] == [CODE]
        assert frameworks.of_year(db, 2024, "self-assessment") == frameworks.of_year(db, 2025) == []


def test_the_library_stands_in_while_nothing_is_in_force(database: Engine) -> None:
    with reading() as db:
        assert frameworks.named(db, CODE) == load(CODE)
        with pytest.raises(NotFound):
            frameworks.named(db, "1999")


def test_what_is_in_force_changes_by_its_next_version_only(database: Engine, clock: Clock) -> None:
    first = put_in_force(draft_framework(sample(), actor=OFFICER), actor=MANAGER)
    with pytest.raises(Refused, match="not possible at stage “in_force”"):
        edit_draft(first, heavier(sample()), actor=OFFICER)
    second = edit_draft(draft_next(first, actor=OFFICER), heavier(sample()), actor=OFFICER, note="权重调整")
    assert (second.version, second.based_on) == (2, "department-2024 1")
    assert standing().branches[0].weight == 20
    put_in_force(second, actor=REVIEWER)
    assert standing().branches[0].weight == 19
    with reading() as db:
        assert frameworks.assembled(db, frameworks.version_of(db, first.id)).branches[0].weight == 20
        steps = [(step.action, step.login) for step in frameworks.steps_of(db, second.id)]
        assert steps == [("draft", "pan"), ("edit", "pan"), ("put_in_force", "rao")]
        assert [(one.version, one.stage) for one in frameworks.versions(db)] == [(2, "in_force"), (1, "in_force")]


def test_the_same_content_again_changes_nothing(database: Engine) -> None:
    draft = draft_framework(sample(), actor=OFFICER)
    before = rows()
    assert draft_framework(sample(), actor=OFFICER).id == draft.id
    put_in_force(draft, actor=MANAGER)
    assert draft_framework(sample(), actor=SYSTEM).stage == "in_force"
    assert rows()[0] == before[0]


def two_drafts(_: FrameworkVersion) -> None:
    draft_framework(heavier(sample()), actor=OFFICER)


def own_draft(draft: FrameworkVersion) -> None:
    put_in_force(draft, actor=dataclasses.replace(MANAGER, login="pan"))


def stale(draft: FrameworkVersion) -> None:
    edit_draft(draft, heavier(sample()), actor=OFFICER, seen=7)


def another_year(draft: FrameworkVersion) -> None:
    edit_draft(draft, sample() | {"year": 2025}, actor=OFFICER)


def not_whole(draft: FrameworkVersion) -> None:
    content = sample()
    content["level1"][0]["weight"] = 19
    with transaction():
        put_in_force(edit_draft(draft, content, actor=OFFICER), actor=MANAGER)


def next_of_a_draft(draft: FrameworkVersion) -> None:
    draft_next(draft, actor=OFFICER)


def without_a_reason(draft: FrameworkVersion) -> None:
    discard_draft(draft, actor=OFFICER, reason=" ")


@pytest.mark.parametrize(
    ("act", "error", "words"),
    [
        (two_drafts, Conflict, "There is a draft of “department-2024” already"),
        (own_draft, Refused, "pan worked on this draft"),
        (stale, Conflict, "changed meanwhile"),
        (another_year, Refused, "Code, kind and year"),
        (not_whole, FileError, "A 决策: the weights below it add up to 20 .*, not to 19"),
        (next_of_a_draft, Refused, "Only a framework in force"),
        (without_a_reason, Refused, "A reason is needed"),
    ],
)
def test_a_refused_act_leaves_nothing_behind(
    sqlite_database: Engine, act: Callable[[FrameworkVersion], None], error: type[Exception], words: str
) -> None:
    draft = draft_framework(sample(), actor=OFFICER)
    before = rows()
    with pytest.raises(error, match=words):
        act(draft)
    assert rows() == before


@pytest.mark.parametrize("content", [{"year": None}, {"kind": "fancy"}, {"year": 1924}])
def test_a_framework_without_its_year_or_kind_is_not_kept(sqlite_database: Engine, content: dict[str, Any]) -> None:
    data = {field: value for field, value in (sample() | content).items() if value is not None}
    with pytest.raises(Refused):
        draft_framework(data, actor=OFFICER)
    assert rows()[0] == 0


def test_a_code_belongs_to_one_year(sqlite_database: Engine) -> None:
    put_in_force(draft_framework(sample(), actor=OFFICER), actor=MANAGER)
    with pytest.raises(Refused, match="is a framework for 2024 already"):
        draft_framework(sample() | {"year": 2025}, actor=OFFICER)


def test_a_next_version_that_says_nothing_new_is_not_put_in_force(sqlite_database: Engine) -> None:
    first = put_in_force(draft_framework(sample(), actor=OFFICER), actor=MANAGER)
    second = draft_next(first, actor=OFFICER)
    with pytest.raises(Refused, match="Nothing differs"):
        put_in_force(second, actor=MANAGER)
    assert discard_draft(second, actor=OFFICER, reason="无变化").stage == "discarded"
    assert draft_next(first, actor=OFFICER).version == 3


@pytest.mark.parametrize("actor", [REVIEWER, MANAGER, OPERATOR])
def test_only_the_performance_officer_writes(sqlite_database: Engine, actor: Actor) -> None:
    with pytest.raises(Forbidden):
        draft_framework(sample(), actor=actor)
    draft = draft_framework(sample(), actor=OFFICER)
    with pytest.raises(Forbidden):
        edit_draft(draft, heavier(sample()), actor=actor)
    with pytest.raises(Forbidden):
        discard_draft(draft, actor=actor, reason="不需要")


@pytest.mark.parametrize("actor", [OFFICER, OPERATOR])
def test_nobody_who_writes_puts_in_force(sqlite_database: Engine, actor: Actor) -> None:
    with pytest.raises(Forbidden):
        put_in_force(draft_framework(sample(), actor=OFFICER), actor=actor)


def test_the_database_itself_keeps_what_is_in_force(database: Engine) -> None:
    put_in_force(draft_framework(sample(), actor=OFFICER), actor=MANAGER)
    for change in (
        update(FrameworkVersion).values(name="另一个"), update(FrameworkStep).values(login="x"),
        update(TargetRecord).values(author="x"),
    ):  # fmt: skip
        with pytest.raises(DatabaseError, match="append-only"), transaction() as db:
            db.execute(change.execution_options(synchronize_session=False))


@pytest.mark.parametrize("code", files.library())
def test_what_is_written_as_a_file_reads_the_same(code: str) -> None:
    once = load(code)
    again = framework(tomllib.loads(toml_of(once.data), parse_float=Decimal))
    assert again.digest("sha256") == once.digest("sha256")
