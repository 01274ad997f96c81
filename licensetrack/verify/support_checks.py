"""Invariants of service orders in plain SQL: steps, times, the row that counts, and the tasks of bulletins."""

from __future__ import annotations

_NEVER = "'1970-01-01 00:00:00'"
_LAST = "(SELECT max(x.seq) FROM service_step x WHERE x.case_id = c.id)"
# The last step by which a solution was none; what came before it holds no more.
_AGAIN = (
    "coalesce((SELECT max(x.seq) FROM service_step x WHERE x.case_id = c.id AND x.action IN ('reject', 'reopen')), 0)"
)


def _first(actions: str, after: str = "0") -> str:
    return (
        f"(SELECT min(x.moment) FROM service_step x WHERE x.case_id = c.id AND x.action IN ({actions})"
        f" AND x.seq > {after})"
    )


def _differ(left: str, right: str) -> str:
    return f"coalesce({left}, {_NEVER}) <> coalesce({right}, {_NEVER})"


SUPPORT_CHECKS: dict[str, str] = {
    "a service order has one standing version": """
        SELECT o.number FROM service_order o GROUP BY o.number
        HAVING sum(CASE WHEN o.superseded_at IS NULL THEN 1 ELSE 0 END) <> 1
           AND NOT EXISTS (SELECT 1 FROM service_case c WHERE c.number = o.number AND c.stage = 'cancelled')""",
    "a cancelled order counts no more": """
        SELECT c.number FROM service_case c JOIN service_order o ON o.number = c.number AND o.superseded_at IS NULL
        WHERE c.stage = 'cancelled'""",
    "an order's revision is the number of its steps": """
        SELECT c.number FROM service_case c LEFT JOIN service_step s ON s.case_id = c.id
        GROUP BY c.id, c.number, c.revision HAVING count(s.id) <> c.revision OR max(s.seq) <> c.revision""",
    "an order stands where its last step left it": f"""
        SELECT c.number FROM service_case c JOIN service_step s ON s.case_id = c.id AND s.seq = {_LAST}
        WHERE s.stage <> c.stage""",
    "the steps of an order run forward in time": """
        SELECT c.number, s.seq FROM service_step s JOIN service_step p ON p.case_id = s.case_id AND p.seq = s.seq - 1
        JOIN service_case c ON c.id = s.case_id WHERE p.moment > s.moment OR p.at > s.at""",
    "an order's times are those of its steps": f"""
        SELECT c.number FROM service_case c
        WHERE {_differ("c.received", _first("'ask'"))} OR {_differ("c.responded", _first("'answer'"))}
           OR {_differ("c.arrived", _first("'arrive'"))}
           OR {_differ("c.restored", _first("'restore', 'hand_over'", _AGAIN))}
           OR {_differ("c.closed", _first("'confirm', 'close'", _AGAIN))}
           OR (c.mark IS NOT NULL) <> EXISTS (SELECT 1 FROM service_step x WHERE x.case_id = c.id
               AND x.action IN ('confirm', 'rate') AND x.seq > {_AGAIN})""",
    "the row that counts says what its order's life says": f"""
        SELECT c.number FROM service_case c
        LEFT JOIN service_order o ON o.number = c.number AND o.superseded_at IS NULL
        WHERE c.stage <> 'cancelled' AND (o.id IS NULL OR o.unit_id <> c.unit_id OR o.district <> c.district
           OR o.received <> c.received OR {_differ("o.responded", "c.responded")}
           OR {_differ("o.accepted", _first("'accept'"))} OR {_differ("o.arrived", "c.arrived")}
           OR {_differ("o.restored", "c.restored")} OR {_differ("o.completed", "c.closed")}
           OR {_differ("o.answer_due", "c.answer_due")}
           OR {_differ("o.restore_due", "c.restore_due")} OR coalesce(o.satisfaction, 0) <> coalesce(c.mark, 0))""",
    "every step of an order is in the audit trail": """
        SELECT c.number, s.action FROM (
            SELECT case_id, action, count(*) AS times FROM service_step GROUP BY case_id, action) s
        JOIN service_case c ON c.id = s.case_id
        WHERE s.times <> (SELECT count(*) FROM audit_entry a WHERE a.tag = 'support:order:' || s.action
            AND a.outcome = 'done' AND a.subject = 'order:' || c.number)""",
    "a service order has one version at any instant": """
        SELECT o.number FROM service_order o JOIN service_order p ON p.number = o.number AND p.id < o.id
        WHERE p.superseded_at IS NULL OR p.superseded_at > o.recorded_at""",
}
