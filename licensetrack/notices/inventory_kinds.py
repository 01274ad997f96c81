"""Kinds of notices about what runs against what was issued: differences, their explanations and their waivers."""

from __future__ import annotations

from licensetrack.notices.shape import DIGEST, Kind

INVENTORY_KINDS = (
    Kind(
        "differences_found", "inventory", "A comparison found differences at the unit",
        "What runs at %(unit)s differs from what was issued",
        "The comparison as of %(as_of)s found %(count)s differences between what runs at %(unit)s and what was issued.",
        "inventory:difference:explain", must=True,
    ),
    Kind(
        "comparison_made", "inventory", "A comparison was made",
        "Contract, ledger and what runs were compared as of %(as_of)s",
        "%(by)s compared as of %(as_of)s. Differences: %(new)s new, %(reopened)s open again, %(closed)s closed.",
        "inventory:difference:work_off", mail=DIGEST,
    ),
    Kind(
        "difference_explained", "inventory", "A difference was explained",
        "Difference %(number)s was explained",
        "%(by)s explained the difference %(number)s (%(unit)s): %(reason)s",
        "inventory:difference:explain",
    ),
    Kind(
        "waiver_asked", "inventory", "A waiver waits for a second person",
        "The waiver of difference %(number)s waits for an answer",
        "%(by)s asks to leave the difference %(number)s (%(unit)s) as it is until %(until)s. Reason: %(reason)s",
        "inventory:difference:confirm", must=True,
    ),
    Kind(
        "waiver_confirmed", "inventory", "A waiver that you asked for was confirmed",
        "The waiver of difference %(number)s was confirmed",
        "%(by)s confirmed the waiver of the difference %(number)s (%(unit)s) until %(until)s.",
        "inventory:difference:waive",
    ),
    Kind(
        "waiver_declined", "inventory", "A waiver that you asked for was declined",
        "The waiver of difference %(number)s was declined",
        "%(by)s declined the waiver of the difference %(number)s (%(unit)s). Reason: %(reason)s",
        "inventory:difference:waive", must=True,
    ),
    Kind(
        "waiver_ended", "inventory", "A waiver ended",
        "The waiver of difference %(number)s ended",
        "The difference %(number)s (%(unit)s) is open again: the last day of its waiver is over, or a comparison saw "
        "other figures than those that were waived.",
        "inventory:difference:work_off", must=True,
    ),
)  # fmt: skip
