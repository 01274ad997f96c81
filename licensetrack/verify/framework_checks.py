"""Frameworks and targets: versions are what was written, by whom they may be, and every target is somebody's."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, text

FRAMEWORK_CHECKS = {
    "versions of a framework are numbered without a hole": """
        SELECT code, MAX(version), COUNT(*) FROM framework_version GROUP BY code
        HAVING MAX(version) <> COUNT(*) OR MIN(version) <> 1""",
    "all versions of a framework are of one kind and year": """
        SELECT code, MIN(year), MAX(year) FROM framework_version GROUP BY code
        HAVING MIN(year) <> MAX(year) OR MIN(kind) <> MAX(kind)""",
    "a framework's stage is what its last step says": """
        SELECT v.code, v.version, v.stage, s.action FROM framework_version v
        LEFT JOIN framework_step s ON s.id = (SELECT MAX(id) FROM framework_step WHERE framework_id = v.id)
        WHERE v.stage <> CASE s.action WHEN 'put_in_force' THEN 'in_force' WHEN 'discard' THEN 'discarded'
        WHEN 'draft' THEN 'draft' WHEN 'edit' THEN 'draft' ELSE '' END""",
    "whoever put a framework in force wrote nothing of it": """
        SELECT v.code, v.version, p.login FROM framework_version v
        JOIN framework_step p ON p.framework_id = v.id AND p.action = 'put_in_force'
        WHERE EXISTS (SELECT 1 FROM framework_step w WHERE w.framework_id = v.id
        AND w.action IN ('draft', 'edit') AND w.login = p.login)""",
    "a target's paper is the stored file": """
        SELECT t.framework_code, t.indicator, t.valid_from FROM target_record t
        LEFT JOIN blob b ON b.id = t.paper_id WHERE t.paper_id IS NOT NULL AND t.paper_digest <> b.digest""",
    "a target that replaces another has its reason and its document": """
        SELECT t.framework_code, t.indicator, t.valid_from FROM target_record t
        WHERE (t.reason = '' OR (t.document = '' AND t.paper_digest = '')) AND EXISTS (
        SELECT 1 FROM target_record e WHERE e.framework_code = t.framework_code AND e.indicator = t.indicator
        AND (e.valid_from < t.valid_from OR (e.valid_from = t.valid_from AND e.id < t.id)))""",
}
_VERSIONS = "SELECT code, version, stage, content, algorithm, digest FROM framework_version ORDER BY code, version"
_TARGETS = "SELECT framework_code, indicator, valid_from FROM target_record ORDER BY id"


def contents(connection: Connection) -> Iterator[str]:
    """Versions whose content no longer has the digest it was written with."""
    for row in connection.execute(text(_VERSIONS)):
        if hashlib.new(row.algorithm, row.content.encode()).hexdigest() != row.digest:
            yield f"the content of {row.code} {row.version} was changed"


def targets(connection: Connection) -> Iterator[str]:
    """Targets of a framework or an indicator that never was in force."""
    known = set()
    for row in connection.execute(text(_VERSIONS)):
        if row.stage == "in_force":
            known |= {(row.code, leaf) for leaf in leaf_codes(json.loads(row.content))}
    for row in connection.execute(text(_TARGETS)):
        if (row.framework_code, row.indicator) not in known:
            yield f"{row.framework_code} {row.indicator} {row.valid_from}"


def leaf_codes(content: dict[str, Any]) -> Iterator[str]:
    """The codes of all indicators in the content of a framework."""
    for level1 in content.get("level1", ()):
        for level2 in level1.get("level2", ()):
            for level3 in level2.get("level3", ()):
                yield str(level3["code"])
