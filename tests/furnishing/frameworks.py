"""Objects of the area "frameworks" in the house of the access table; tests/furnishing/everything.py says more."""

import datetime as dt
from decimal import Decimal

from licensetrack.performance import framework, framework_drafting, targets
from tests.furnishing.everything import Objects
from tests.site import person


def furnish(objects: Objects) -> Objects:
    """A framework in force with an adjusted target and its paper, and a draft of its next version."""
    officer = person("performance_officer")
    draft = framework_drafting.draft_framework(framework.load("department-2024").data, actor=officer)
    version = framework_drafting.put_in_force(draft, actor=person("manager"))
    record = targets.record_target(
        version.code, "C11", Decimal(4200), valid_from=dt.date(2024, 8, 20), actor=officer, author="市财政局",
        reason="年中监控后调整", document="深财绩〔2024〕8号", paper=("决定.pdf", b"%PDF-1.7 a decision %%EOF"),
    )  # fmt: skip
    following = framework_drafting.draft_next(version, actor=officer)
    return {
        "framework_code": version.code,
        "framework": version.id,
        "framework_draft": following.id,
        "target_record": record.id,
    }
