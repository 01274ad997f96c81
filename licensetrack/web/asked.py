"""What a page is asked about: as of which day, as known when, whose rows; carried from link to link in the address."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Flask, request, url_for

from licensetrack.accounts.permissions import Scope
from licensetrack.core.clock import BUSINESS_ZONE, today
from licensetrack.core.errors import NotFound, Refused
from licensetrack.measures.question import Question
from licensetrack.web.access import actor

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
    """The page's question, within what its visitor may see; `district` in the address narrows it further."""
    return Question(as_of(), known_at(), narrowed(actor().scope, request.args.get("district", "")))


def narrowed(scope: Scope, district: str) -> Scope:
    """The scope, narrowed to a district if one is asked for. Raises NotFound for a district outside the scope."""
    if not district or scope == Scope("district", district):
        return scope
    if scope.kind != "all":
        raise NotFound("There is no such record.")
    return Scope("district", district)


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
    """Days that are asked for often, as (msgid, day): today, the ends of the last month and of the last two years."""
    first = day.replace(day=1)
    return [
        ("Today", day),
        ("Last month", first - dt.timedelta(days=1)),
        ("Last year", dt.date(day.year - 1, 12, 31)),
        ("Year before", dt.date(day.year - 2, 12, 31)),
    ]


def register(app: Flask) -> None:
    """Lets templates make links."""
    app.jinja_env.globals.update(link=link, link_again=link_again, today=today)
