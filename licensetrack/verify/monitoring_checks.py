"""Invariants of monitorings in plain SQL: steps, people, what was reported, and what is still to be put right."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from sqlalchemy import Connection, text

# The last submission of a monitoring and the last mending of a point: what was sent back before counts no more.
_LAST_SUBMIT = (
    "(SELECT max(x.id) FROM monitoring_step x WHERE x.monitoring_id = s.monitoring_id AND x.action = 'submit'"
    " AND x.id < s.id)"
)
_LAST_MEND = (
    "(SELECT max(x.id) FROM follow_up_step x WHERE x.follow_up_id = s.follow_up_id AND x.action = 'mend'"
    " AND x.id < s.id)"
)
MONITORING_CHECKS: dict[str, str] = {
    "a monitoring's revision is the number of its steps": """
        SELECT m.as_of, m.version FROM monitoring m LEFT JOIN monitoring_step s ON s.monitoring_id = m.id
        GROUP BY m.id, m.as_of, m.version, m.revision HAVING count(s.id) <> m.revision""",
    "every step of a monitoring is in the audit trail": """
        SELECT m.as_of, m.version, s.action FROM (
            SELECT monitoring_id, action, count(*) AS times FROM monitoring_step GROUP BY monitoring_id, action) s
        JOIN monitoring m ON m.id = s.monitoring_id
        WHERE s.times <> (SELECT count(*) FROM audit_entry a
            WHERE a.tag = 'performance:monitoring:' || s.action AND a.outcome = 'done'
              AND a.subject = 'monitoring:' || CAST(m.as_of AS VARCHAR(10)) || ':' || m.version)""",
    "whoever submitted a monitoring neither reported nor closed it": f"""
        SELECT m.as_of, m.version, s.action FROM monitoring_step s JOIN monitoring m ON m.id = s.monitoring_id
        JOIN monitoring_step p ON p.id = {_LAST_SUBMIT}
        WHERE s.action IN ('report', 'close') AND p.login = s.login""",
    "what has to be put right comes from a monitoring that was reported": """
        SELECT m.as_of, f.code FROM follow_up f JOIN monitoring m ON m.id = f.monitoring_id
        WHERE m.stage NOT IN ('reported', 'closed')""",
    "a closed monitoring has nothing left to put right": """
        SELECT m.as_of, f.code FROM follow_up f JOIN monitoring m ON m.id = f.monitoring_id
        WHERE m.stage = 'closed' AND f.stage <> 'accepted'""",
    "a point's revision is one more than its steps": """
        SELECT f.id, f.code FROM follow_up f LEFT JOIN follow_up_step s ON s.follow_up_id = f.id
        GROUP BY f.id, f.code, f.revision HAVING count(s.id) + 1 <> f.revision""",
    "whoever put a point right did not accept it": f"""
        SELECT f.id, f.code FROM follow_up_step s JOIN follow_up f ON f.id = s.follow_up_id
        JOIN follow_up_step p ON p.id = {_LAST_MEND} WHERE s.action = 'accept' AND p.login = s.login""",
}
_REPORTED = """
    SELECT m.as_of, m.version, s.content, s.algorithm, s.digest FROM monitoring m
    LEFT JOIN monitoring_snapshot s ON s.monitoring_id = m.id
    WHERE m.stage IN ('reported', 'closed') OR s.id IS NOT NULL ORDER BY m.id"""


def snapshots(connection: Connection) -> Iterator[str]:
    """Reported monitorings without a snapshot, or with a changed one."""
    for row in connection.execute(text(_REPORTED)):
        if row.content is None:
            yield f"the monitoring as of {row.as_of} was reported and has no snapshot"
        elif hashlib.new(row.algorithm, row.content.encode()).hexdigest() != row.digest:
            yield f"the snapshot of the monitoring as of {row.as_of} was changed"
