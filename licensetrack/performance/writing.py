"""Writing a draft on pages: every part is kept as it is typed, and the scores follow at once."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import NoReturn

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, require
from licensetrack.core import audit
from licensetrack.core.clock import BUSINESS_ZONE, now
from licensetrack.core.db import transaction
from licensetrack.core.errors import Conflict, NotFound
from licensetrack.performance import queries
from licensetrack.performance.draft_models import EvaluationPart
from licensetrack.performance.drafts import Part, parts_of
from licensetrack.performance.models import Evaluation, IndicatorResult
from licensetrack.performance.result_rows import result_row, totals
from licensetrack.performance.scorecard import score_all
from licensetrack.performance.stages import DRAFT
from licensetrack.performance.typed import SECTION, Typed, kind_of, read_parts, tidy
from licensetrack.performance.working_paper import working_paper

WRITE = "performance:evaluation:write"
GONE = "This part of the draft was taken away meanwhile."


def keep_part(
    evaluation: Evaluation, place: str, typed: Mapping[str, str], *, actor: Actor, seen: int | None = None
) -> Part:
    """Keeps what is typed in one part, right or not. The same text again changes nothing; `seen` is the revision of the
    part that was edited.

    Raises Conflict when somebody else changed this part meanwhile, or the evaluation is no longer a draft.
    """
    content = tidy(place, typed)

    def change(parts: dict[str, Part]) -> dict[str, Part]:
        if place not in parts:
            raise Conflict(GONE)
        part = parts[place]
        if content == part.typed:
            return parts
        if seen is not None and seen != part.revision:
            _changed(part)
        return {**parts, place: Part(place, content, part.revision + 1, actor.name, now())}

    return _write(evaluation, change, actor)[place]


def add_section(evaluation: Evaluation, after: str | None, level: int, title: str, *, actor: Actor) -> Part:
    """A new heading behind another one, or at the end. Raises Conflict."""
    place = f"{SECTION}:{secrets.token_hex(4)}"
    typed = tidy(place, {"level": str(level), "title": title})

    def change(parts: dict[str, Part]) -> dict[str, Part]:
        order = list(parts)
        if after is not None and after not in parts:
            raise Conflict(GONE)
        order.insert(len(order) if after is None else order.index(after) + 1, place)
        found = {**parts, place: Part(place, typed, 1, actor.name, now())}
        return {name: found[name] for name in order}

    return _write(evaluation, change, actor)[place]


def remove_section(evaluation: Evaluation, place: str, *, actor: Actor, seen: int | None = None) -> None:
    """Takes a heading away with its paragraphs. Raises Conflict where somebody changed them meanwhile."""

    def change(parts: dict[str, Part]) -> dict[str, Part]:
        if place not in parts or kind_of(place) != SECTION:
            raise Conflict(GONE)
        if seen is not None and seen != parts[place].revision:
            _changed(parts[place])
        return {name: part for name, part in parts.items() if name != place}

    _write(evaluation, change, actor)


def move_section(evaluation: Evaluation, place: str, by: int, *, actor: Actor) -> None:
    """Moves a heading up (-1) or down (1) among the headings; at the end of them it stays. Raises Conflict."""

    def change(parts: dict[str, Part]) -> dict[str, Part]:
        sections = [name for name in parts if kind_of(name) == SECTION]
        if place not in sections:
            raise Conflict(GONE)
        old = sections.index(place)
        new = min(max(old + by, 0), len(sections) - 1)
        sections.insert(new, sections.pop(old))
        rest = [name for name in parts if kind_of(name) != SECTION]
        return {name: parts[name] for name in [*rest, *sections]}

    _write(evaluation, change, actor)


def _write(
    evaluation: Evaluation, change: Callable[[dict[str, Part]], dict[str, Part]], actor: Actor
) -> dict[str, Part]:
    """Locks the draft, changes its parts, and lets paper, scores and revision follow."""
    require(actor, WRITE)
    with transaction() as db:
        fresh = _claim(db, evaluation.id)
        old = parts_of(db, fresh)
        new = change(dict(old))
        if list(new.items()) == list(old.items()):
            return new
        _store(db, fresh, new)
        _follow(db, fresh, {place: part.typed for place, part in new.items()})
        subject = f"evaluation:{fresh.kind}:{fresh.year}:{fresh.version}"
        audit.record(db, WRITE, subject, actor, changed=_differing(old, new), revision=fresh.revision)
    return new


def _claim(db: Session, evaluation_id: int) -> Evaluation:
    """The draft, locked for this transaction and read anew. Raises NotFound, Conflict."""
    lock = update(Evaluation).where(Evaluation.id == evaluation_id, Evaluation.stage == DRAFT)
    locked = db.execute(lock.values(revision=Evaluation.revision).execution_options(synchronize_session=False)).rowcount  # type: ignore[attr-defined]
    fresh = db.get(Evaluation, evaluation_id, populate_existing=True)
    if fresh is None:
        raise NotFound("There is no such evaluation.")
    if not locked:
        raise Conflict("The evaluation is no draft any more: it was completed meanwhile.")
    return fresh


def _store(db: Session, fresh: Evaluation, parts: Mapping[str, Part]) -> None:
    """The parts as rows, whole: they are some forty short texts."""
    db.execute(delete(EvaluationPart).where(EvaluationPart.evaluation_id == fresh.id))
    at = now()
    rows = [
        {
            "evaluation_id": fresh.id, "place": part.place, "position": position, "typed": part.typed,
            "revision": part.revision, "edited_at": part.edited_at or at, "edited_by": part.edited_by,
        }
        for position, part in enumerate(parts.values(), 1)
    ]  # fmt: skip
    db.execute(insert(EvaluationPart), rows)


def _follow(db: Session, fresh: Evaluation, typed: Mapping[str, Typed]) -> None:
    """Paper, results, total and grade from what is typed and from the figures that the draft has read."""
    framework = queries.framework_of(fresh)
    content, _ = read_parts(framework, fresh.year, fresh.as_of, typed)
    paper = working_paper(content, unfinished=True)
    figures, reviews = queries.figures_of(fresh), queries.reviews_of(fresh)
    results = score_all(framework, paper.marks, figures, fresh.as_of, reviews)
    db.execute(
        update(Evaluation)
        .where(Evaluation.id == fresh.id)
        .values(revision=fresh.revision + 1, paper=content, **totals(framework, results))
        .execution_options(synchronize_session=False)
    )
    db.execute(delete(IndicatorResult).where(IndicatorResult.evaluation_id == fresh.id))
    db.execute(insert(IndicatorResult), [result_row(fresh.id, number, one) for number, one in enumerate(results, 1)])
    db.refresh(fresh)


def _differing(old: Mapping[str, Part], new: Mapping[str, Part]) -> list[str]:
    """The places and fields that differ; what a draft says stays out of the audit."""
    found = [f"{place}.gone" for place in old.keys() - new.keys()]
    for place, part in new.items():
        was = old[place].typed if place in old else {}
        found += [f"{place}.{name}" for name, text in part.typed.items() if text != was.get(name, "")]
    return found or ["order"]


def _changed(part: Part) -> NoReturn:
    at = part.edited_at.astimezone(BUSINESS_ZONE).strftime("%H:%M") if part.edited_at else ""
    raise Conflict(
        "%(name)s changed this at %(at)s meanwhile. Nothing was kept; compare, then keep yours or theirs.",
        name=part.edited_by, at=at,
    )  # fmt: skip
