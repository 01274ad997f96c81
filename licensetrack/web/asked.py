"""What a page is asked about: as of which day, as known when, whose rows; carried from link to link in the address."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Flask, request, url_for
from flask_babel import gettext

from licensetrack.accounts.permissions import Scope
from licensetrack.core.clock import BUSINESS_ZONE, end_of_month_before, today
from licensetrack.core.db import reading
from licensetrack.core.errors import NotFound, Refused
from licensetrack.measures.question import Question
from licensetrack.units.queries import unit
from licensetrack.web.access import actor
from licensetrack.web.digits import whole

CARRIED = ("as_of", "known_at")


def as_of(text: str | None = None) -> dt.date:
    """The day asked for, today without one. Raises Refused for what is no day."""
    text = request.args.get("as_of", "") if text is None else text
    if not text.strip():
        return today()
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        raise Refused("“%(text)s” is not a date; dates look like 2024-12-31.", text=text[:40]) from None


def known_at(text: str | None = None) -> dt.datetime | None:
    """The instant asked for, None for what is known now; without a zone it is Shenzhen's. Raises Refused."""
    text = request.args.get("known_at", "") if text is None else text
    if not text.strip():
        return None
    try:
        instant = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        raise Refused("“%(text)s” is not an instant; instants look like 2025-01-31T18:00.", text=text[:40]) from None
    return instant.replace(tzinfo=BUSINESS_ZONE) if instant.tzinfo is None else instant


def question() -> Question:
    """The page's question, within what its visitor may see; `district` or `unit` in the address narrows it further."""
    return Question(as_of(), known_at(), _narrowed(actor().scope))


def _narrowed(scope: Scope) -> Scope:
    """The scope, narrowed to what the address names. Raises NotFound for what lies outside the scope."""
    district, unit_id = request.args.get("district", ""), request.args.get("unit", "")
    if unit_id:
        with reading() as db:
            return Scope("unit", str(unit(db, whole(unit_id, 0), scope).id))
    if not district or scope == Scope("district", district):
        return scope
    if scope.kind != "all":
        raise NotFound("There is no such record.")
    return Scope("district", district)


def in_words(asked: Question) -> str:
    """The question as the line below a page's heading."""
    parts = [gettext("At the end of %(day)s", day=asked.as_of.isoformat())]
    if asked.known_at is not None:
        parts.append(
            gettext("as known at %(at)s", at=asked.known_at.astimezone(BUSINESS_ZONE).strftime("%Y-%m-%d %H:%M"))
        )
    if asked.scope.kind == "unit":
        with reading() as db:
            parts.append(unit(db, int(asked.scope.value)).name)
    elif asked.scope.kind == "district":
        parts.append(asked.scope.value)
    if request.args.get("category"):
        parts.append(request.args["category"])
    return " · ".join(parts)


def link(endpoint: str, **values: Any) -> str:
    """The address of a page that answers the same question."""
    carried = {name: request.args[name] for name in CARRIED if request.args.get(name)}
    return url_for(endpoint, **(carried | values))


def link_again(**changes: Any) -> str:
    """The address of this very page with something changed."""
    endpoint = request.endpoint or "dashboard.overview"
    values = {**(request.view_args or {}), **request.args.to_dict(), **changes}
    return url_for(endpoint, **{name: value for name, value in values.items() if value not in ("", None)})


def quick_days(day: dt.date) -> list[tuple[str, dt.date]]:
    """Days that are asked for often: today, the ends of the last month and of the last two years."""
    return [
        (gettext("Today"), day),
        (gettext("End of last month"), end_of_month_before(day)),
        *((gettext("End of %(year)s", year=year), dt.date(year, 12, 31)) for year in (day.year - 1, day.year - 2)),
    ]


def register(app: Flask) -> None:
    """Lets templates make links."""
    app.jinja_env.globals.update(link=link, link_again=link_again, asked_words=in_words)
