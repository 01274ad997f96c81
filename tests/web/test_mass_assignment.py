"""A thousand fields that no form asks for, sent with forms that are otherwise right: nothing is written, ever."""

import datetime as dt
import itertools
import secrets
from typing import NamedTuple

from licensetrack.core.clock import today
from licensetrack.requests.decisions import IDLE_DAYS, Decisions
from licensetrack.requests.policy import Policy
from tests.site import House
from tests.web.probing import contents, names_of_columns
from tests.web.routes.table import placed

PROBES = 1000


class Act(NamedTuple):
    """Who sends which form to where; right as it stands."""

    role: str
    address: str
    form: dict[str, str]


DAY = today().isoformat()
UNDECIDED = Decisions(Policy(), False, IDLE_DAYS)
ACTS = [
    Act("system_administrator", "/people/new", {"login": "somebody-new", "name": "新人"}),
    Act("security_administrator", "/roles/{somebody}", {"version": "1", "role": "operator", "scope": "all"}),
    Act("operator", "/requests/new", {"unit": "SZ0003", "kind": "new"}),
    Act("operator", "/requests/{foreign_request}/accept", {"version": "2", "note": ""}),
    Act("operator", "/requests/{own_request}/return", {"version": "2", "note": "请补充主机清单"}),
    Act(
        "manager",
        "/requests/policy",
        {"version": str(UNDECIDED.mark), "rule": "some", "kinds": "new", "above": "", "idle_days": "60"},
    ),
    Act(
        "unit_user",
        "/imports/{own_waiting_set}",
        {"version": "1", "on": DAY, "outcome": "failed", "reason_code": "network", "note": "网络不通"},
    ),
    Act("unit_user", "/files/{own_file}/receipt", {"on": DAY}),
    Act("unit_user", "/files/{own_file}/download", {"reason": "导入平台"}),
    Act("operator", "/entitlements/1/cap", {"version": "0", "rule": "soft", "cap_cpus": "9000", "reason": "合同约定"}),
    Act("reviewer", "/entitlements/consents/{consent}/confirm", {}),
    Act("performance_officer", "/evidence/{evidence}/links/{evidence_link}/undo", {"reason": "贴错了套"}),
    Act("performance_officer", "/evidence/{evidence}/withdraw", {"version": "1", "reason": "扫描不清"}),
    Act(
        "performance_officer",
        "/frameworks/{framework}/targets/C11",
        {"value": "4300", "valid_from": "2024-11-01", "author": "市财政局", "document": "9号", "reason": "再次调整"},
    ),
    Act("performance_officer", "/frameworks/{framework_draft}/move", {"version": "1", "act": "down:C11"}),
    Act(
        "performance_officer",
        "/evaluations/{draft_evaluation}/write/marks/C12",
        {"version": "1", "score": "4", "reason": "需求均已满足"},
    ),
    Act("reviewer", "/evaluations/{completed_evaluation}/review", {"version": "2"}),
    Act(
        "performance_officer",
        "/monitoring/{monitoring_draft}/indicators/C12",
        {"version": "1", "likelihood": "certain"},
    ),
    Act("operator", "/monitoring/points/{point_open}/mend", {"on": "2024-07-20", "result": "已补充"}),
    Act(
        "reviewer",
        "/requests/delegations",
        {"deputy": "operator", "first_day": DAY, "last_day": (today() + dt.timedelta(days=3)).isoformat()},
    ),
]
EACH = -(-PROBES // len(ACTS))
# Names that some of these forms do have.
OWN = {name for act in ACTS for name in act.form} | {
    "once", "version", "csrf_token", "note", "reason", "cap_sets", "cap_cpus", "kinds", "kind", "district", "unit",
    "shown_cpus", "shown_until", "shown_fingerprint", "screenshot", "scope", "above", "value", "value_text",
    "band", "forecast", "cause_note", "mend", "requirement", "owner", "due_on", "remark",
}  # fmt: skip


def send(house: House, act: Act, more: dict[str, str]) -> int:
    """Sends the form once; the status it gets."""
    data = {"once": secrets.token_hex(16), **act.form, **more}
    with house.client(act.role).post(placed(act.address, house.objects), data=data) as answer:
        return answer.status_code


def test_a_right_form_with_a_field_too_many_writes_nothing_and_without_it_passes(own_full_house: House) -> None:
    names = itertools.cycle(name for name in names_of_columns() if name not in OWN)
    wrong, probes = [], 0
    for act in ACTS:
        before = contents()
        for name in itertools.islice(names, EACH):
            status = send(own_full_house, act, {name: "1"})
            probes += 1
            if status != 422:
                wrong.append(f"{act.address} with {name}: {status}")
        if contents() != before:
            wrong.append(f"{act.address} wrote something")
        if (status := send(own_full_house, act, {})) not in (200, 302, 303):
            wrong.append(f"{act.address} is not right by itself: {status}")
        elif contents() == before:
            wrong.append(f"{act.address} does nothing by itself")
    assert not wrong, "\n".join(wrong[:40])
    assert probes >= PROBES
