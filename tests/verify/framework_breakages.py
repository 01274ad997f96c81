"""A framework in force with its target adjusted, a discarded draft, and how each of their invariants can be broken."""

import datetime as dt
from decimal import Decimal

from licensetrack.accounts.permissions import Actor
from licensetrack.performance import framework, framework_drafting, targets
from tests.verify.breakages import Case

OFFICER = Actor(None, "pan", "潘评", "performance_officer")
MANAGER = Actor(None, "mei", "梅签", "manager")
SCAN = b"%PDF-1.7 a decision %%EOF"


def frameworks_of_a_year() -> None:
    """The sample framework in force, its target of CPUs adjusted on 20 August, and a next version thrown away."""
    draft = framework_drafting.draft_framework(framework.load("department-2024").data, actor=OFFICER)
    version = framework_drafting.put_in_force(draft, actor=MANAGER)
    targets.record_target(
        "department-2024", "C11", Decimal(4200), valid_from=dt.date(2024, 8, 20), actor=OFFICER, author="市财政局",
        reason="年中监控后调整", document="深财绩〔2024〕8号", paper=("决定.pdf", SCAN),
    )  # fmt: skip
    following = framework_drafting.draft_next(version, actor=OFFICER)
    framework_drafting.discard_draft(following, actor=OFFICER, reason="不再需要")


STEPS = "a framework's stage is what its last step says"
FRAMEWORK_CASES = [
    Case(
        "versions of a framework are numbered without a hole",
        ("UPDATE framework_version SET version = 3 WHERE version = 2",),
    ),
    Case(
        "all versions of a framework are of one kind and year",
        ("UPDATE framework_version SET year = 2025 WHERE version = 2",),
    ),
    Case(
        STEPS,
        ("UPDATE framework_version SET stage = 'draft', open_code = code WHERE stage = 'discarded'",),
    ),
    Case(
        "whoever put a framework in force wrote nothing of it",
        ("UPDATE framework_step SET login = 'pan' WHERE action = 'put_in_force'",),
    ),
    Case(
        "a target's paper is the stored file",
        ("UPDATE target_record SET paper_digest = 'f' WHERE paper_id IS NOT NULL",),
    ),
    Case(
        "a target that replaces another has its reason and its document",
        ("UPDATE target_record SET reason = '' WHERE paper_id IS NOT NULL",),
    ),
    Case(
        "every version of a framework is what was written",
        ("UPDATE framework_version SET content = replace(content, 'C11', 'C17') WHERE version = 2",),
    ),
    Case(
        "every target belongs to an indicator that is in force",
        ("UPDATE target_record SET indicator = 'Z99' WHERE paper_id IS NOT NULL",),
    ),
]
