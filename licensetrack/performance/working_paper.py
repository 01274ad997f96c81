"""The working paper of one evaluation (工作底稿) as data: who and when, marks given by hand, the chapters' texts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from licensetrack.performance.file_tables import Table, read_toml
from licensetrack.performance.sheet import INSERTS, Header, Section


@dataclass(frozen=True)
class Mark:
    """What an evaluator says of one indicator; empty where the measure and the rule say it all.

    `score` is for judged indicators only, with `band` (achieved, partial, missed) or `met` where the rule wants one;
    `value` for those that read no measure; `deduct` lowers a computed score (where the target was set too low) and
    needs its reason. `elements` are the numbers of those that are met, `faults` how many there were of each kind,
    `answers` how many gave each grade, the best first. `result` words a qualitative actual value. The three texts are
    sentence templates, and so is `remedy`: what `owner` does until `due` about points that were lost.
    """

    score: Decimal | None = None
    band: str = ""
    met: bool | None = None
    value: Decimal | None = None
    elements: tuple[int, ...] | None = None
    faults: tuple[int, ...] | None = None
    answers: tuple[int, ...] | None = None
    deduct: Decimal = Decimal(0)
    result: str = ""
    reason: str = ""
    explanation: str = ""
    facts: str = ""
    evidence: tuple[str, ...] = ()
    assumption: bool = False
    remedy: str = ""
    owner: str = ""
    due: dt.date | None = None


@dataclass(frozen=True)
class WorkingPaper:
    """The paper; `data` is the file's content, from which the same paper can be read again."""

    framework: str
    as_of: dt.date
    header: Header
    marks: Mapping[str, Mark]
    sections: tuple[Section, ...]
    data: Mapping[str, Any]


def read(path: Path) -> WorkingPaper:
    """The paper from a TOML file. Raises FileError that names the file and the place in it."""
    return working_paper(read_toml(path), path.name)


def working_paper(data: Mapping[str, Any], place: str = "evaluation", *, unfinished: bool = False) -> WorkingPaper:
    """The paper from its content; in an unfinished one needed texts may be empty. Raises FileError."""
    top = Table(data, place, unfinished=unfinished)
    header = top.table("header")
    paper = WorkingPaper(
        framework=top.text("framework"),
        as_of=top.day("as_of"),
        header=_header(header),
        marks={code: _mark(table) for code, table in top.table("marks").named_tables().items()},
        sections=tuple(_section(table) for table in top.tables("sections")),
        data=data,
    )
    header.close()
    top.close()
    return paper


def _header(table: Table) -> Header:
    year = table.number("year")
    table.demand(year == int(year), "“%(field)s” must be a number, not %(value)s", field="year", value=year)
    header = Header(
        title=table.text("title"), year=int(year), project=table.text("project"),
        project_code=table.text("project_code", ""), project_class=table.text("project_class", ""),
        authority=table.text("authority"), implementer=table.text("implementer"),
        fund_source=table.text("fund_source", ""), period_start=table.day("period_start"),
        period_end=table.day("period_end"), author=table.text("author"), phone=table.text("phone", ""),
        basis=table.texts("basis"), methods=table.texts("methods"), lead=table.text("lead"), goal=table.text("goal"),
        achievement=table.text("achievement"), note=table.text("note", ""),
    )  # fmt: skip
    table.demand(header.period_start <= header.period_end, "the period ends before it begins")
    return header


def _mark(table: Table) -> Mark:
    mark = Mark(
        score=table.number("score", None), band=table.text("band", ""), met=table.flag("met", None),
        value=table.number("value", None), elements=table.counts("elements"), faults=table.counts("faults"),
        answers=table.counts("answers"), deduct=table.number("deduct", Decimal(0)), result=table.text("result", ""),
        reason=table.text("reason", ""), explanation=table.text("explanation", ""), facts=table.text("facts", ""),
        evidence=table.texts("evidence"), assumption=bool(table.flag("assumption", False)),
        remedy=table.text("remedy", ""), owner=table.text("owner", ""), due=table.day_or_none("due"),
    )  # fmt: skip
    table.demand(mark.deduct >= 0, "“%(field)s” must not be negative", field="deduct")
    table.close()
    return mark


def _section(table: Table) -> Section:
    level = table.number("level")
    table.demand(level in (1, 2, 3, 4), "the level of a heading is 1, 2, 3 or 4")
    section = Section(int(level), table.text("title"), table.texts("paragraphs"), table.text("insert", ""))
    known = section.insert in ("", *INSERTS) or section.insert.startswith("analysis:")
    table.demand(known, "nothing is known to insert under the name “%(name)s”", name=section.insert)
    table.close()
    return section
