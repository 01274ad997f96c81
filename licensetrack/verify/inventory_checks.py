"""Invariants of the inventory: scans are what was recorded, each difference's story is whole and tied to the ledger."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, text

from licensetrack.core.columns import canonical_json

INVENTORY_CHECKS: dict[str, str] = {
    "a scan has the hosts that it says": """
        SELECT s.id, s.hosts FROM host_scan s LEFT JOIN scan_coverage c ON c.scan_id = s.id
        LEFT JOIN deployed_host h ON h.coverage_id = c.id
        GROUP BY s.id, s.hosts HAVING count(h.id) <> s.hosts OR count(c.id) = 0""",
    "a difference's revision is the number of its steps": """
        SELECT d.id FROM difference d LEFT JOIN difference_step s ON s.difference_id = d.id
        GROUP BY d.id, d.revision HAVING count(s.id) <> d.revision""",
    "every step of a difference is in the audit trail": """
        SELECT d.difference_id, d.action FROM (
            SELECT difference_id, action, count(*) AS times FROM difference_step GROUP BY difference_id, action) d
        WHERE d.times <> (SELECT count(*) FROM audit_entry a
            WHERE a.tag = 'inventory:difference:' || d.action AND a.outcome = 'done'
              AND a.subject = 'difference:' || CAST(d.difference_id AS VARCHAR(20)))""",
    "what worked a difference off stands in the ledger": """
        SELECT s.difference_id, s.seq FROM difference_step s
        WHERE s.action = 'work_off' AND NOT EXISTS (SELECT 1 FROM ledger_event e
            WHERE e.set_id = s.set_id AND e.key = s.operation AND e."on" = s."on")""",
    "a waiver rests on a paper or on two people": """
        SELECT d.id FROM difference d WHERE d.stage = 'waived' AND d.document_id IS NULL
          AND NOT EXISTS (SELECT 1 FROM difference_step s
            WHERE s.difference_id = d.id AND s.action = 'confirm' AND s.login <> d.asker
              AND s.seq > (SELECT max(a.seq) FROM difference_step a
                WHERE a.difference_id = d.id AND a.action = 'ask'))""",
    "a difference was found, seen and closed by runs in this order": """
        SELECT id FROM difference
        WHERE opened_run_id > seen_run_id OR seen_run_id > coalesce(closed_run_id, seen_run_id)""",
    "a run opened and closed what it says": """
        SELECT r.id FROM reconciliation_run r
        WHERE r.counts NOT LIKE '%"new":' || CAST((SELECT count(*) FROM difference_step s
                WHERE s.run_id = r.id AND s.action = 'find') AS VARCHAR(20)) || ',%'
           OR r.counts NOT LIKE '%"closed":' || CAST((SELECT count(*) FROM difference_step s
                WHERE s.run_id = r.id AND s.action = 'close') AS VARCHAR(20)) || ',%'""",
    "runs go forward": """
        SELECT r.id FROM reconciliation_run r JOIN reconciliation_run e ON e.id < r.id AND e.as_of > r.as_of""",
}
_HOSTS = """
    SELECT s.id, s.digest, c.platform_id, c.product, h.name_key, h.sockets, h.cores, h.serial, h.vendor,
           h.software_version, h.edition, h.fingerprint, h.valid_until
    FROM host_scan s JOIN scan_coverage c ON c.scan_id = s.id LEFT JOIN deployed_host h ON h.coverage_id = c.id
    ORDER BY s.id, c.platform_id, c.product"""


def scans(connection: Connection) -> Iterator[str]:
    """Scans whose hosts are not those of their digest."""
    stated: dict[int, str] = {}
    content: dict[int, dict[tuple[int, str], list[Any]]] = {}
    for scan_id, digest, platform_id, product, *host in connection.execute(text(_HOSTS)):
        stated[scan_id] = digest
        hosts = content.setdefault(scan_id, {}).setdefault((platform_id, product), [])
        if host[0] is not None:
            hosts.append([*host[:-1], "" if host[-1] is None else str(host[-1])])
    for scan_id, digest in stated.items():
        said = [[platform_id, product, sorted(hosts)] for (platform_id, product), hosts in content[scan_id].items()]
        if hashlib.sha256(canonical_json(said).encode()).hexdigest() != digest:
            yield f"the hosts of scan {scan_id} are not those that were recorded"
