"""What is done with a service order: every step of its life, and papers laid with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from licensetrack.core.db import reading
from licensetrack.core.errors import Refused
from licensetrack.support import asking, handling, settling
from licensetrack.support.handling_models import ServiceCase
from licensetrack.support.limits import engineers
from licensetrack.support.moving import case_of
from licensetrack.web.access import actor, needs
from licensetrack.web.acts import ActForm, perform
from licensetrack.web.digits import whole
from licensetrack.web.service import page
from licensetrack.web.service_forms import FORMS, PaperForm, step_form

service_acts = Blueprint("service_acts", __name__, url_prefix="/service")

_VERBS: dict[str, Callable[..., ServiceCase]] = {
    "accept": handling.accept_order,
    "grade": handling.grade_order,
    "assign": handling.assign_order,
    "answer": handling.answer_order,
    "arrive": handling.arrive_on_site,
    "restore": handling.restore_service,
    "pause": handling.pause_order,
    "resume": handling.resume_order,
    "hand_over": handling.hand_over,
    "confirm": settling.confirm_solution,
    "reject": settling.reject_solution,
    "close": settling.close_order,
    "rate": settling.rate_service,
    "cancel": settling.cancel_order,
    "reopen": settling.reopen_order,
}


@service_acts.post("/<number>/attach")
@needs("support:order:attach")
def attach(number: str) -> ResponseReturnValue:
    """Lays files with an order."""
    form, case = PaperForm(), _look(number)

    def act() -> str:
        files = form.uploads()
        if not files:
            raise Refused("Choose a file.").at("papers")
        for name, content in files:
            asking.attach_paper(case, name, content, actor=actor())
        return url_for("service.one", number=number, _anchor="papers")

    return perform(form, act, lambda: _page(number, "attach", form))


def _look(number: str) -> ServiceCase:
    with reading() as db:
        found = case_of(db, number, actor())
        db.expunge(found)
    return found


def _page(number: str, name: str, form: ActForm) -> str:
    with reading() as db:
        return page(db, case_of(db, number, actor()), {name: form})


def _said(form: ActForm) -> dict[str, Any]:
    """What was typed, as the verbs take it; a field that was left empty is not said."""
    fields = {field.short_name: field.data for field in form if field.short_name not in ("once", "version")}
    fields.pop("csrf_token", None)
    if "mark" in fields:
        fields["mark"] = whole(fields["mark"]) or 0
    return {name: value for name, value in fields.items() if value is not None}


def _step(name: str) -> Callable[[str], ResponseReturnValue]:
    def view(number: str) -> ResponseReturnValue:
        case = _look(number)
        with reading() as db:
            form = step_form(name, case, engineers(db), fresh=False)

        def act() -> str:
            _VERBS[name](case, actor=actor(), seen=form.seen, **_said(form))
            return url_for("service.one", number=number)

        return perform(form, act, lambda: _page(number, name, form))

    view.__doc__ = f"The step {name}."
    return needs(f"support:order:{name}")(view)


for _name in FORMS:
    service_acts.add_url_rule(f"/<number>/{_name.replace('_', '-')}", _name, _step(_name), methods=["POST"])
