"""Figures for other programs: every measure as of a date and the rows behind one, in the command line's JSON."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, TypeVar, cast

import marshmallow as ma
from flask_login import current_user
from flask_smorest import Blueprint

from licensetrack.accounts.permissions import Actor
from licensetrack.core.clock import BUSINESS_ZONE, today
from licensetrack.core.db import reading
from licensetrack.measures.catalogue import figures as read_figures
from licensetrack.measures.json_form import json_form
from licensetrack.measures.question import Question
from licensetrack.measures.readers import measure_for, readable

View = TypeVar("View", bound=Callable[..., Any])

figures = Blueprint(
    "api_figures", __name__, url_prefix="/api/v1", description="Figures as of a date, and the rows behind them"
)


class Asked(ma.Schema):
    """As of which day, and as known at which instant."""

    as_of = ma.fields.Date(metadata={"description": "Count to the end of this day (Asia/Shanghai); today by default."})
    known_at = ma.fields.DateTime(
        metadata={
            "description": "Leave out what was recorded after this instant; without a zone it is Asia/Shanghai's."
        }
    )


class Figures(ma.Schema):
    """Every measure's value; null where there is nothing to divide by."""

    as_of = ma.fields.String(required=True, metadata={"format": "date"})
    known_at = ma.fields.String(allow_none=True)
    figures = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Raw(allow_none=True), required=True)


class Trace(ma.Schema):
    """One measure's value and rows: `value` sums to it, or `numerator` over `denominator` gives it in percent."""

    name = ma.fields.String(required=True)
    as_of = ma.fields.String(required=True, metadata={"format": "date"})
    value = ma.fields.Raw(allow_none=True)
    rows = ma.fields.List(ma.fields.Dict(), required=True)


def needs(permission: str) -> Callable[[View], View]:
    """Names the permission that the guard before every view asks for."""

    def mark(view: View) -> View:
        view.access = permission  # type: ignore[attr-defined]
        return view

    return mark


def caller() -> Actor:
    """Who asks."""
    return cast(Actor, current_user.actor)


def question_of(asked: dict[str, Any]) -> Question:
    """What an address asks of the ledgers, for who asks."""
    known_at: dt.datetime | None = asked.get("known_at")
    if known_at is not None and known_at.tzinfo is None:
        known_at = known_at.replace(tzinfo=BUSINESS_ZONE)
    return Question(asked.get("as_of") or today(), known_at, caller().scope)


@figures.get("/figures")
@needs("measures:read")
@figures.arguments(Asked, location="query")
@figures.response(200, Figures)
@figures.alt_response(401, description="Neither a token that is good nor a session")
def all_figures(asked: dict[str, Any]) -> Any:
    """Every measure that one may read."""
    question, shown = question_of(asked), readable(caller())
    with reading() as db:
        values = read_figures(db, question)
    answer = {"as_of": question.as_of, "known_at": question.known_at}
    return json_form({**answer, "figures": {name: values[name] for name in shown}})


@figures.get("/figures/<name>/trace")
@needs("measures:read")
@figures.arguments(Asked, location="query")
@figures.response(200, Trace)
@figures.alt_response(404, description="No measure of that name")
def trace(asked: dict[str, Any], name: str) -> Any:
    """The rows behind one measure."""
    question, found = question_of(asked), measure_for(caller(), name)
    with reading() as db:
        value, rows = found.value(db, question), found.trace(db, question)
    return json_form({"name": name, "as_of": question.as_of, "value": value, "rows": rows})
