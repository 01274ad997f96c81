"""Invariants of units over time as plain SQL: each query returns what is wrong, and nothing when all is well."""

from __future__ import annotations

_STANDING = (
    "SELECT * FROM unit_event x WHERE x.reverses_id IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM unit_event r WHERE r.reverses_id = x.id)"
)

UNIT_CHECKS: dict[str, str] = {
    "a unit's stage is what its history says": f"""
        SELECT u.code FROM unit u LEFT JOIN (
            SELECT unit_id, count(*) AS endings, max(action) AS action, max("on") AS ended, max(other_id) AS other_id
            FROM ({_STANDING}) t WHERE action IN ('merge', 'split', 'close') GROUP BY unit_id) e ON e.unit_id = u.id
        WHERE coalesce(e.endings, 0) <> CASE u.stage WHEN 'in_use' THEN 0 ELSE 1 END
           OR u.stage <> CASE coalesce(e.action, '') WHEN 'merge' THEN 'merged' WHEN 'split' THEN 'split'
                WHEN 'close' THEN 'closed' ELSE 'in_use' END
           OR coalesce(CAST(u.ended_on AS VARCHAR(10)), '') <> coalesce(CAST(e.ended AS VARCHAR(10)), '')
           OR coalesce(u.merged_into_id, 0) <> coalesce(e.other_id, 0)""",
    "a unit that has ended holds no set from that day on": """
        SELECT u.code, h.set_id, h."on" FROM unit u JOIN (
            SELECT unit_id, set_id, "on",
                sum(issued_sets) OVER w AS held, lead("on") OVER w AS following
            FROM ledger_event WINDOW w AS (PARTITION BY unit_id, set_id ORDER BY "on", seq)) h ON h.unit_id = u.id
        WHERE u.ended_on IS NOT NULL AND h.held > 0 AND (h.following IS NULL OR h.following > u.ended_on)""",
    "the names of a unit follow each other without a gap": """
        SELECT u.code FROM unit u JOIN (
            SELECT unit_id, since, lag(until) OVER (PARTITION BY unit_id ORDER BY id) AS earlier FROM unit_name) n
            ON n.unit_id = u.id
        WHERE n.earlier IS NOT NULL AND coalesce(CAST(n.since AS VARCHAR(10)), '') <> CAST(n.earlier AS VARCHAR(10))""",
    "what took a unit's ending back names that ending": """
        SELECT r.id FROM unit_event r LEFT JOIN unit_event o ON o.id = r.reverses_id
        WHERE (r.action = 'reopen') <> (r.reverses_id IS NOT NULL)
           OR (r.action = 'reopen' AND (o.unit_id <> r.unit_id OR o."on" <> r."on"
                OR o.action NOT IN ('merge', 'split', 'close')))""",
}
