"""Who hears of bulletins: the units concerned of a new one, the centre of a report, the unit of what was returned."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from licensetrack.notices.audiences import center_with, holders_of_unit
from licensetrack.notices.links import path_of
from licensetrack.notices.telling_of import Act, Teller, Telling
from licensetrack.support.bulletin_models import Bulletin, BulletinStep, BulletinTask
from licensetrack.units.models import Unit


def _made_known(act: Act) -> Iterator[Telling]:
    """Each unit that has a task of it; or the one that was added."""
    concerned = act.payload["units"] if "units" in act.payload else [act.payload["unit_id"]]
    for unit_id in concerned:
        yield _telling(act, "bulletin_task", int(unit_id), holders_of_unit(act.db, int(unit_id)))


def _reported(act: Act) -> Iterator[Telling]:
    unit_id = act.payload["unit_id"]
    yield _telling(act, "bulletin_reported", unit_id, center_with(act.db, "support:task:confirm", unit_id))


def _returned(act: Act) -> Iterator[Telling]:
    yield _telling(act, "bulletin_returned", act.payload["unit_id"], holders_of_unit(act.db, act.payload["unit_id"]))


def _telling(act: Act, kind: str, unit_id: int, to: list[int]) -> Telling:
    bulletin = act.db.scalars(select(Bulletin).where(Bulletin.number == act.payload["bulletin"])).one()
    its = select(BulletinTask).where(BulletinTask.bulletin_id == bulletin.id, BulletinTask.unit_id == unit_id)
    task, unit = act.db.scalars(its).one(), act.db.get_one(Unit, unit_id)
    told = {
        "number": bulletin.number, "title": bulletin.title, "unit": unit.name,
        "deadline": bulletin.deadline.isoformat(), "done": task.done_on.isoformat() if task.done_on else "",
        "result": task.result, "reason": _why(act, task.id) if act.action == "return" else "",
    }  # fmt: skip
    return Telling(kind, to, f"bulletin:{bulletin.number}", path_of("bulletin", bulletin.number), told, unit_id)


def _why(act: Act, task_id: int) -> str:
    """What was missing when the task was last returned."""
    query = select(BulletinStep.note).where(BulletinStep.task_id == task_id, BulletinStep.action == "return")
    return act.db.scalars(query.order_by(BulletinStep.id.desc())).first() or ""


TELLERS: dict[str, Teller] = {
    "support:bulletin:publish": _made_known,
    "support:bulletin:adjust": _made_known,
    "support:task:report": _reported,
    "support:task:return": _returned,
}
