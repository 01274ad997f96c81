"""The page of one bulletin: what it says, how far it has come, and the tasks of its units a page at a time."""

from __future__ import annotations

from collections.abc import Callable

from flask import render_template, request

from licensetrack.accounts.permissions import allows
from licensetrack.core.clock import today
from licensetrack.core.db import reading
from licensetrack.core.pages import Turned, rows_of_page
from licensetrack.core.transitions import actions_from
from licensetrack.procurement.queries import products
from licensetrack.support import bulletin_queries as queries
from licensetrack.support.bulletin_models import Bulletin, BulletinTask
from licensetrack.support.bulletins import bulletin_of
from licensetrack.support.stages import BULLETIN_MOVES, TASK_MOVES
from licensetrack.units.models import Unit
from licensetrack.web import bulletin_words as words
from licensetrack.web.access import actor
from licensetrack.web.acts import ActForm, ReasonForm
from licensetrack.web.bulletin_forms import ConfirmForm, ReportForm, UnitForm
from licensetrack.web.chosen_unit import offered_units
from licensetrack.web.digits import page_asked, whole
from licensetrack.web.request_forms import word_of

PAGE_SIZE = 20
LATE = "late"
_Row = tuple[BulletinTask, Unit]
_FRESH: dict[str, Callable[[], ActForm]] = {
    "report": lambda: ReportForm(None, done_on=today()),
    "confirm": lambda: ConfirmForm(None),
    "add": lambda: UnitForm(None),
}


def page(number: str, name: str = "", form: ActForm | None = None, at: int = 0) -> str:
    """The page; `form` is one that was refused, of the step `name`, of the task `at` or of the bulletin itself.

    A task that is asked for (`task` in the address, or the one whose form was refused) opens the page it stands on.
    """
    visitor, asked, called = actor(), request.args.get("stage", ""), request.args.get("q", "")[:200]
    with reading() as db:
        found = bulletin_of(db, number, visitor)
        rows = queries.tasks_of(db, found, visitor.scope)
        stages = {task.id: _counts_as(task, found) for task, _ in rows}
        narrowed = queries.tasks_of(db, found, visitor.scope, called=called) if called.strip() else rows
        chosen = [row for row in narrowed if asked in ("", *stages[row[0].id])]
        shown, place = _opened(chosen, at or whole(request.args.get("task"), 0))
        ids = [task.id for task, _ in shown]
        steps = {task.id: _steps(task, found) for task, _ in shown}

        def form_of(step: str, task_id: int = 0) -> ActForm:
            made = form if form is not None and (step, task_id) == (name, at) else _FRESH.get(step, _reason)()
            return made.told_apart(f"{step}-{task_id}")

        return render_template(
            "bulletins/one.html",
            found=found,
            rows=shown,
            matches=len(chosen),
            place=place,
            asked=asked,
            called=called,
            tabs=[("", len(rows)), *((key, _count(stages, key)) for key in (*words.STAGES, LATE))],
            LATE=LATE,
            stages=stages,
            sums=queries.completion(found, [task for task, _ in rows], today()),
            steps=queries.steps_of(db, found.id, ids),
            papers=queries.papers_of(db, ids),
            acts=steps,
            bulletin_acts=[
                step
                for step in actions_from(BULLETIN_MOVES, found.stage)
                if allows(visitor, f"support:bulletin:{step}")
            ],
            units=offered_units(db, visitor.scope, 0) if allows(visitor, "support:bulletin:adjust") else [],
            products={one.code: word_of(one) for one in products(db)},
            form_of=form_of,
            refused=(name, at),
            words=words,
        )


def _reason() -> ActForm:
    return ReasonForm(None)


def _counts_as(task: BulletinTask, bulletin: Bulletin) -> tuple[str, ...]:
    """The tabs under which a task stands: its stage, and late where it is."""
    return (task.stage, LATE) if queries.is_overdue(task, bulletin, today()) else (task.stage,)


def _count(stages: dict[int, tuple[str, ...]], key: str) -> int:
    return sum(key in under for under in stages.values())


def _steps(task: BulletinTask, bulletin: Bulletin) -> list[str]:
    """What the visitor may do with a task now."""
    if bulletin.stage != "open":
        return []
    return [step for step in actions_from(TASK_MOVES, task.stage) if allows(actor(), f"support:task:{step}")]


def _opened(rows: list[_Row], task_id: int) -> tuple[list[_Row], Turned]:
    """The rows of the page that is asked for, by its number or by a task that stands on it."""
    wanted = page_asked()
    if "page" not in request.args:
        nth = next((nth for nth, (task, _) in enumerate(rows) if task.id == task_id), 0)
        wanted = nth // PAGE_SIZE + 1
    shown, place = rows_of_page(rows, wanted, PAGE_SIZE)
    return list(shown), place
