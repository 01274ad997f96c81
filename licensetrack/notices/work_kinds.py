"""Kinds of notices about the work around licences: requests, sets, their acceptance, and what was bought."""

from __future__ import annotations

from licensetrack.notices.shape import DIGEST, Kind

REQUEST_KINDS = (
    Kind(
        "request_submitted", "requests", "A request waits for review",
        "Request %(number)s waits for review",
        "%(unit)s submitted the request %(number)s.",
        "requests:request:accept", must=True,
    ),
    Kind(
        "request_taken_on", "requests", "A request of the unit was taken on",
        "Request %(number)s was taken on",
        "The request %(number)s of %(unit)s was taken on by %(by)s and is under review.",
        "requests:read", mail=DIGEST,
    ),
    Kind(
        "request_to_approve", "requests", "A request waits for approval",
        "Request %(number)s waits for approval",
        "%(by)s took on the request %(number)s of %(unit)s; a second person decides.",
        "requests:request:accept", must=True,
    ),
    Kind(
        "request_returned", "requests", "A request of the unit was returned",
        "Request %(number)s was returned",
        "The request %(number)s of %(unit)s was returned by %(by)s. What is missing: %(reason)s",
        "requests:read", must=True,
    ),
    Kind(
        "request_rejected", "requests", "A request of the unit was rejected",
        "Request %(number)s was rejected",
        "The request %(number)s of %(unit)s was rejected by %(by)s. Reason: %(reason)s",
        "requests:read",
    ),
    Kind(
        "request_approved", "requests", "A request of the unit was approved",
        "Request %(number)s was approved",
        "The request %(number)s of %(unit)s was approved by %(by)s; the licences are issued next.",
        "requests:read",
    ),
    Kind(
        "request_to_fulfill", "requests", "A request waits to be fulfilled",
        "Request %(number)s waits to be fulfilled",
        "The request %(number)s of %(unit)s was approved by %(by)s.",
        "requests:request:fulfill", must=True,
    ),
    Kind(
        "request_fulfilled", "requests", "A request of the unit was fulfilled",
        "Request %(number)s was fulfilled",
        "Everything that was granted by the request %(number)s of %(unit)s is done.",
        "requests:read", mail=DIGEST,
    ),
    Kind(
        "request_withdrawn", "requests", "A request under review was withdrawn",
        "Request %(number)s was withdrawn",
        "%(unit)s withdrew the request %(number)s; it needs no review any more.",
        "requests:request:accept", mail=DIGEST,
    ),
    Kind(
        "deputy_named", "requests", "You were named as a deputy",
        "You stand in for %(name)s from %(first)s to %(last)s",
        "%(name)s named you as deputy from %(first)s to %(last)s: you may approve requests in this person's stead.",
        "requests:read", must=True,
    ),
)  # fmt: skip

SET_KINDS = (
    Kind(
        "set_issued", "sets", "A licence set was issued to the unit",
        "Licence set %(number)s was issued",
        "The licence set %(number)s was issued to %(unit)s on %(on)s.",
        "allocation:read", must=True,
    ),
    Kind(
        "set_changed", "sets", "A licence set of the unit was changed",
        "Licence set %(number)s was changed",
        "The licence set %(number)s of %(unit)s was changed by %(by)s. Its story says what changed.",
        "allocation:read", mail=DIGEST,
    ),
    Kind(
        "set_ended", "sets", "A licence set of the unit ended",
        "Licence set %(number)s ended",
        "The licence set %(number)s of %(unit)s was ended by %(by)s. Its story says how and why.",
        "allocation:read",
    ),
    Kind(
        "set_corrected", "sets", "A record of a licence set was corrected",
        "Licence set %(number)s was corrected",
        "What is recorded of the licence set %(number)s of %(unit)s was corrected by %(by)s.",
        "allocation:read", mail=DIGEST,
    ),
    Kind(
        "license_file_ready", "sets", "A licence file can be fetched",
        "The licence file of %(number)s can be fetched",
        "A licence file was attached to the set %(number)s of %(unit)s.",
        "handover:file:download", must=True,
    ),
    Kind(
        "receipt_signed", "sets", "A licence file was signed for",
        "The licence file of %(number)s was signed for",
        "%(unit)s signed for the licence file of the set %(number)s.",
        "handover:file:attach", mail=DIGEST,
    ),
    Kind(
        "revocation_recorded", "sets", "A revocation code was handed in",
        "A revocation code of %(number)s was handed in",
        "The revocation code of the licence set %(number)s of %(unit)s was recorded by %(by)s.",
        "allocation:read", mail=DIGEST,
    ),
    Kind(
        "unit_changed", "sets", "A unit was renamed, merged, split, closed or reopened",
        "%(unit)s: its record as a unit was changed",
        "%(by)s changed what is recorded of %(unit)s. The unit's page says what became of it and of its sets.",
        "units:read", mail=DIGEST,
    ),
)  # fmt: skip

ACCEPTANCE_KINDS = (
    Kind(
        "import_succeeded", "acceptance", "An import succeeded; acceptance waits",
        "Licence set %(number)s was imported; acceptance waits",
        "The import of the licence set %(number)s of %(unit)s succeeded on %(on)s.",
        "handover:read", must=True,
    ),
    Kind(
        "import_failed", "acceptance", "An import failed",
        "The import of %(number)s failed",
        "The import of the licence set %(number)s of %(unit)s failed on %(on)s: %(reason)s",
        "handover:read", must=True,
    ),
    Kind(
        "certificate_to_sign", "acceptance", "A certificate waits for the unit's signature",
        "Certificate %(number)s waits for the unit's signature",
        "The acceptance certificate %(number)s was drawn for %(unit)s.",
        "handover:certificate:sign", must=True,
    ),
    Kind(
        "certificate_to_countersign", "acceptance", "A certificate waits for the centre's signature",
        "Certificate %(number)s waits for the centre's signature",
        "The acceptance certificate %(number)s was signed for %(unit)s.",
        "handover:certificate:countersign", must=True,
    ),
    Kind(
        "certificate_accepted", "acceptance", "A certificate was countersigned",
        "Certificate %(number)s was countersigned",
        "The acceptance certificate %(number)s of %(unit)s was countersigned by %(by)s; its licence sets are accepted.",
        "handover:read",
    ),
    Kind(
        "certificate_declined", "acceptance", "A certificate was declined",
        "Certificate %(number)s was declined",
        "The acceptance certificate %(number)s of %(unit)s was declined by %(by)s. Reason: %(reason)s",
        "handover:read", must=True,
    ),
    Kind(
        "certificate_voided", "acceptance", "A certificate was voided",
        "Certificate %(number)s was voided",
        "The acceptance certificate %(number)s of %(unit)s was voided by %(by)s. Reason: %(reason)s",
        "handover:read", mail=DIGEST,
    ),
)  # fmt: skip

BOUGHT_KINDS = (
    Kind(
        "cap_consent_asked", "bought", "A consent above a soft cap is asked",
        "A consent above the cap of contract %(contract)s is asked",
        "%(by)s asks to go above the cap by %(sets)s sets and %(cpus)s CPUs. Reason: %(reason)s",
        "allocation:cap:confirm", must=True,
    ),
    Kind(
        "cap_consent_answered", "bought", "A consent above a soft cap was answered",
        "Your question about the cap of contract %(contract)s was answered",
        "%(by)s answered your wish to go above the cap. The page of the entitlement says how.",
        "procurement:read", must=True,
    ),
    Kind(
        "cap_changed", "bought", "The cap of an entitlement was changed",
        "The cap of contract %(contract)s was changed",
        "%(by)s changed the cap of the entitlement under contract %(contract)s.",
        "procurement:read", mail=DIGEST,
    ),
)  # fmt: skip
