"""Adjusting a target in the middle of the year: from a day on, by whom, why and on which paper; never edited."""

from __future__ import annotations

import datetime as dt
import hashlib
from decimal import Decimal

from licensetrack.accounts.permissions import Actor, require
from licensetrack.core import audit, blobs, outbox
from licensetrack.core.clock import now
from licensetrack.core.db import transaction
from licensetrack.core.errors import NotFound
from licensetrack.handover.file_kinds import check_scan
from licensetrack.performance import frameworks
from licensetrack.performance.framework_models import TargetRecord
from licensetrack.performance.rules.targets import check_target
from licensetrack.performance.sheet import TargetVersion

TAG = "performance:target:record"


def record_target(
    framework_code: str, indicator: str, value: Decimal, *, valid_from: dt.date, actor: Actor, author: str, reason: str,
    document: str = "", paper: tuple[str, bytes] | None = None,
) -> TargetRecord:  # fmt: skip
    """From `valid_from` on the indicator is to reach `value`; what held before keeps holding for the days before.

    `author` set it (an office or a person), `document` is the number of its paper, `paper` that paper's name and bytes;
    a paper without a number goes by its name.
    Raises NotFound for an indicator that is not in force, Refused.
    """
    require(actor, TAG)
    name, content = paper or ("", b"")
    if paper is not None:
        check_scan(content, "paper")
    digest = hashlib.sha256(content).hexdigest() if paper is not None else ""
    new = TargetVersion(value, valid_from, author.strip(), document.strip() or name, reason.strip(), digest)
    with transaction() as db:
        found = frameworks.in_force(db, framework_code)
        leaf = next((leaf for leaf in found.leaves() if leaf.code == indicator), None)
        if leaf is None:
            raise NotFound("There is no indicator %(code)s in force.", code=indicator)
        check_target(found, leaf, new)
        record = TargetRecord(
            framework_code=framework_code, indicator=indicator, value=value, valid_from=valid_from, author=new.author,
            reason=new.reason, document=new.document, at=now(), actor_id=actor.id, actor=actor.login,
            paper_id=None if paper is None else blobs.register(db, content, name).id, paper_digest=digest,
        )  # fmt: skip
        db.add(record)
        db.flush()
        audit.record(
            db, TAG, f"framework:{framework_code}:{indicator}", actor, value=value, valid_from=valid_from,
            reason=new.reason, document=new.document, paper=digest,
        )  # fmt: skip
        outbox.post(db, TAG, target_id=record.id)
        if paper is not None:
            blobs.keep(content)
    return record
