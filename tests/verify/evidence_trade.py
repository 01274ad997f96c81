"""Evidence in the books: a file that proves something of every kind, one whose link was undone, one withdrawn."""

from licensetrack.core.db import reading
from licensetrack.performance.evidence import withdraw_evidence
from licensetrack.performance.evidence_links import unlink_evidence
from licensetrack.performance.evidence_queries import links_of
from tests.performance.papers import C21, laid
from tests.trade import ALICE
from tests.verify.breakages import Case

FILE = "every evidence file is the file that was added"
FROZEN = "the evidence of a signed evaluation is held as it was signed"
INDICATOR = "every evidence link to an indicator names one that a framework has"


def lay_evidence() -> list[dict[str, object]]:
    """Lays it; gives the index that a signed evaluation froze."""
    frozen = laid("付款凭证", "set:SQ-PLAIN", "budget:PZ-1", "order:FW-1", C21, actor=ALICE)
    mistaken = laid("贴错的", "set:SQ-PLAIN", actor=ALICE)
    with reading() as session:
        [link] = links_of(session, mistaken.id)
    unlink_evidence(link, actor=ALICE, reason="贴错了套")
    withdraw_evidence(mistaken, actor=ALICE, reason="重复")
    return [{"number": frozen.number, "digest": frozen.digest, "size": frozen.size}]


EVIDENCE_CASES = [
    Case(FILE, ("UPDATE evidence_file SET size = size + 1 WHERE withdrawn_at IS NOT NULL",)),
    Case(
        "every evidence link leads from a file to something that exists",
        ("UPDATE evidence_link SET subject = 'PZ-9' WHERE target = 'budget'",),
    ),
    Case(INDICATOR, ("UPDATE evidence_link SET subject = 'Z9' WHERE target = 'indicator'",)),
    Case(
        "whoever added, linked, unlinked or withdrew evidence is in the audit trail",
        ("UPDATE evidence_file SET withdrawn_by = 'mallory' WHERE withdrawn_at IS NOT NULL",),
    ),
    Case(
        FROZEN,
        ("UPDATE evidence_file SET digest = 'f' WHERE withdrawn_at IS NULL",),
        also=frozenset({FILE}),
    ),
]
