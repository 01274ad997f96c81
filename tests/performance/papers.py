"""Files as people lay them as evidence, made from a few words, and laying them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

from licensetrack.accounts.permissions import Actor
from licensetrack.performance.evidence import Upload, add_evidence
from licensetrack.performance.evidence_models import EvidenceFile
from licensetrack.performance.evidence_rules import INDICATOR, About, Target, target_at
from licensetrack.performance.framework import Framework
from tests.handover.people import paper, picture

OFFICER = Actor(1, "pan", "潘评", "performance_officer")
C21 = "indicator:department-2024:2024:C21:"


def archive(*members: str) -> bytes:
    """A zip archive with these members."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        for member in members:
            made.writestr(member, "内容")
    return target.getvalue()


def old_office(*streams: str) -> bytes:
    """A file that begins like an old office file and names these streams in its directory."""
    names = b"".join(name.encode("utf-16-le") + b"\0\0" for name in streams)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + names


# Name → bytes of one file of every kind that is taken.
EVERY_KIND = {
    "合同.docx": archive("[Content_Types].xml", "word/document.xml"),
    "台账.xlsx": archive("[Content_Types].xml", "xl/workbook.xml"),
    "汇报.pptx": archive("[Content_Types].xml", "ppt/presentation.xml"),
    "旧合同.doc": old_office("Root Entry", "WordDocument"),
    "旧台账.xls": old_office("Root Entry", "Workbook"),
    "验收单.pdf": paper(),
    "批复.ofd": archive("OFD.xml", "Doc_0/Document.xml"),
    "截图.png": picture(),
    "照片.JPG": b"\xff\xd8\xff\xe0" + b"\0" * 20 + b"\xff\xd9",
    "归档.zip": archive("一.txt", "二.txt"),
}


def laid(
    text: str = "验收单", *targets: str, actor: Actor = OFFICER, about: About | None = None, reason: str = "佐证"
) -> EvidenceFile:
    """A paper with these words, linked to the targets."""
    upload = Upload(f"{text}.pdf", paper(text))
    wanted: Sequence[Target] = [target_at(address) for address in targets]
    [added] = add_evidence([upload], about or About("original"), actor=actor, targets=wanted, reason=reason)
    return added.evidence


def lay_wanted(wanting: Framework, year: int = 2024, actor: Actor = OFFICER) -> None:
    """Lays a paper of each kind that a framework wants; one paper for all indicators that want it."""
    kinds: dict[str, list[Target]] = {}
    for leaf in wanting.leaves():
        for kind in leaf.wanted_evidence:
            kinds.setdefault(kind, []).append(Target(INDICATOR, leaf.code, wanting.code, year, kind))
    for kind, targets in kinds.items():
        upload = Upload(f"{kind}.pdf", paper(kind))
        add_evidence([upload], About("formal"), actor=actor, targets=targets, reason=kind)
