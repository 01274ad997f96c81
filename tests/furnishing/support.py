"""Objects of the area "support" in the house of the access table; tests/furnishing/everything.py says more."""

from licensetrack.core.clock import today
from licensetrack.core.db import reading
from licensetrack.support.asking import Wish, ask_service
from licensetrack.support.bulletin_queries import papers_of as bulletin_papers
from licensetrack.support.bulletins import Notice, add_unit, publish_bulletin, report_task
from licensetrack.support.handling import accept_order, assign_order
from licensetrack.support.handling_models import ServiceCase
from licensetrack.support.order_queries import papers_of
from licensetrack.units.models import Unit
from tests.furnishing.everything import Objects
from tests.site import person

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


def furnish(objects: Objects) -> Objects:
    """An order of each unit, with a paper, accepted and in the hands of the vendor's engineer."""
    own, foreign = _order(objects["own_unit"]), _order(objects["foreign_unit"])
    return {
        "own_order": own.number,
        "foreign_order": foreign.number,
        "own_order_paper": _paper(own),
        "foreign_order_paper": _paper(foreign),
        **_bulletins(objects),
    }


def _bulletins(objects: Objects) -> Objects:
    """A bulletin of each unit, with a task that the unit reported with a paper."""
    found: Objects = {}
    for whose in ("own", "foreign"):
        notice = Notice("patch", "安全补丁", today(), today(), edition="没有的版本")
        with reading() as session:
            unit = session.get_one(Unit, int(objects[f"{whose}_unit"]))
            session.expunge(unit)
        made = publish_bulletin(notice, actor=person("operator"))
        task = add_unit(made, unit, actor=person("operator"))
        report_task(task, actor=person("operator"), done_on=today(), result="已安装", papers=[("截图.png", PNG)])
        with reading() as session:
            [paper] = bulletin_papers(session, [task.id])[task.id]
        found |= {f"{whose}_bulletin": made.number, f"{whose}_task": task.id, f"{whose}_task_paper": paper.id}
    return found


def _order(unit_id: int | str) -> ServiceCase:
    operator = person("operator")
    with reading() as session:
        unit = session.get_one(Unit, int(unit_id))
        session.expunge(unit)
    wish = Wish("troubleshooting", "云平台登录异常", source="phone")
    made = ask_service(unit, wish, actor=operator, papers=[("屏幕.png", PNG)])
    return assign_order(
        accept_order(made, actor=operator, severity="minor"), actor=operator, engineer="vendor_engineer"
    )


def _paper(case: ServiceCase) -> int:
    with reading() as session:
        return papers_of(session, case.id)[0].id
