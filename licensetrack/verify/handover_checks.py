"""Invariants of handing over, in plain SQL that shares nothing with the verbs: files, receipts, caps and consents."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, text

from licensetrack.core import sealing
from licensetrack.core.errors import DomainError


def _over(what: str) -> str:
    """How far a soft cap is passed beyond what stood there when it was set and what consents allowed since."""
    return f"""(t.cap_{what} IS NOT NULL AND t.used_{what} - t.cap_{what} >
        CASE WHEN coalesce(c.used_{what}, 0) > t.cap_{what} THEN c.used_{what} - t.cap_{what} ELSE 0 END
        + coalesce((SELECT sum(u.used_{what}) FROM cap_consent u WHERE u.entitlement_id = t.id AND u.stage = 'used'
            AND (c.at IS NULL OR u.used_at >= c.at)), 0))"""


HANDOVER_CHECKS: dict[str, str] = {
    "a set's licence files are numbered and its newest is the current one": """
        SELECT set_id FROM license_file GROUP BY set_id
        HAVING min(version) <> 1 OR max(version) <> count(*)
            OR sum(CASE WHEN obsolete_at IS NULL THEN 1 ELSE 0 END) <> 1
            OR max(CASE WHEN obsolete_at IS NULL THEN version ELSE 0 END) <> max(version)""",
    "whoever took a licence file out is in the audit trail": """
        SELECT s.number, a.act FROM (
            SELECT f.set_id, x.act, count(*) AS times FROM license_file_access x JOIN license_file f ON f.id = x.file_id
            GROUP BY f.set_id, x.act) a JOIN license_set s ON s.id = a.set_id
        WHERE a.times <> (SELECT count(*) FROM audit_entry e WHERE e.tag = 'handover:file:' || a.act
            AND e.subject = 'set:' || s.number AND e.outcome = 'done')""",
    "a receipt is for the bytes of its file and from a unit that held the set": """
        SELECT r.number FROM receipt r LEFT JOIN license_file f ON f.id = r.file_id
        WHERE f.id IS NULL OR f.sha256 <> r.sha256
           OR NOT EXISTS (SELECT 1 FROM ledger_event e WHERE e.set_id = f.set_id AND e.unit_id = r.unit_id)""",
    "a soft cap is passed by consent alone": f"""
        SELECT t.id FROM entitlement t LEFT JOIN cap_change c
            ON c.id = (SELECT max(x.id) FROM cap_change x WHERE x.entitlement_id = t.id)
        WHERE t.cap_rule = 'soft' AND ({_over("cpus")} OR {_over("sets")})""",
    "a consent comes from a second person and is used by one act for what it covers": """
        SELECT c.id FROM cap_consent c JOIN entitlement t ON t.id = c.entitlement_id
        LEFT JOIN audit_entry a ON a.operation = c.used_by
        WHERE (c.stage IN ('confirmed', 'declined', 'used')
               AND (c.answered_login IS NULL OR c.answered_login = c.asked_login))
           OR (c.stage = 'used') <> (c.used_by IS NOT NULL)
           OR c.used_sets > c.sets OR c.used_cpus > c.cpus
           OR (c.stage = 'used' AND (a.seq IS NULL OR a.actor = c.answered_login
               OR (SELECT sum(o.used_cpus) FROM cap_consent o
                   WHERE o.used_by = c.used_by AND o.entitlement_id = c.entitlement_id)
                > (SELECT coalesce(sum(e.issued_cpus), 0) FROM ledger_event e
                   WHERE e.key = c.used_by AND e.product = t.product AND e.issued_cpus > 0)))""",
    "the history of a cap leads to the cap": """
        SELECT t.id FROM entitlement t JOIN cap_change c
            ON c.id = (SELECT max(x.id) FROM cap_change x WHERE x.entitlement_id = t.id)
        WHERE c.new_rule <> t.cap_rule OR coalesce(c.new_cpus, -1) <> coalesce(t.cap_cpus, -1)
           OR coalesce(c.new_sets, -1) <> coalesce(t.cap_sets, -1)""",
    "a request line is fulfilled by a set whose life tells of the request": """
        SELECT r.number, l.position FROM request_line l JOIN license_request r ON r.id = l.request_id
        WHERE (l.stage = 'fulfilled') <> (l.result_set_id IS NOT NULL)
           OR (l.stage = 'fulfilled' AND NOT EXISTS (
                SELECT 1 FROM ledger_event e WHERE e.set_id = l.result_set_id
                AND e.details LIKE '%"request":"' || r.number || '"%'))""",
}


def sealed_files(connection: Connection, folder: Path) -> Iterator[str]:
    """Licence files whose sealed bytes are gone, can not be opened, or are not what was attached."""
    rows = connection.execute(
        text("""
            SELECT s.number, f.version, f.size, f.sha256, b.digest FROM license_file f
            JOIN license_set s ON s.id = f.set_id LEFT JOIN blob b ON b.id = f.blob_id ORDER BY f.id""")
    )
    for row in rows:
        path = folder / (row.digest or "")[:2] / (row.digest or "")
        shown = f"the licence file of {row.number}, version {row.version},"
        if not row.digest or not path.is_file():
            yield f"{shown} has no bytes"
            continue
        try:
            content = sealing.unseal(path.read_bytes(), "license-file")
        except DomainError:
            yield f"{shown} can not be opened"
            continue
        if len(content) != row.size or hashlib.sha256(content).hexdigest() != row.sha256:
            yield f"{shown} is not what was attached"
