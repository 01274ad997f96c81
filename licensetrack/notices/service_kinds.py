"""Kinds of notices about service orders and bulletins."""

from __future__ import annotations

from licensetrack.notices.shape import Kind

SERVICE_KINDS = (
    Kind(
        "service_asked", "service", "A service order came in",
        "Service order %(number)s came in",
        "%(unit)s asks for service (%(number)s): %(title)s",
        "support:order:accept", must=True,
    ),
    Kind(
        "service_assigned", "service", "A service order was assigned to you",
        "Service order %(number)s was assigned to you",
        "%(by)s assigned the service order %(number)s of %(unit)s to you: %(title)s",
        "support:order:read", must=True,
    ),
    Kind(
        "service_to_confirm", "service", "A service order waits for the unit's word",
        "Service order %(number)s waits for the unit's word",
        "%(by)s says that the service order %(number)s of %(unit)s is done: %(title)s",
        "support:order:confirm", must=True,
    ),
    Kind(
        "bulletin_task", "service", "A bulletin concerns the unit",
        "Bulletin %(number)s concerns %(unit)s",
        "%(by)s made the bulletin %(number)s known, which concerns %(unit)s: %(title)s. To be done by %(deadline)s.",
        "support:task:report", must=True,
    ),
    Kind(
        "bulletin_reported", "service", "A unit reported a bulletin as done",
        "%(unit)s reported the bulletin %(number)s as done",
        "%(by)s reported for %(unit)s on the bulletin %(number)s (%(title)s), done on %(done)s: %(result)s",
        "support:task:confirm", must=True,
    ),
    Kind(
        "bulletin_returned", "service", "A report on a bulletin was returned",
        "The report on the bulletin %(number)s was returned",
        "%(by)s returned the report of %(unit)s on the bulletin %(number)s (%(title)s). What is missing: %(reason)s",
        "support:task:report", must=True,
    ),
)  # fmt: skip
