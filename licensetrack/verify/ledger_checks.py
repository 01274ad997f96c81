"""Invariants of the ledger as plain SQL: each query returns what is wrong, and nothing when all is well.

Nothing here is shared with the verbs: a mistake in them must not hide itself.
"""

from __future__ import annotations

_DELTAS = (
    "issued_sets",
    "issued_cpus",
    "imported_sets",
    "imported_cpus",
    "accepted_sets",
    "accepted_cpus",
    "failed_imports",
)
_SUMS = ", ".join(f"sum({name}) AS {name}" for name in _DELTAS)
_DIFFER = " OR ".join(f"e.{name} <> s.{name}" for name in _DELTAS)
_STANDING = (
    "SELECT * FROM ledger_event x WHERE x.reverses_id IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM ledger_event r WHERE r.reverses_id = x.id)"
)
_STAGE_ACTIONS = "'issue', 'import', 'accept', 'decline', 'return', 'revoke', 'supersede', 'void'"
_LEGAL = " UNION ALL ".join(
    f"SELECT '{before}' AS earlier, '{after}' AS action"
    for before, after in [
        ("issue", "import"),
        ("import", "accept"),
        ("import", "decline"),
        ("decline", "import"),
        ("decline", "accept"),
        ("decline", "decline"),
        *(
            (before, end)
            for before in ("issue", "import", "accept", "decline")
            for end in ("return", "revoke", "supersede")
        ),
        *((before, "void") for before in ("issue", "import", "decline")),
    ]
)

_STAGES = ("issued", "imported", "accepted", "ended")


def _day(column: str) -> str:
    """A day that may be missing, as text that can be compared on every database."""
    return f"coalesce(CAST({column} AS VARCHAR(10)), '')"


LEDGER_CHECKS: dict[str, str] = {
    "every set equals the sum of its events": f"""
        SELECT s.number FROM license_set s
        LEFT JOIN (SELECT set_id, {_SUMS}, max(seq) AS last FROM ledger_event GROUP BY set_id) e ON e.set_id = s.id
        WHERE e.set_id IS NULL OR e.last <> s.version OR {_DIFFER}""",
    "event numbers of a set have no hole": """
        SELECT set_id FROM ledger_event GROUP BY set_id HAVING min(seq) <> 1 OR max(seq) <> count(*)""",
    "accepted is within imported, imported within issued": """
        SELECT number FROM license_set
        WHERE NOT (0 <= accepted_sets AND accepted_sets <= imported_sets AND imported_sets <= issued_sets)
           OR issued_sets > 1
           OR NOT (0 <= accepted_cpus AND accepted_cpus <= imported_cpus AND imported_cpus <= issued_cpus)""",
    "no set counts below zero or twice on any day": """
        SELECT set_id, "on" FROM (
            SELECT set_id, "on",
                sum(issued_sets) OVER w AS issued, sum(issued_cpus) OVER w AS issued_cpus,
                sum(imported_sets) OVER w AS imported, sum(imported_cpus) OVER w AS imported_cpus,
                sum(accepted_sets) OVER w AS accepted, sum(accepted_cpus) OVER w AS accepted_cpus
            FROM ledger_event WINDOW w AS (PARTITION BY set_id ORDER BY "on" RANGE UNBOUNDED PRECEDING)) d
        WHERE NOT (0 <= accepted AND accepted <= imported AND imported <= issued AND issued <= 1)
           OR NOT (0 <= accepted_cpus AND accepted_cpus <= imported_cpus AND imported_cpus <= issued_cpus)""",
    "no unit counts below zero on any day": """
        SELECT unit_id, product, "on" FROM (
            SELECT unit_id, product, kind, "on",
                sum(issued_sets) OVER w AS issued, sum(accepted_cpus) OVER w AS accepted
            FROM ledger_event
            WINDOW w AS (PARTITION BY unit_id, product, kind ORDER BY "on" RANGE UNBOUNDED PRECEDING)) d
        WHERE issued < 0 OR accepted < 0""",
    "a set's stage is what its last event says": f"""
        SELECT s.number FROM license_set s JOIN (
            SELECT set_id, action, row_number() OVER (PARTITION BY set_id ORDER BY "on" DESC, position DESC) AS nth
            FROM ({_STANDING}) t WHERE action IN ({_STAGE_ACTIONS})) l ON l.set_id = s.id AND l.nth = 1
        WHERE s.stage <> CASE l.action
            WHEN 'issue' THEN 'issued' WHEN 'import' THEN 'imported' WHEN 'accept' THEN 'accepted'
            WHEN 'decline' THEN 'declined' WHEN 'return' THEN 'returned' WHEN 'revoke' THEN 'revoked'
            WHEN 'void' THEN 'voided' ELSE 'superseded' END""",
    "every move of a set is one of the table": f"""
        SELECT set_id, action FROM (
            SELECT set_id, action, "on",
                lag(action) OVER (PARTITION BY set_id ORDER BY "on", position) AS earlier
            FROM ({_STANDING}) t WHERE action IN ({_STAGE_ACTIONS})) m
        WHERE (earlier IS NULL AND action <> 'issue')
           OR (earlier IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM ({_LEGAL}) l WHERE l.earlier = m.earlier AND l.action = m.action))""",
    "a set's size is what its events say": f"""
        SELECT s.number FROM license_set s JOIN (
            SELECT set_id, sum(cpus) AS cpus FROM ({_STANDING}) t
            WHERE action IN ('issue', 'expand', 'shrink') GROUP BY set_id) e ON e.set_id = s.id
        WHERE coalesce(s.cpus, -1) <> coalesce(e.cpus, -1)""",
    "a held set counts in one place, where its row says": f"""
        SELECT s.number FROM license_set s JOIN (
            SELECT set_id, unit_id, product, kind, district, category, sum(issued_sets) AS issued FROM ledger_event
            GROUP BY set_id, unit_id, product, kind, district, category
            HAVING {" OR ".join(f"sum({name}) <> 0" for name in _DELTAS)}) p ON p.set_id = s.id
        WHERE p.unit_id <> s.unit_id OR p.product <> s.product OR p.kind <> s.kind OR p.issued <> 1""",
    "a set's days are those of its events": f"""
        SELECT s.number FROM license_set s JOIN (
            SELECT set_id,
                max(CASE WHEN action = 'issue' THEN "on" END) AS issued,
                max(CASE WHEN action = 'import' THEN "on" END) AS imported,
                max(CASE WHEN action = 'accept' THEN "on" END) AS accepted,
                max(CASE WHEN action IN ('return', 'revoke', 'supersede', 'void') THEN "on" END) AS ended
            FROM ({_STANDING}) t GROUP BY set_id) e ON e.set_id = s.id
        WHERE {" OR ".join(f"{_day(f's.{stage}_on')} <> {_day(f'e.{stage}')}" for stage in _STAGES)}""",
    "a set's platform belongs to the unit that holds it": """
        SELECT s.number FROM license_set s JOIN platform p ON p.id = s.platform_id WHERE p.unit_id <> s.unit_id""",
    "a relocation sums to zero over its two units": f"""
        SELECT set_id FROM ({_STANDING}) t WHERE action IN ('relocate', 'reclassify')
        GROUP BY set_id, position HAVING {" OR ".join(f"sum({name}) <> 0" for name in _DELTAS)}""",
    "a reversal is the exact opposite on the same day": f"""
        SELECT r.id FROM ledger_event r JOIN ledger_event o ON o.id = r.reverses_id
        WHERE r.set_id <> o.set_id OR r."on" <> o."on" OR r.unit_id <> o.unit_id OR r.product <> o.product
           OR r.kind <> o.kind OR r.district <> o.district OR r.category <> o.category OR r.position <> o.position
           OR {" OR ".join(f"r.{name} + o.{name} <> 0" for name in _DELTAS)}""",
    "an entitlement's counters equal its sets": """
        SELECT t.id FROM entitlement t LEFT JOIN (
            SELECT entitlement_id, sum(issued_sets) AS sets, sum(issued_cpus) AS cpus
            FROM license_set WHERE kind = 'formal' GROUP BY entitlement_id) s ON s.entitlement_id = t.id
        WHERE t.used_sets <> coalesce(s.sets, 0) OR t.used_cpus <> coalesce(s.cpus, 0)""",
    "a hard cap is held": """
        SELECT id FROM entitlement WHERE cap_rule = 'hard'
           AND (used_cpus > coalesce(cap_cpus, used_cpus) OR used_sets > coalesce(cap_sets, used_sets))""",
    "no event lies in the future of its recording": """
        SELECT id FROM ledger_event WHERE CAST("on" AS VARCHAR(10)) > substr(CAST({tomorrow} AS VARCHAR(32)), 1, 10)""",
    "a formal set replaces a temporary set that has ended": """
        SELECT s.number FROM license_set s JOIN license_set p ON p.id = s.predecessor_id
        WHERE p.kind <> 'temporary' OR p.issued_sets <> 0 OR s.kind <> 'formal' OR p.ended_on > s.issued_on""",
    "a budget reversal is the exact opposite": """
        SELECT r.id FROM budget_entry r JOIN budget_entry o ON o.id = r.reverses_id
        WHERE r.amount + o.amount <> 0 OR r.kind <> o.kind OR r."on" <> o."on" """,
    "a voucher stands in the budget ledger once": """
        SELECT voucher FROM budget_entry b WHERE reverses_id IS NULL
           AND NOT EXISTS (SELECT 1 FROM budget_entry r WHERE r.reverses_id = b.id)
        GROUP BY voucher HAVING count(*) > 1""",
    "a unit's present name is in its history": """
        SELECT u.code FROM unit u LEFT JOIN unit_name n ON n.unit_id = u.id AND n.until IS NULL
        GROUP BY u.id, u.code, u.name HAVING count(n.id) <> 1 OR min(n.name) <> u.name""",
    "an operation's events were recorded at one instant": """
        SELECT key FROM ledger_event GROUP BY key HAVING count(DISTINCT at) > 1""",
    "whoever acted has an account": """
        SELECT a.actor_id FROM (
            SELECT actor_id FROM ledger_event UNION SELECT actor_id FROM budget_entry
            UNION SELECT actor_id FROM audit_entry) a
        WHERE a.actor_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM account u WHERE u.id = a.actor_id)""",
    "audit entries follow each other in time": """
        SELECT seq FROM (SELECT seq, tag, at, lag(at) OVER (ORDER BY seq) AS earlier FROM audit_entry) e
        WHERE at < earlier AND tag <> 'system:clock:step'""",
    "every event belongs to an audited operation": """
        SELECT DISTINCT e.key FROM ledger_event e LEFT JOIN audit_entry a ON a.operation = e.key WHERE a.seq IS NULL""",
}
