"""Words about requests: stages, kinds of lines, fields, acts; and what a check found, in the visitor's language."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask_babel import gettext, lazy_gettext, ngettext

from licensetrack.requests.findings import Finding
from licensetrack.requests.models import RequestLine
from licensetrack.web.shown import count
from licensetrack.web.wording import KINDS, PRODUCTS, word

STAGES = {
    "draft": lazy_gettext("Draft"),
    "submitted": lazy_gettext("Submitted"),
    "accepted": lazy_gettext("Taken on"),
    "returned": lazy_gettext("Returned for correction"),
    "rejected": lazy_gettext("Rejected"),
    "approved": lazy_gettext("Approved"),
    "fulfilled": lazy_gettext("Fulfilled"),
    "withdrawn": lazy_gettext("Withdrawn"),
}
ACTIONS = {
    "draft": lazy_gettext("Drafted"),
    "submit": lazy_gettext("Submitted"),
    "accept": lazy_gettext("Taken on"),
    "return": lazy_gettext("Returned for correction"),
    "reject": lazy_gettext("Rejected"),
    "approve": lazy_gettext("Approved"),
    "withdraw": lazy_gettext("Withdrawn"),
    "fulfill": lazy_gettext("Fulfilled"),
}
LINE_KINDS = {
    "new": lazy_gettext("New platform"),
    "expansion": lazy_gettext("Expansion"),
    "renewal": lazy_gettext("Renewal"),
    "formalize": lazy_gettext("Temporary to formal"),
    "migration": lazy_gettext("Migration"),
    "return": lazy_gettext("Return of a set"),
}
KIND_HINTS = {
    "new": lazy_gettext("a set for a platform that has none of this product"),
    "expansion": lazy_gettext("more CPUs for a set that you hold"),
    "renewal": lazy_gettext("a held set for a longer time"),
    "formalize": lazy_gettext("a formal set instead of a temporary one"),
    "migration": lazy_gettext("a held set on another platform, site or host"),
    "return": lazy_gettext("a set that is no longer needed"),
}
LINE_STAGES = {
    "asked": lazy_gettext("Asked for"),
    "granted": lazy_gettext("Granted, to be issued"),
    "refused": lazy_gettext("Not granted"),
    "fulfilled": lazy_gettext("Done"),
    "dropped": lazy_gettext("Dropped"),
}
FIELDS = {
    "contact": lazy_gettext("Contact"),
    "phone": lazy_gettext("Phone"),
    "reason": lazy_gettext("Grounds"),
    "wanted_on": lazy_gettext("Wanted by"),
    "kind": lazy_gettext("Kind of line"),
    "product": lazy_gettext("Product"),
    "license_kind": lazy_gettext("Licence type"),
    "set": lazy_gettext("Licence set"),
    "set_number": lazy_gettext("Licence set"),
    "platform": lazy_gettext("Platform"),
    "site": lazy_gettext("Site, server room"),
    "edition": lazy_gettext("Edition"),
    "cpus": lazy_gettext("CPU count"),
    "hosts": lazy_gettext("Host list"),
    "fingerprint": lazy_gettext("Host fingerprint (ESN/DID)"),
    "valid_until": lazy_gettext("Valid until"),
    "lines": lazy_gettext("Lines"),
    "papers": lazy_gettext("Papers"),
}
PAPERS = {
    "form": lazy_gettext("Stamped application form"),
    "hosts": lazy_gettext("Host list"),
    "fingerprint": lazy_gettext("Fingerprint file"),
    "other": lazy_gettext("Other paper"),
}
NEXT_FOR_UNIT = {
    "draft": lazy_gettext("Complete the form and submit it. The centre does not see it before."),
    "returned": lazy_gettext("Correct what the centre asks for and submit it again; the number stays."),
    "submitted": lazy_gettext("Nothing to do: the centre looks at it."),
    "accepted": lazy_gettext("Nothing to do: the centre has taken it on and a second person approves it."),
    "approved": lazy_gettext("The licences are being made. You hear of it when they are there to be imported."),
    "rejected": lazy_gettext("Rejected. If the reason no longer holds, ask with a new request."),
    "fulfilled": lazy_gettext("Everything granted was issued. Import it and confirm the acceptance."),
    "withdrawn": lazy_gettext("Withdrawn; nothing follows."),
}
NEXT_FOR_CENTRE = {
    "draft": lazy_gettext("The unit is still writing."),
    "returned": lazy_gettext("The unit is correcting it."),
    "submitted": lazy_gettext("To be taken on, returned or rejected."),
    "accepted": lazy_gettext("To be approved by a second person."),
    "approved": lazy_gettext("To be issued, line by line."),
    "rejected": lazy_gettext("Closed."),
    "fulfilled": lazy_gettext("Closed."),
    "withdrawn": lazy_gettext("Closed."),
}
_CODES = {"product": PRODUCTS, "needed": PRODUCTS}


def finding_text(found: Finding) -> str:
    """What a check found, in words."""
    values = {name: word(_CODES[name], str(value)) if name in _CODES else value for name, value in found.values.items()}
    text = str(gettext(found.message))
    return text % values if values else text


def waited(span: dt.timedelta) -> str:
    """A waiting time in words: days, below one hours, below one minutes."""
    if span.days:
        return str(ngettext("%(num)s day", "%(num)s days", span.days))
    hours = span.seconds // 3600
    if hours:
        return str(ngettext("%(num)s hour", "%(num)s hours", hours))
    return str(ngettext("%(num)s minute", "%(num)s minutes", span.seconds // 60))


def line_summary(line: RequestLine) -> str:
    """A line in a few words: New platform · Virtualization · 16 CPU."""
    parts = [word(LINE_KINDS, line.kind), word(PRODUCTS, line.product)]
    if line.kind == "new" and line.license_kind == "temporary":
        parts.append(word(KINDS, line.license_kind))
    if line.cpus_asked:
        given = line.cpus_granted
        shown = (
            count(line.cpus_asked) if given in (None, line.cpus_asked) else f"{count(given)}/{count(line.cpus_asked)}"
        )
        parts.append(f"{shown} CPU")
    return " · ".join(parts)


def field_value(name: str, value: Any) -> str:
    """What a version says in a field, as a comparison shows it."""
    if value in (None, "", []):
        return "—"
    if name == "hosts":
        return "; ".join(f"{host['name']} {host['sockets']}×{host['cores']}" for host in value)
    codes = {"product": PRODUCTS, "license_kind": KINDS, "kind": LINE_KINDS}
    return word(codes[name], str(value)) if name in codes else str(value)
