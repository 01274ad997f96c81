"""How each invariant of service orders can be broken by SQL, and the orders that are broken."""

from licensetrack.support import handling, settling
from licensetrack.support.asking import Wish, ask_service
from licensetrack.units.models import Unit
from tests.support.people import of_unit
from tests.trade import ALICE
from tests.verify.breakages import Case


def serve(holder: Unit) -> None:
    """An order that was rejected once and then confirmed, and one that was cancelled."""
    bob = of_unit(holder)
    order = ask_service(holder, Wish("emergency", "平台不可用"), actor=bob)
    order = handling.answer_order(handling.accept_order(order, actor=ALICE, severity="major"), actor=ALICE)
    order = handling.hand_over(handling.arrive_on_site(order, actor=ALICE), actor=ALICE, outcome="已解决", work="重启")
    order = settling.reject_solution(order, actor=bob, reason="故障依旧")
    order = handling.restore_service(order, actor=ALICE)
    order = handling.hand_over(order, actor=ALICE, outcome="已解决", work="更换补丁")
    settling.confirm_solution(order, actor=bob, mark=5)
    settling.cancel_order(ask_service(holder, Wish("training", "培训"), actor=bob), actor=bob, reason="重复")


DONE = "(SELECT number FROM service_case WHERE stage = 'closed')"
ROW = "the row that counts says what its order's life says"
TIMES = "an order's times are those of its steps"
SUPPORT_CASES = [
    Case(
        "a service order has one standing version",
        ("UPDATE service_order SET superseded_at = recorded_at WHERE number = 'FW-1'",),
    ),
    Case(
        "a cancelled order counts no more",
        ("UPDATE service_case SET stage = 'cancelled', mark = NULL WHERE stage = 'closed'",),
        also=frozenset({TIMES, "an order stands where its last step left it"}),
    ),
    Case("an order's revision is the number of its steps", ("UPDATE service_case SET revision = revision + 1",)),
    Case(
        "an order stands where its last step left it",
        ("UPDATE service_step SET stage = 'working' WHERE action = 'confirm'",),
    ),
    Case(
        "the steps of an order run forward in time",
        ("UPDATE service_step SET moment = '2024-01-01 00:00:00.000000' WHERE action = 'reject'",),
    ),
    Case(
        TIMES,
        (
            "UPDATE service_case SET responded = NULL WHERE stage = 'closed'",
            f"UPDATE service_order SET responded = NULL WHERE number = {DONE}",
        ),
    ),
    Case(ROW, (f"UPDATE service_order SET satisfaction = 4 WHERE superseded_at IS NULL AND number = {DONE}",)),
    Case(ROW, (f"UPDATE service_order SET restored = NULL WHERE superseded_at IS NULL AND number = {DONE}",)),
    Case(
        "every step of an order is in the audit trail",
        ("UPDATE service_step SET action = 'grade' WHERE action = 'restore'",),  # handed over in the same minute
    ),
    Case(
        "a service order has one version at any instant",
        (
            "UPDATE service_order SET superseded_at = '2099-01-01 00:00:00.000000'"
            " WHERE number = 'FW-1' AND superseded_at IS NOT NULL",
        ),
    ),
]
