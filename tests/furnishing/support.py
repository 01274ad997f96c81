"""Objects of the area "support" in the house of the access table; tests/furnishing/everything.py says more."""

from licensetrack.core.db import reading
from licensetrack.support.asking import Wish, ask_service
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
    }


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
