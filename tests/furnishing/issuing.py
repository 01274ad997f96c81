"""Objects of the area "issuing" in the house of the access table; tests/furnishing/everything.py says more."""

from sqlalchemy import select

from licensetrack.allocation.consents import ask_consent
from licensetrack.allocation.issuing import issue_set
from licensetrack.allocation.models import LicenseSet
from licensetrack.core.db import reading
from licensetrack.handover.license_files import attach_file
from licensetrack.procurement.caps import change_cap
from licensetrack.procurement.queries import entitlement_for
from licensetrack.requests.drafting import draft_request, submit_request
from licensetrack.requests.reviewing import accept_request, approve_request
from licensetrack.units.models import Unit
from tests.asking import its_lines, line, typed
from tests.furnishing.everything import Objects
from tests.handover.vendor_files import huawei_dat
from tests.site import person
from tests.trade import day


def furnish(objects: Objects) -> Objects:
    """Makes own and foreign objects; returns their names in addresses."""
    alice = person("operator")
    made: Objects = {}
    for whose in ("own", "foreign"):
        number = f"SQ-2025-09{len(made):02}"
        file = attach_file(
            _issued(number, int(objects[f"{whose}_unit"])),
            f"{whose}.dat",
            huawei_dat(esn=f"ESN{len(made)}00000000", customer="", kind="COMM"),
            actor=alice,
        )
        made |= {f"{whose}_file": file.id, f"{whose}_file_set": number}
    with reading() as db:
        bms = entitlement_for(db, "bms").id
    change_cap(bms, rule="soft", cap_sets=100, cap_cpus=None, reason="合同约定", actor=alice)
    consent = ask_consent(bms, sets=1, cpus=0, reason="市一医院", actor=person("operator"))
    return made | {"consent": consent.id, "granted_line": _granted(int(objects["own_unit"]))}


def _granted(unit_id: int) -> int:
    """A line that waits for its licence: asked by the unit, taken on and approved by others."""
    with reading() as db:
        holder = db.get_one(Unit, unit_id)
    wish = typed(line(key="issuing", platform="待发放平台", fingerprint="ESN-ISSUING-1"))
    request = submit_request(draft_request(holder, wish, actor=person("unit_user")), actor=person("unit_user"))
    approve_request(accept_request(request, actor=person("operator")), actor=person("reviewer"))
    [found] = its_lines(request)
    return found.id


def _issued(number: str, unit_id: int) -> LicenseSet:
    with reading() as db:
        holder = db.scalars(select(Unit).where(Unit.id == unit_id)).one()
        db.expunge(holder)
    return issue_set(number, holder, "virtualization", cpus=16, on=day("2025-01-10"), actor=person("operator"))
