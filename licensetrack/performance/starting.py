"""Where a draft begins: from empty forms with the official headings, or with the words of an earlier evaluation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from licensetrack.performance import queries
from licensetrack.performance.file_tables import read_toml
from licensetrack.performance.framework import Framework
from licensetrack.performance.models import Evaluation
from licensetrack.performance.typed import inserts
from licensetrack.performance.working_paper import WorkingPaper, working_paper

OUTLINE = Path(__file__).parent / "outline.toml"
ANALYSIS = "analysis"
_COUNTED = "一二三四五六七八九十"
# What of a mark says how things are, not how they were judged: it serves the next year, to be read through.
_KEPT = ("result", "facts", "evidence")


def blank_paper(framework: Framework, year: int, as_of: dt.date) -> WorkingPaper:
    """A paper with nothing but the year and the headings of the report."""
    sections: list[dict[str, Any]] = []
    for section in read_toml(OUTLINE)["sections"]:
        if section.get("insert") == ANALYSIS:
            sections.append({"level": 1, "title": section["title"]})
            for number, branch in zip(_COUNTED, framework.branches, strict=False):
                title = f"（{number}）{branch.name}情况"
                sections.append({"level": 2, "title": title, "insert": f"{ANALYSIS}:{branch.code}"})
        else:
            sections.append(section)
    return _paper(framework, as_of, _empty_header(year), {}, sections)


def paper_of_earlier(earlier: Evaluation, framework: Framework, year: int, as_of: dt.date) -> WorkingPaper:
    """A paper with the header, chapters, facts and named evidence of an earlier evaluation; no score, no reason.

    Title and class of the project name the new year in the place of the old one; every other text is left as it is, for
    whoever writes to read.
    """
    old = queries.paper_of(earlier).data
    header = {**_empty_header(year), **old["header"], "year": year}
    header |= {"period_start": dt.date(year, 1, 1), "period_end": dt.date(year, 12, 31)}
    for name in ("title", "project_class"):
        header[name] = str(header.get(name, "")).replace(f"{earlier.year}年", f"{year}年")
    known, possible = {leaf.code for leaf in framework.leaves()}, inserts(framework)
    marks = {
        code: kept
        for code, mark in old.get("marks", {}).items()
        if code in known and (kept := {name: mark[name] for name in _KEPT if mark.get(name)})
    }
    sections = [
        {**section, "insert": section["insert"] if section.get("insert") in possible else ""}
        for section in old.get("sections", ())
    ]
    return _paper(framework, as_of, header, marks, sections)


def _empty_header(year: int) -> dict[str, Any]:
    texts = ("title", "project", "authority", "implementer", "author", "lead", "goal", "achievement")
    period = {"period_start": dt.date(year, 1, 1), "period_end": dt.date(year, 12, 31)}
    return {**dict.fromkeys(texts, ""), "year": year, **period}


def _paper(
    framework: Framework, as_of: dt.date, header: Mapping[str, Any], marks: Mapping[str, Any], sections: list[Any]
) -> WorkingPaper:
    content = {"framework": framework.code, "as_of": as_of, "header": header, "marks": marks, "sections": sections}
    return working_paper(content, unfinished=True)
