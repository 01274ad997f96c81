"""The year's forms that lie in a sealed pack beside the report: goals and monitorings, each with its line lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from licensetrack.core.columns import canonical_json
from licensetrack.measures.catalogue import MEASURES
from licensetrack.measures.question import Question
from licensetrack.measures.reading import Reading
from licensetrack.performance import goals, monitoring_queries, queries
from licensetrack.performance.models import Evaluation
from licensetrack.performance.monitoring_models import Monitoring
from licensetrack.performance.sheet import EvaluationSheet
from licensetrack.reports.monitoring_words import period
from licensetrack.reports.outputs import FORMS, GOALS_NAME, MONITORING_NAME, write_goals, write_monitoring
from licensetrack.reports.pack_container import canonical
from licensetrack.reports.pack_recount import DATA, GOALS, RULES_FILE, lines_of
from licensetrack.reports.pack_rules import rules_of_monitoring
from licensetrack.reports.pack_writing import Entry

MONITORINGS = DATA + "运行监控/"
# What a line says for ever: numbers, codes and days. Names may be other ones by the time a pack is made again.
LASTING = (
    "number", "voucher", "unit_code", "product", "district", "category", "kind", "source", "approval", "on",
    "issued_on", "imported_on", "accepted_on", "received", "responded", "completed", "due", "satisfaction",
    "failed_imports", "cpus", "sets", "value", "numerator", "denominator",
)  # fmt: skip


@dataclass(frozen=True)
class Forms:
    """Files for the pack, and what its manifest says of the monitorings."""

    documents: list[Entry]
    data: list[Entry]
    monitorings: list[dict[str, Any]]


def forms_of(db: Session, found: Evaluation, sheet: EvaluationSheet, folder: str) -> Forms:
    """The form of goals, and every monitoring of the year that was reported before the evaluation was signed."""
    made = Forms([], [], [])
    goal_sheet = goals.of_evaluation(queries.framework_of(found), sheet)
    for form in FORMS:
        made.documents.append(Entry(f"{folder}{GOALS_NAME}.{form}", write_goals(goal_sheet, form)))
    lines = (
        {"code": one.code, "name": one.name, "nature": one.nature, "unit": one.unit, "weight": one.weight,
         "target": one.target.value}
        for one in goal_sheet.goals
    )  # fmt: skip
    made.data.append(Entry(GOALS, _lines(lines)))
    if sheet.signed_at is not None:
        for one in monitoring_queries.reported_until(db, sheet.year, sheet.framework, sheet.signed_at):
            _add(db, one, sheet, folder, made)
    return made


def _add(db: Session, one: Monitoring, of: EvaluationSheet, folder: str, made: Forms) -> None:
    sheet, place = monitoring_queries.sheet(db, one), f"{MONITORINGS}{one.as_of.isoformat()}/"
    results = monitoring_queries.results_until(db, one, of.signed_at)
    name = f"{MONITORING_NAME}（{one.year}年{period(one.as_of)}）"
    for form in FORMS:
        made.documents.append(Entry(f"{folder}{name}.{form}", write_monitoring(sheet, form, results)))
    stored = monitoring_queries.snapshot(db, one)
    made.data.append(Entry(f"{place}监控快照.json", stored.content.encode()))
    made.data.append(Entry(f"{place}{RULES_FILE}", canonical(rules_of_monitoring(sheet))))
    now, lists = Reading(db, Question(one.as_of, one.known_at)), [name for name in sheet.figures if name in MEASURES]
    for measure in lists:
        made.data.append(Entry(lines_of(measure, place), _lines(map(_lasting, MEASURES[measure].rows(now)))))
    made.monitorings.append(
        {"as_of": one.as_of.isoformat(), "version": one.version, "folder": place, "algorithm": stored.algorithm,
         "digest": stored.digest, "lists": lists}
    )  # fmt: skip


def _lasting(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in LASTING if name in row}


def _lines(rows: Iterator[dict[str, Any]] | Sequence[dict[str, Any]]) -> bytes:
    return "".join(canonical_json(row) + "\n" for row in rows).encode()
