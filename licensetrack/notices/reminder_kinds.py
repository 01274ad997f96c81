"""Kinds of the reminders and of the nightly jobs: due dates go into the day's digest, alarms go out at once."""

from __future__ import annotations

from licensetrack.notices.shape import AT_ONCE, DIGEST, Kind

REMINDERS, SYSTEM = "reminders", "system"


def _due(name: str, label: str, title: str, body: str, sees: str) -> Kind:
    return Kind(f"reminder_{name}", REMINDERS, label, title, body, sees, mail=DIGEST)


REMINDER_KINDS = (
    _due(
        "validity", "Validity ends", "%(number)s: valid until %(due_on)s, %(days)s days left",
        "The validity of the set %(number)s of %(unit)s ends on %(due_on)s. Please renew, replace or return it.",
        "allocation:read",
    ),
    _due(
        "validity_over", "Validity is over", "%(number)s: validity ended on %(due_on)s",
        "The set %(number)s of %(unit)s is past its validity of %(due_on)s. Please renew, replace or return it.",
        "allocation:read",
    ),
    _due(
        "support", "Support ends", "%(number)s: support until %(due_on)s, %(days)s days left",
        "The support of the set %(number)s of %(unit)s ends on %(due_on)s. Please prolong it in time.",
        "allocation:read",
    ),
    _due(
        "support_over", "Support is over", "%(number)s: support ended on %(due_on)s",
        "The set %(number)s of %(unit)s is without support since %(due_on)s.",
        "allocation:read",
    ),
    _due(
        "temporary", "Temporary set past its term", "%(number)s: the term of the temporary set ended on %(due_on)s",
        "The temporary set %(number)s of %(unit)s is past its term of %(due_on)s. Please make it formal or return it.",
        "allocation:read",
    ),
    _due(
        "revocation", "Revocation code due", "%(number)s: the revocation code is due by %(due_on)s",
        "A licence file of the set %(number)s of %(unit)s became void; its revocation code is due by %(due_on)s.",
        "allocation:read",
    ),
    _due(
        "import", "Issued, not imported", "%(number)s was issued and is not imported",
        "The set %(number)s of %(unit)s should have been imported by %(due_on)s.",
        "allocation:read",
    ),
    _due(
        "acceptance", "Imported, not accepted", "%(number)s was imported and is on no certificate",
        "A certificate for the set %(number)s of %(unit)s should have been drawn by %(due_on)s.",
        "handover:read",
    ),
    _due(
        "rework", "Declined, to be put right", "%(number)s was declined and is not put right yet",
        "The acceptance of the set %(number)s of %(unit)s was declined; it should have been put right by %(due_on)s.",
        "allocation:read",
    ),
    _due(
        "receipt", "Receipt to sign", "%(number)s: the licence file is not signed for",
        "The licence file of the set %(number)s was handed to %(unit)s; please sign for it.",
        "handover:read",
    ),
    _due(
        "certificate_unit", "Certificate waits for the unit", "Certificate %(number)s waits for the unit's signature",
        "The certificate %(number)s of %(unit)s should have been signed by %(due_on)s.",
        "handover:read",
    ),
    _due(
        "certificate_center", "Certificate waits for the centre", "Certificate %(number)s waits to be counter-signed",
        "%(unit)s has signed the certificate %(number)s; the centre should have signed by %(due_on)s.",
        "handover:read",
    ),
    _due(
        "submitted", "Request waits to be taken on", "Request %(number)s waits to be taken on",
        "The request %(number)s of %(unit)s should have been taken on or returned by %(due_on)s.",
        "requests:request:accept",
    ),
    _due(
        "accepted", "Request waits for approval", "Request %(number)s waits for approval",
        "The request %(number)s of %(unit)s should have been decided by %(due_on)s.",
        "requests:request:approve",
    ),
    _due(
        "returned", "Request waits for the unit", "Request %(number)s waits for your answer",
        "The centre returned the request %(number)s; it should have been corrected by %(due_on)s.",
        "requests:read",
    ),
    _due(
        "approved", "Request waits to be issued", "Request %(number)s is approved and not issued",
        "The licences of the request %(number)s of %(unit)s should have been issued by %(due_on)s.",
        "requests:request:fulfill",
    ),
    _due(
        "follow_up", "To be put right after a monitoring", "%(number)s has to be put right by %(due_on)s",
        "What the monitoring found at “%(name)s” has to be put right by %(due_on)s.",
        "performance:read",
    ),
    _due(
        "monitoring", "Monitoring of the year", "The monitoring of %(year)s is due by %(due_on)s",
        "The monitoring of %(year)s has to be reported by %(due_on)s and is not.",
        "performance:read",
    ),
    _due(
        "evaluation", "Evaluation of the year", "The evaluation of %(year)s is due by %(due_on)s",
        "The evaluation of %(year)s has to be signed by %(due_on)s and is not.",
        "performance:read",
    ),
)  # fmt: skip
ALARM = "system:alarm:hear"
SYSTEM_KINDS = (
    Kind(
        "books_broken", SYSTEM, "A check of the books failed", "The program is read-only: %(count)s checks failed",
        "Nothing is written until it was put right and released. The page of the checks says what did not hold.",
        ALARM, must=True, mail=AT_ONCE,
    ),
    Kind(
        "books_released", SYSTEM, "The program writes again", "%(name)s released the program",
        "Everybody may write again. The reason given: %(reason)s", ALARM, must=True, mail=AT_ONCE,
    ),
    Kind(
        "backup_failed", SYSTEM, "The backup failed", "The backup of the night failed; the last good one is of %(at)s",
        "Please look at the disk and at the log of the job.", ALARM, must=True, mail=AT_ONCE,
    ),
    Kind(
        "backup_old", SYSTEM, "No fresh backup", "The newest good backup is older than 48 hours: %(at)s",
        "Please see whether the worker runs, and look at the disk.", ALARM, must=True, mail=AT_ONCE,
    ),
    Kind(
        "account_unused", SYSTEM, "Own account will be switched off", "Your account will be switched off on %(off_on)s",
        "The account “%(login)s” was last used on %(used_on)s. Sign in before %(off_on)s if you still need it.",
        "", must=True, mail=AT_ONCE,
    ),
    Kind(
        "accounts_switched_off", SYSTEM, "Unused accounts switched off", "%(count)s unused accounts were switched off",
        "Nobody used them for ninety days: %(logins)s.", "accounts:user:read", mail=AT_ONCE,
    ),
    Kind(
        "month_report", SYSTEM, "Report of the month", "The report of %(month)s is there",
        "The figures of %(month)s are closed. The report is one page, to be read or printed.", "measures:read",
        mail=AT_ONCE, file="Month report %(month)s",
    ),
)  # fmt: skip
