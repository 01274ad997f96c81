"""What was refused stands in the audit trail: who, what, which record, from where and why; never what was typed."""

import json
import secrets
from typing import Any

import pytest
from flask import render_template_string
from sqlalchemy import select
from wtforms import StringField

from licensetrack.core import audit, db
from licensetrack.core.audit import AuditEntry
from licensetrack.core.errors import Conflict, NotFound, Refused
from licensetrack.web.access import actor, needs
from licensetrack.web.acts import ActForm, perform
from tests.site import CORRECTED, House, person

SECRET = "what nobody may read in the trail"


class ReasonForm(ActForm):
    """One text."""

    reason = StringField("Reason")


def refused() -> list[tuple[AuditEntry, dict[str, Any]]]:
    """Every refusal in the trail, with its details."""
    with db.reading() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.outcome == "refused").order_by(AuditEntry.seq))
        return [(entry, json.loads(entry.details)) for entry in entries]


@pytest.fixture
def acting(altered_house: House) -> House:
    """A house with a page whose act writes something and is then refused, as the form's text says."""
    errors = {
        "rule": Refused("The set %(number)s is held by another unit.", number=SECRET),
        "stale": Conflict("What you were looking at has changed meanwhile. Nothing was written."),
        "foreign": NotFound("There is no such record."),
    }

    def act() -> str:
        with db.transaction() as session:
            audit.record(session, "allocation:set:expand", "set:half-done", actor())
        raise errors[form.reason.data or "rule"]

    def view(number: str) -> Any:
        nonlocal form
        form = ReasonForm()
        return perform(form, act, lambda: render_template_string("{{ form.problem }}", form=form))

    form: ReasonForm
    mark = needs("allocation:set:expand")
    altered_house.app.add_url_rule("/sets/<number>/act", "act", mark(view), methods=["POST"])
    return altered_house


def send(house: House, reason: str, role: str = "operator", **fields: str) -> int:
    """Sends the form; the status it gets."""
    data = {"once": secrets.token_hex(16), "reason": reason, **fields}
    return house.client(role).post(f"/sets/{CORRECTED}/act", data=data).status_code


@pytest.mark.parametrize(
    ("reason", "status", "kind", "words"),
    [
        ("rule", 422, "refused", "The set %(number)s is held by another unit."),
        ("stale", 409, "conflict", "What you were looking at has changed meanwhile. Nothing was written."),
        ("foreign", 404, "notfound", "There is no such record."),
    ],
)
def test_a_refused_act_is_recorded_and_nothing_of_it_is_kept(
    acting: House, reason: str, status: int, kind: str, words: str
) -> None:
    assert send(acting, reason) == status
    [(entry, details)] = refused()
    assert (entry.actor, entry.tag, entry.subject) == ("operator", "allocation:set:expand", f"set:{CORRECTED}")
    assert (details["reason"], details["refusal"], details["address"]) == (words, kind, "127.0.0.1")
    assert SECRET not in entry.details
    with db.reading() as session:
        assert session.scalar(select(AuditEntry.seq).where(AuditEntry.subject == "set:half-done")) is None


def test_a_field_that_the_form_does_not_have_is_recorded_without_its_name_or_value(acting: House) -> None:
    assert send(acting, "rule", accepted_cpus_is_mine=SECRET) == 422
    [(entry, details)] = refused()
    assert details["reason"] == "This form has no field “%(name)s”."
    assert SECRET not in entry.details
    assert "accepted_cpus_is_mine" not in entry.details


def test_a_role_that_may_not_is_recorded_when_it_acts_and_when_it_looks(acting: House) -> None:
    assert send(acting, "rule", "auditor") == 403
    acting.get("/load", "auditor", status=403)
    tags = [(entry.actor, entry.tag, entry.subject, details["method"]) for entry, details in refused()]
    assert tags == [
        ("auditor", "allocation:set:expand", f"set:{CORRECTED}", "POST"),
        ("auditor", "exchange:ledger:load", "/load", "GET"),
    ]


def test_looking_for_what_is_not_there_is_not_recorded(own_house: House) -> None:
    own_house.get("/sets/SQ-2024-0001", "unit_user", status=404)
    own_house.get("/nowhere", "unit_user", status=404)
    own_house.get("/?as_of=never", status=400)
    assert own_house.app.test_client().post("/load").status_code == 302
    assert refused() == []


def test_a_form_without_our_token_is_recorded(own_house: House) -> None:
    own_house.app.config["WTF_CSRF_ENABLED"] = True
    assert own_house.client().post("/load", data={"secret": SECRET}).status_code == 400
    [(entry, details)] = refused()
    assert (entry.actor, entry.tag, details["refusal"]) == ("operator", "exchange:ledger:load", "token")
    assert SECRET not in entry.details


def test_a_conflict_page_leads_back_to_the_record_that_changed(acting: House) -> None:
    answer = acting.client().post(f"/sets/{CORRECTED}/act", data={"once": secrets.token_hex(16), "reason": "stale"})
    assert answer.status_code == 409
    assert "重新查看" in answer.text
    assert f'href="/sets/{CORRECTED}"' in answer.text
    foreign = acting.client().post(f"/sets/{CORRECTED}/act", data={"once": secrets.token_hex(16), "reason": "foreign"})
    assert "重新查看" not in foreign.text


def test_the_answer_does_not_wait_for_a_trail_that_can_not_be_written(
    acting: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: Any, **__: Any) -> None:
        raise Conflict(db.BUSY)

    monkeypatch.setattr("licensetrack.web.refusals.audit.record", busy)
    assert acting.client("auditor").get("/load").status_code == 403


@pytest.mark.parametrize(
    ("address", "subject"),
    [("/requests/XQ-2025-0001/withdraw", "request:XQ-2025-0001"), ("/roles/{manager}", "user:manager"),
     ("/certificates/YS-1/countersign", "certificate:YS-1"), ("/imports/SQ-2024-0001", "set:SQ-2024-0001")],
)  # fmt: skip
def test_the_subject_is_named_as_the_verbs_name_it(own_house: House, address: str, subject: str) -> None:
    assert own_house.client("auditor").post(address.format(manager=person("manager").id)).status_code == 403
    [(entry, _)] = refused()
    assert entry.subject == subject
