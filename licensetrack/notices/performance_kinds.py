"""Kinds of notices about evaluations, monitorings, frameworks and targets."""

from __future__ import annotations

from licensetrack.notices.shape import DIGEST, Kind

PERFORMANCE_KINDS = (
    Kind(
        "evaluation_to_review", "performance", "An evaluation waits for review",
        "The evaluation of %(year)s waits for review",
        "%(by)s completed the evaluation of %(year)s.",
        "performance:evaluation:review", must=True,
    ),
    Kind(
        "evaluation_to_sign", "performance", "An evaluation waits for signature",
        "The evaluation of %(year)s waits for signature",
        "%(by)s reviewed the evaluation of %(year)s.",
        "performance:evaluation:sign", must=True,
    ),
    Kind(
        "evaluation_sent_back", "performance", "An evaluation was sent back",
        "The evaluation of %(year)s was sent back",
        "%(by)s sent the evaluation of %(year)s back. What is to be mended: %(reason)s",
        "performance:evaluation:write", must=True,
    ),
    Kind(
        "evaluation_signed", "performance", "An evaluation was signed",
        "The evaluation of %(year)s was signed",
        "%(by)s signed the evaluation of %(year)s; its figures stand for ever.",
        "performance:read",
    ),
    Kind(
        "score_reviewed", "performance", "A reviewed score was set or taken back",
        "%(code)s of the evaluation of %(year)s: a reviewed score",
        "%(by)s set or took back the reviewed score of the indicator %(code)s.",
        "performance:evaluation:write", mail=DIGEST,
    ),
    Kind(
        "monitoring_to_report", "performance", "A monitoring waits to be reported",
        "The monitoring as of %(as_of)s waits to be reported",
        "%(by)s submitted the monitoring as of %(as_of)s.",
        "performance:monitoring:report", must=True,
    ),
    Kind(
        "monitoring_sent_back", "performance", "A monitoring was sent back",
        "The monitoring as of %(as_of)s was sent back",
        "%(by)s sent the monitoring as of %(as_of)s back. What is to be mended: %(reason)s",
        "performance:monitoring:judge", must=True,
    ),
    Kind(
        "monitoring_reported", "performance", "A monitoring was reported",
        "The monitoring as of %(as_of)s was reported",
        "%(by)s reported the monitoring as of %(as_of)s; %(points)s points are to be put right.",
        "performance:read",
    ),
    Kind(
        "follow_up_to_accept", "performance", "A point of a monitoring was put right",
        "%(code)s of the monitoring as of %(as_of)s was put right",
        "%(by)s says how “%(name)s” was put right.",
        "performance:follow_up:accept", must=True,
    ),
    Kind(
        "follow_up_returned", "performance", "A point of a monitoring was returned",
        "%(code)s of the monitoring as of %(as_of)s was returned",
        "%(by)s does not take “%(name)s” for put right yet. What is missing: %(reason)s",
        "performance:follow_up:mend", must=True,
    ),
    Kind(
        "follow_up_accepted", "performance", "A point of a monitoring was accepted",
        "%(code)s of the monitoring as of %(as_of)s was accepted",
        "%(by)s accepted how “%(name)s” was put right.",
        "performance:follow_up:mend", mail=DIGEST,
    ),
    Kind(
        "framework_drafted", "performance", "A framework waits to be put in force",
        "The framework “%(name)s”, version %(version)s, is drafted",
        "%(by)s drafted version %(version)s of the framework “%(name)s”.",
        "performance:framework:put_in_force", must=True,
    ),
    Kind(
        "framework_in_force", "performance", "A framework was put in force",
        "The framework “%(name)s”, version %(version)s, is in force",
        "%(by)s put version %(version)s of the framework “%(name)s” in force.",
        "performance:read", mail=DIGEST,
    ),
    Kind(
        "target_adjusted", "performance", "A target was adjusted",
        "The target of %(code)s was adjusted",
        "%(by)s adjusted the target of the indicator %(code)s from %(on)s on. Reason: %(reason)s",
        "performance:read", mail=DIGEST,
    ),
)  # fmt: skip
