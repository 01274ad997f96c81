"""The part of the books that handing over writes, and how each of its invariants can be broken."""

from __future__ import annotations

from licensetrack.accounts.permissions import Actor, Scope
from licensetrack.allocation.consents import ask_consent, confirm_consent
from licensetrack.core.clock import today
from licensetrack.core.db import reading
from licensetrack.handover.handing_out import HandedFile
from licensetrack.handover.license_files import attach_file, download_file
from licensetrack.handover.receipts import sign_receipt
from licensetrack.procurement.caps import change_cap
from licensetrack.procurement.queries import entitlement_for
from licensetrack.requests.fulfillment import Given, fulfill_line
from licensetrack.units.models import Unit
from tests.asking import ALICE, RITA, approved, its_lines, line
from tests.handover.vendor_files import huawei_dat, huawei_xml
from tests.trade import day, issued
from tests.verify.breakages import Case, of

CLOUD = "cloud_management"
SEALED = "every licence file opens to what was attached"


def hand_over(holder: Unit) -> None:
    """Files in two versions, fetched and signed for; a soft cap passed by consent; a request fulfilled, with a file."""
    bob = Actor(None, "bob", "Bob", "unit_user", Scope("unit", str(holder.id)))
    with reading() as session:
        entitlement = entitlement_for(session, CLOUD).id
    change_cap(entitlement, rule="soft", cap_cpus=20, cap_sets=None, reason="合同约定", actor=ALICE)
    given = issued("SQ-GIVEN", holder, 16, product=CLOUD)
    attach_file(given, "a.dat", huawei_dat(customer="", kind="COMM"), actor=ALICE)
    newer = attach_file(given, "b.xml", huawei_xml(), actor=ALICE)
    download_file(newer, actor=bob, reason="导入平台")
    sign_receipt(given, actor=bob, on=today())
    asked = ask_consent(entitlement, sets=1, cpus=16, reason="市一医院", actor=ALICE, unit_id=holder.id)
    confirm_consent(asked.id, actor=RITA)
    request = approved(holder, line(product=CLOUD, fingerprint="ESN-0002"))
    [wish] = its_lines(request)
    file = HandedFile("c.dat", huawei_dat(customer="", kind="COMM", esn="ESN-0002"))
    fulfill_line(wish, actor=ALICE, on=day("2024-06-03"), given=Given(file=file, number="SQ-ASKED"))


HANDOVER = [
    Case(
        "a set's licence files are numbered and its newest is the current one",
        (f"UPDATE license_file SET obsolete_at = attached_at WHERE set_id = {of('SQ-ASKED')}",),
    ),
    Case(
        "whoever took a licence file out is in the audit trail",
        (
            "INSERT INTO license_file_access (file_id, act, reason, by_unit, login, name, at)"
            " SELECT file_id, act, reason, by_unit, login, name, at FROM license_file_access",
        ),
    ),
    Case(
        "a receipt is for the bytes of its file and from a unit that held the set",
        ("UPDATE receipt SET sha256 = '0'",),
    ),
    Case(
        "a soft cap is passed by consent alone",
        ("UPDATE cap_consent SET used_cpus = 3 WHERE stage = 'used'",),
    ),
    Case(
        "a consent comes from a second person and is used by one act for what it covers",
        ("UPDATE cap_consent SET used_by = 'no operation' WHERE stage = 'used'",),
    ),
    Case("the history of a cap leads to the cap", ("UPDATE cap_change SET new_cpus = new_cpus + 1",)),
    Case(
        "a request line is fulfilled by a set whose life tells of the request",
        (f"UPDATE request_line SET result_set_id = {of('SQ-PLAIN')} WHERE stage = 'fulfilled'",),
    ),
    Case(SEALED, ("UPDATE license_file SET size = size + 1",)),
]
