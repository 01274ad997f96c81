"""Invariants of evidence, in SQL that shares nothing with the verbs: its files, what they prove, what was frozen."""

from __future__ import annotations

import json
from collections.abc import Iterator

from sqlalchemy import Connection, text

from licensetrack.performance.framework import library, load
from licensetrack.verify.framework_checks import leaf_codes

EVIDENCE_CHECKS: dict[str, str] = {
    "every evidence file is the file that was added": """
        SELECT f.number FROM evidence_file f LEFT JOIN blob b ON b.id = f.blob_id
        WHERE b.id IS NULL OR b.digest <> f.digest OR b.size <> f.size""",
    "every evidence link leads from a file to something that exists": """
        SELECT l.id, l.target, l.subject FROM evidence_link l LEFT JOIN evidence_file f ON f.id = l.evidence_id
        WHERE f.id IS NULL
           OR (l.target = 'set' AND NOT EXISTS (SELECT 1 FROM license_set s WHERE s.number = l.subject))
           OR (l.target = 'budget' AND NOT EXISTS (SELECT 1 FROM budget_entry b WHERE b.voucher = l.subject))
           OR (l.target = 'order' AND NOT EXISTS (SELECT 1 FROM service_order o WHERE o.number = l.subject))""",
    "whoever added, linked, unlinked or withdrew evidence is in the audit trail": """
        SELECT f.number FROM evidence_file f
        WHERE (SELECT count(*) FROM audit_entry a WHERE a.tag = 'performance:evidence:add'
               AND a.subject = 'evidence:' || f.number AND a.actor = f.added_by) <> 1
           OR (SELECT count(*) FROM audit_entry a WHERE a.tag = 'performance:evidence:withdraw'
               AND a.subject = 'evidence:' || f.number AND a.actor = f.withdrawn_by)
              <> CASE WHEN f.withdrawn_at IS NULL THEN 0 ELSE 1 END
           OR (SELECT count(*) FROM audit_entry a WHERE a.tag = 'performance:evidence:link'
               AND a.subject = 'evidence:' || f.number)
              <> (SELECT count(*) FROM evidence_link l WHERE l.evidence_id = f.id)
           OR (SELECT count(*) FROM audit_entry a WHERE a.tag = 'performance:evidence:unlink'
               AND a.subject = 'evidence:' || f.number)
              <> (SELECT count(*) FROM evidence_link l WHERE l.evidence_id = f.id AND l.undone_at IS NOT NULL)""",
}
_INDICATORS = """
    SELECT DISTINCT framework, year, subject FROM evidence_link
    WHERE target = 'indicator' AND undone_at IS NULL ORDER BY framework, year, subject"""
_FRAMEWORKS = """
    SELECT framework FROM evaluation WHERE framework_code = :code AND year = :year
    UNION ALL SELECT content FROM framework_version WHERE code = :code"""
_SIGNED = "SELECT evaluation_id, content FROM evaluation_snapshot ORDER BY evaluation_id"
_FILES = "SELECT number, digest, size FROM evidence_file"


def indicators(connection: Connection) -> Iterator[str]:
    """Links to indicators that no framework of that code has: the library's, a recorded one, an evaluation's own."""
    known: dict[tuple[str, int], set[str]] = {}
    for code, year, subject in connection.execute(text(_INDICATORS)).all():
        if (code, year) not in known:
            held = connection.execute(text(_FRAMEWORKS), {"code": code, "year": year}).scalars()
            contents = [json.loads(content) for content in held]
            contents += [load(code).data] if code in library() else []
            known[code, year] = {leaf for content in contents for leaf in leaf_codes(content)}
        if subject not in known[code, year]:
            yield f"{code} has no indicator {subject}"


def frozen_papers(connection: Connection) -> Iterator[str]:
    """Papers in a signed evaluation's index that are no longer held as they were."""
    files = {(number, digest, size) for number, digest, size in connection.execute(text(_FILES))}
    for evaluation_id, content in connection.execute(text(_SIGNED)):
        for paper in json.loads(content).get("papers", ()):
            if (paper["number"], paper["digest"], paper["size"]) not in files:
                yield f"evaluation {evaluation_id} rests on {paper['number']}, which is not held as it was"
