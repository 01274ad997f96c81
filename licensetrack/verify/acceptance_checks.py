"""Invariants of importing and accepting as plain SQL: each query returns what is wrong."""

from __future__ import annotations

ACCEPTANCE_CHECKS: dict[str, str] = {
    "a set's import attempts are numbered without a hole": """
        SELECT s.number FROM license_set s JOIN (
            SELECT set_id FROM import_attempt
            GROUP BY set_id HAVING min(nth) <> 1 OR max(nth) <> count(*)) a ON a.set_id = s.id""",
    "every import attempt is a fact of the ledger": """
        SELECT s.number, a.nth FROM import_attempt a JOIN license_set s ON s.id = a.set_id
        WHERE NOT EXISTS (
            SELECT 1 FROM ledger_event e WHERE e.set_id = a.set_id AND e.position = a.position
               AND e.action = CASE a.result WHEN 'succeeded' THEN 'import' ELSE 'import_failed' END
               AND e."on" = a."on")""",
    "a set's failed imports are at least its failed attempts that stand": """
        SELECT s.number FROM license_set s JOIN (
            SELECT a.set_id, count(*) AS failed FROM import_attempt a
            JOIN ledger_event e ON e.set_id = a.set_id AND e.position = a.position AND e.action = 'import_failed'
            WHERE a.result <> 'succeeded' AND NOT EXISTS (SELECT 1 FROM ledger_event r WHERE r.reverses_id = e.id)
            GROUP BY a.set_id) f ON f.set_id = s.id
        WHERE s.issued_sets = 1 AND s.failed_imports < f.failed""",
    "an import that succeeded shows what was issued": """
        SELECT s.number, a.nth FROM import_attempt a JOIN license_set s ON s.id = a.set_id
        WHERE a.result = 'succeeded' AND (coalesce(a.shown_cpus, -1) <> coalesce(a.issued_cpus, -1)
           OR (a.issued_until IS NOT NULL AND (a.shown_until IS NULL OR a.shown_until <> a.issued_until)))""",
    "every set on an accepted certificate was accepted by it": """
        SELECT c.number, l.number FROM acceptance_certificate c JOIN certificate_line l ON l.certificate_id = c.id
        WHERE c.stage = 'accepted' AND NOT EXISTS (
            SELECT 1 FROM ledger_event e WHERE e.set_id = l.set_id AND e.action = 'accept'
               AND e."on" = c.accepted_on AND e.document_id = coalesce(c.scan_id, c.document_id)
               AND e.details LIKE '%"evidence":"' || c.number || '"%')""",
    "every acceptance that rests on a certificate's paper stands on that certificate": """
        SELECT e.id FROM ledger_event e JOIN acceptance_certificate c ON e.document_id IN (c.document_id, c.scan_id)
        WHERE e.action = 'accept' AND (c.stage <> 'accepted' OR NOT EXISTS (
            SELECT 1 FROM certificate_line l WHERE l.certificate_id = c.id AND l.set_id = e.set_id))""",
    "a certificate holds its sets as long as it is open": """
        SELECT c.number, l.number FROM acceptance_certificate c JOIN certificate_line l ON l.certificate_id = c.id
        WHERE (l.open_set_id IS NOT NULL) <> (c.stage IN ('drawn', 'printed', 'unit_signed', 'scanned'))
           OR l.open_set_id <> l.set_id""",
    "no set is on two open certificates": """
        SELECT l.set_id FROM certificate_line l JOIN acceptance_certificate c ON c.id = l.certificate_id
        WHERE c.stage IN ('drawn', 'printed', 'unit_signed', 'scanned') GROUP BY l.set_id HAVING count(*) > 1""",
    "every certificate has a set": """
        SELECT c.number FROM acceptance_certificate c
        WHERE NOT EXISTS (SELECT 1 FROM certificate_line l WHERE l.certificate_id = c.id)""",
    "two people signed an accepted certificate": """
        SELECT number FROM acceptance_certificate
        WHERE (stage = 'accepted' AND (unit_signer = '' OR center_signer = '' OR unit_signer = center_signer))
           OR (unit_signer_id IS NOT NULL AND unit_signer_id = center_signer_id)""",
    "a certificate's papers are the files that were frozen": """
        SELECT c.number FROM acceptance_certificate c
        LEFT JOIN blob d ON d.id = c.document_id LEFT JOIN blob s ON s.id = c.scan_id
        WHERE c.document_digest <> coalesce(d.digest, '') OR c.scan_digest <> coalesce(s.digest, '')
           OR (d.id IS NOT NULL AND d.name <> d.digest || '.pdf')""",
    "numbers of certificates have no hole": """
        SELECT substr(number, 1, 7) FROM acceptance_certificate GROUP BY substr(number, 1, 7)
        HAVING min(CAST(substr(number, 9) AS INTEGER)) <> 1
            OR max(CAST(substr(number, 9) AS INTEGER)) <> count(*)""",
    "a task for rework comes from a declined certificate": """
        SELECT t.id FROM rework_task t LEFT JOIN acceptance_certificate c ON c.id = t.certificate_id
        LEFT JOIN certificate_line l ON l.certificate_id = c.id AND l.set_id = t.set_id
        WHERE c.id IS NULL OR l.id IS NULL OR c.stage <> 'declined'""",
}
