"""Invariants of asking and reviewing, in plain SQL that shares nothing with the verbs: moves, people, quantities."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from sqlalchemy import Connection, text

# Every move that a request can make, told once more on purpose: the table of the program is what is checked.
_MOVES = (
    "start-draft-draft", "draft-submit-submitted", "draft-withdraw-withdrawn", "submitted-accept-accepted",
    "submitted-return-returned", "submitted-reject-rejected", "submitted-withdraw-withdrawn",
    "accepted-approve-approved", "accepted-return-returned", "accepted-reject-rejected",
    "accepted-withdraw-withdrawn", "returned-submit-submitted", "returned-withdraw-withdrawn",
    "approved-fulfill-fulfilled",
)  # fmt: skip
_KNOWN = ", ".join(f"'{move}'" for move in _MOVES)
# The last submission of a request: what was accepted or approved before it was returned, and counts no more.
_LAST_SUBMIT = "(SELECT max(x.seq) FROM request_event x WHERE x.request_id = r.id AND x.action = 'submit')"


def _by(action: str) -> str:
    """Who took the step since the last submission."""
    return (
        "(SELECT e.login FROM request_event e WHERE e.request_id = r.id"
        f" AND e.action = '{action}' AND e.seq > {_LAST_SUBMIT})"
    )


REQUEST_CHECKS: dict[str, str] = {
    "a request's version is the number of its moves": """
        SELECT r.number, r.version FROM license_request r LEFT JOIN request_event e ON e.request_id = r.id
        GROUP BY r.number, r.version
        HAVING count(e.id) <> r.version OR min(e.seq) <> 1 OR max(e.seq) <> r.version""",
    "a request stands where its moves led, one after the other": f"""
        SELECT r.number, e.seq FROM license_request r JOIN request_event e ON e.request_id = r.id
        LEFT JOIN request_event p ON p.request_id = r.id AND p.seq = e.seq - 1
        WHERE e.from_stage <> coalesce(p.to_stage, 'start')
           OR e.from_stage || '-' || e.action || '-' || e.to_stage NOT IN ({_KNOWN})
           OR (e.seq = r.version AND e.to_stage <> r.stage)""",
    "whoever took a request on or approved it is named, and neither asked for it": f"""
        SELECT r.number FROM license_request r
        WHERE (r.stage IN ('accepted', 'approved', 'fulfilled')
               AND coalesce(r.acceptor, '') <> coalesce({_by("accept")}, ''))
           OR (r.stage IN ('approved', 'fulfilled') AND coalesce(r.approver, '') <> coalesce({_by("approve")}, ''))
           OR EXISTS (SELECT 1 FROM request_event a JOIN request_event s ON s.request_id = a.request_id
                      AND s.login = a.login AND s.action IN ('draft', 'submit') AND s.seq < a.seq
                      WHERE a.request_id = r.id AND a.action IN ('accept', 'approve', 'return', 'reject'))""",
    "two people decided where two were needed": f"""
        SELECT r.number FROM license_request r
        WHERE r.stage IN ('approved', 'fulfilled') AND r.two_people
          AND {_by("accept")} = {_by("approve")}""",
    "a deputy approved on a day for which they were named": """
        SELECT r.number, e.acted_for FROM request_event e JOIN license_request r ON r.id = e.request_id
        WHERE e.acted_for IS NOT NULL AND (e.action <> 'approve' OR NOT EXISTS (
            SELECT 1 FROM delegation d JOIN account p ON p.id = d.principal_id
            WHERE p.login = e.acted_for AND d.deputy_id = e.actor_id
              AND e."on" BETWEEN d.first_day AND d.last_day AND d.made_at <= e.at))""",
    "no line is granted more than it asks, and none before its request is approved": """
        SELECT r.number, l.position FROM request_line l JOIN license_request r ON r.id = l.request_id
        WHERE l.cpus_granted > l.cpus_asked
           OR (r.stage IN ('approved', 'fulfilled')) = (l.stage = 'asked')
           OR (r.stage = 'fulfilled' AND l.stage = 'granted')
           OR (l.stage = 'asked' AND l.cpus_granted IS NOT NULL)
           OR (l.stage IN ('granted', 'fulfilled') AND l.cpus_granted = 0)""",
    "the numbers of a year's requests have no hole": """
        SELECT substr(number, 1, 8) FROM license_request
        GROUP BY substr(number, 1, 8) HAVING max(CAST(substr(number, 9) AS INTEGER)) <> count(*)""",
    "every move of a request is in the audit trail": """
        SELECT r.number, m.action FROM (
            SELECT request_id, action, count(*) AS times FROM request_event GROUP BY request_id, action) m
        JOIN license_request r ON r.id = m.request_id
        WHERE m.action <> 'draft' AND m.times <> (SELECT count(*) FROM audit_entry a
            WHERE a.tag = 'requests:request:' || m.action AND a.subject = 'request:' || r.number
              AND a.outcome = 'done')""",
}
_VERSIONS = """
    SELECT r.number, v.number AS version, v.content, v.digest,
        (SELECT count(*) FROM request_event e WHERE e.request_id = r.id AND e.action = 'submit') AS submitted,
        (SELECT count(*) FROM request_version x WHERE x.request_id = r.id) AS kept
    FROM license_request r LEFT JOIN request_version v ON v.request_id = r.id ORDER BY r.number, v.number"""


def versions(connection: Connection) -> Iterator[str]:
    """Versions whose text is not what was submitted, and submissions that left none."""
    for row in connection.execute(text(_VERSIONS)):
        if row.submitted != row.kept:
            yield f"{row.number} was submitted {row.submitted} times and has {row.kept} versions"
        elif row.content is not None and hashlib.sha256(row.content.encode()).hexdigest() != row.digest:
            yield f"version {row.version} of {row.number} was changed"
