"""Objects of the area "requests" in the house of the access table; tests/furnishing/everything.py says more."""

from licensetrack.accounts.permissions import Actor, Scope
from licensetrack.core.db import reading
from licensetrack.requests.drafting import draft_request, submit_request
from licensetrack.requests.papers import add_paper
from licensetrack.units.models import Unit
from tests.asking import line, typed
from tests.furnishing.everything import Objects
from tests.site import person


def furnish(objects: Objects) -> Objects:
    """Makes a draft and a submitted request with a paper, own and foreign; returns their names in addresses."""
    made: Objects = {}
    for side in ("own", "foreign"):
        with reading() as db:
            holder = db.get_one(Unit, objects[f"{side}_unit"])
            db.expunge(holder)
        asker = person("unit_user") if side == "own" else Actor(None, "clerk", "外单位", "unit_user", of(holder))
        content = typed(line(platform=f"平台{side}", fingerprint=f"ESN-TABLE-{side}"))
        made[f"{side}_draft"] = draft_request(holder, content, actor=asker).number
        request = draft_request(holder, content, actor=asker)
        paper = add_paper(request, "申请表.pdf", b"%PDF-1.7 " + side.encode(), actor=asker, kind="form")
        submit_request(request, actor=asker)
        made |= {f"{side}_request": request.number, f"{side}_request_paper": paper.id}
    return made


def of(holder: Unit) -> Scope:
    """The sight of a unit's own people."""
    return Scope("unit", str(holder.id))
