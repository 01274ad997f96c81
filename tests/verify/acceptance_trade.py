"""Imports and certificates in the trade that tests break: one that was accepted, one declined, one open."""

from licensetrack.accounts import users
from licensetrack.accounts.permissions import SYSTEM, Scope
from licensetrack.core.clock import today
from licensetrack.handover import signing
from licensetrack.handover.acceptance_models import AcceptanceCertificate
from licensetrack.handover.acceptance_rules import CHECKS
from licensetrack.handover.attempts import record_attempt
from licensetrack.handover.certificates import draw_certificate
from licensetrack.units.models import Unit
from tests.handover.people import paper, picture
from tests.trade import ALICE, day, fresh, imported, issued


def acceptances(holder: Unit) -> None:
    """A set imported at the second attempt and accepted; one declined, imported anew and on an open certificate."""
    tried = issued("SQ-TRIED", holder, 16)
    record_attempt(tried, actor=ALICE, on=day("02-08"), succeeded=False, reason_code="clock")
    record_attempt(
        fresh(tried), actor=ALICE, on=day("02-09"), succeeded=True, shown_cpus=16, screenshot=("a.png", picture())
    )
    scope = Scope("unit", str(holder.id))
    user = users.create_user("unit-user", "单位用户", "unit_user", "correct horse 4", actor=SYSTEM, scope=scope)
    drawn = draw_certificate(holder, [tried, imported("SQ-TRIED-TOO", holder)], actor=ALICE)
    signed = signing.sign_certificate(drawn, actor=users.actor_of(user), conclusion="pass", checks=CHECKS)
    signing.countersign_certificate(signed, actor=ALICE, on=today(), document=paper())
    again = imported("SQ-AGAIN", holder)
    declined = draw_certificate(holder, [again], actor=ALICE)
    signing.decline_certificate(declined, actor=ALICE, on=today(), reason="截图不清")
    record_attempt(fresh(again), actor=ALICE, on=today(), succeeded=True, shown_cpus=16)
    last: AcceptanceCertificate = draw_certificate(holder, [fresh(again)], actor=ALICE)
    assert last.number.endswith("-0003")
