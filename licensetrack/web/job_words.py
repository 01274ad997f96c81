"""Words for jobs and schedules: states, cron texts as people say them, what a job said and how it ended."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from licensetrack.core.errors import DomainError, Refused
from licensetrack.core.job_queue import Job
from licensetrack.jobs.cron import fields_of
from licensetrack.jobs.handlers import handlers
from licensetrack.web import wording

STATES = {
    "queued": lazy_gettext("Queued"),
    "running": lazy_gettext("Running"),
    "done": lazy_gettext("Finished"),
    "failed": lazy_gettext("Failed"),
    "cancelled": lazy_gettext("Cancelled"),
}
TAGS = {"done": "tag-good", "failed": "tag-bad", "running": "tag-open"}
WEEKDAYS = (
    lazy_gettext("Sunday"), lazy_gettext("Monday"), lazy_gettext("Tuesday"), lazy_gettext("Wednesday"),
    lazy_gettext("Thursday"), lazy_gettext("Friday"), lazy_gettext("Saturday"), lazy_gettext("Sunday"),
)  # fmt: skip
SECRETS = ("password", "secret", "token", "key", "seed")
SHOWN = 200  # letters of one argument or result


def kind_word(kind: str) -> str:
    """What a job does."""
    found = handlers().get(kind)
    return _(found.label) if found is not None else kind


def state_word(state: str) -> str:
    """Where it stands."""
    return wording.word(STATES, state)


def said(message: str, values: dict[str, Any]) -> str:
    """A line of a job in the reader's language; one whose values do not fit is shown as it is."""
    if not message:
        return ""
    try:
        return wording.in_words(DomainError(message, **values))
    except (KeyError, TypeError, ValueError):
        return str(_(message))


def state_line(job: Job) -> str:
    """What is to be known of it now, in one sentence."""
    if job.state == "running" and job.cancel_asked_at is not None:
        return str(_("It was asked to end, and will at its next step."))
    if job.state == "failed" or (job.state == "queued" and job.error):
        return said(job.error, job.error_values)
    return said(job.note, job.note_values)


def laid_out(content: dict[str, Any] | None) -> list[tuple[str, str]]:
    """Arguments or a result as names and values, without what nobody should read."""
    found = []
    for name, value in (content or {}).items():
        if name == "link":
            continue
        hidden = any(word in name.lower() for word in SECRETS)
        text = "•••" if hidden else str(value)
        found.append((name, text if len(text) <= SHOWN else text[:SHOWN] + "…"))
    return found


def cron_words(text: str) -> str:
    """A cron text as people say it: 每天 02:30. One that nobody can say simply stands for itself."""
    try:
        fields = fields_of(text)
    except Refused:
        return text
    time = _time(fields)
    if time is None:
        return text
    days = _days(fields)
    if days is None:
        return text
    clock = fields["hour"] != "*" and "/" not in fields["hour"] + fields["minute"]
    if not days:
        return _("every day at %(time)s", time=time) if clock else time
    return f"{days} {time}" if clock else _("%(days)s, %(time)s", days=days, time=time)


def _time(fields: dict[str, str]) -> str | None:
    second, minute, hour = fields.get("second", "0"), fields["minute"], fields["hour"]
    if second != "0":
        every = _step(second)
        if every is None or (minute, hour) != ("*", "*"):
            return None
        return str(_("every second") if every == 1 else _("every %(count)s seconds", count=every))
    if (every := _step(minute)) is not None:
        if hour != "*":
            return None
        return str(_("every minute") if every == 1 else _("every %(count)s minutes", count=every))
    minutes = _numbers(minute)
    if minutes is None:
        return None
    said_minutes = _(", ").join(minutes)
    if (every := _step(hour)) is not None:
        if every == 1 and minutes == ["0"]:
            return str(_("every hour, on the hour"))
        if every == 1:
            return str(_("every hour at minute %(minutes)s", minutes=said_minutes))
        return str(_("every %(count)s hours at minute %(minutes)s", count=every, minutes=said_minutes))
    hours = _numbers(hour)
    if hours is None or len(hours) * len(minutes) > 6:
        return None
    return str(_(", ").join(f"{int(h):02}:{int(m):02}" for h in hours for m in minutes))


def _days(fields: dict[str, str]) -> str | None:
    """Which days; empty for every day, None where it can not be said simply."""
    day, month, weekday = fields["day"], fields["month"], fields["day_of_week"]
    months = _numbers(month)
    if weekday != "*":
        if month != "*":
            return None
        if weekday == "1-5":
            return str(_("on working days (Monday to Friday)"))
        numbers = _numbers(weekday)
        return None if numbers is None else _("every %(days)s", days=_listed(WEEKDAYS[int(n)] for n in numbers))
    days = _numbers(day)
    if day == "*":
        return "" if month == "*" else None
    if days is None:
        return None
    if month == "*":
        return str(_("on day %(days)s of each month", days=_listed(days)))
    if months is None:
        return None
    return str(_("on day %(days)s of month %(months)s", days=_listed(days), months=_listed(months)))


def _listed(values: Any) -> str:
    return str(_(", ").join(str(value) for value in values))


def _step(value: str) -> int | None:
    """Every how many; None where it is no step over the whole range."""
    if value == "*":
        return 1
    return int(value[2:]) if value.startswith("*/") else None


def _numbers(value: str) -> list[str] | None:
    """Single numbers and ranges in words' order; None where there are steps."""
    found: list[str] = []
    for part in value.split(","):
        first, _, last = part.partition("-")
        if not first.isdigit() or (last and not last.isdigit()):
            return None
        found += [str(number) for number in range(int(first), int(last or first) + 1)]
    return found
