"""Kinds of notices about service orders."""

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
)  # fmt: skip
