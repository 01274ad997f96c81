"""The sealed pack of a signed evaluation: documents, line lists, evidence, and what proves that nothing was changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from sqlalchemy.orm import Session

from licensetrack.core import signatures, signing
from licensetrack.performance import freezing
from licensetrack.performance.freezing import Snapshot
from licensetrack.performance.models import Evaluation
from licensetrack.performance.sheet import EvaluationSheet
from licensetrack.reports import pack_container, pack_recount, verify_pack
from licensetrack.reports.evaluation_words import long_day, long_instant
from licensetrack.reports.outputs import FORMS, KINDS, document_name, file_name, write_evaluation
from licensetrack.reports.pack_container import MANIFEST, SIGNATURE, canonical
from licensetrack.reports.pack_forms import MONITORINGS, Forms, forms_of
from licensetrack.reports.pack_recount import EVIDENCE, GOALS, RULES, SNAPSHOT, lines_of
from licensetrack.reports.pack_rules import rules_of
from licensetrack.reports.pack_writing import Entry, evidence_entries, facts_of, write_zip
from licensetrack.reports.verify_pack import FORMAT

VERIFIER, READ_ME = "verify_pack.py", "说明.txt"
DOCUMENTS = "报告和表单/"
DIGESTS = ("sha256", "sm3")
_PARTS = (signatures, pack_container, pack_recount, verify_pack)
_OWN_IMPORT = "from licensetrack."

Progress = Callable[[int, int], None]  # how much is done, and of how much


def quiet(_done: int, _total: int) -> None:
    """Shows no progress."""


class PackContent(NamedTuple):
    """Everything that a pack takes from the database."""

    sheet: EvaluationSheet
    snapshot: Snapshot
    forms: Forms
    lines: Sequence[tuple[str, str]]  # measure, the text of its rows


def write_pack(
    db: Session, found: Evaluation, target: BinaryIO, *, digests: Sequence[str] = DIGESTS[:1]
) -> EvaluationSheet:
    """Writes the pack of a signed evaluation and returns its sheet; the same evaluation gives the same bytes.

    `digests` are those that the manifest states of every file; SHA-256 is always among them. Raises NotFound for an
    evaluation that is not signed, and where a stored file is missing or damaged.
    """
    content = read_content(db, found)
    write_content(content, target, digests=digests)
    return content.sheet


def read_content(db: Session, found: Evaluation) -> PackContent:
    """What the pack holds, for `write_content`, which needs no database. Raises NotFound where it is not signed."""
    sheet, snapshot = freezing.load(db, found.id), freezing.snapshot(db, found.id)
    lines = [(name, freezing.trace_text(db, found.id, name)) for name in sheet.trace_digests]
    return PackContent(sheet, snapshot, forms_of(db, found, sheet, DOCUMENTS), lines)


def write_content(
    content: PackContent, target: BinaryIO, *, digests: Sequence[str] = DIGESTS[:1], progress: Progress = quiet
) -> None:
    """Writes a pack. `progress` is told after each document. Raises NotFound for a file that is missing or damaged."""
    sheet, snapshot, forms, lines = content
    entries = [
        Entry(READ_ME, _read_me(sheet).encode()),
        Entry(VERIFIER, verifier_text().encode()),
        *_documents(sheet, progress),
        *forms.documents,
        Entry(SNAPSHOT, snapshot.content.encode()),
        Entry(RULES, canonical(rules_of(sheet))),
        *(Entry(lines_of(name), text.encode()) for name, text in lines),
        *forms.data,
        *evidence_entries(sheet),
    ]
    about = {
        "title": sheet.header.title.replace("\n", ""), "kind": sheet.kind, "year": sheet.year,
        "version": sheet.version, "as_of": sheet.as_of.isoformat(), "known_at": sheet.known_at.isoformat(),
        "signed_at": sheet.signed_at.isoformat() if sheet.signed_at else None,
        "snapshot": {"algorithm": snapshot.algorithm, "digest": snapshot.digest},
        "monitorings": forms.monitorings,
    }  # fmt: skip
    seal(entries, about, target, digests)


def pack_name(sheet: EvaluationSheet) -> str:
    """What the file is called: evaluation-2024-v2-pack.zip."""
    return f"{file_name(sheet, '').rstrip('.')}-pack.zip"


def seal(entries: Sequence[Entry], about: dict[str, Any], target: BinaryIO, digests: Sequence[str]) -> None:
    """Writes entries behind their signed manifest. Every file is read twice, a piece at a time."""
    listed = [facts_of(entry, digests) for entry in entries]
    manifest = canonical({"format": FORMAT, **about, "files": listed})
    signed = signing.sign(manifest)
    signature = canonical(
        {"algorithm": signed.algorithm, "public_key": signed.public_key.hex(), "signature": signed.value.hex()}
    )
    head = [Entry(MANIFEST, manifest), Entry(SIGNATURE, signature)]
    write_zip([*head, *entries], [*(facts_of(entry) for entry in head), *listed], target)


def verifier_text() -> str:
    """The verifier as one script: the parts it is made of, without what they import from each other."""
    head, body = verify_pack.__doc__ or "", []
    for part in _PARTS:
        source = Path(str(part.__file__)).read_text(encoding="utf-8")
        code = source.split("from __future__ import annotations\n", 1)[1]
        body.append("".join(line for line in code.splitlines(keepends=True) if not line.startswith(_OWN_IMPORT)))
    return f'"""{head}"""\n\nfrom __future__ import annotations\n' + "".join(body)


def _documents(sheet: EvaluationSheet, progress: Progress) -> Iterator[Entry]:
    wanted = list(product(KINDS, FORMS))
    for done, (kind, form) in enumerate(wanted, 1):
        yield Entry(f"{DOCUMENTS}{document_name(sheet, kind)}.{form}", write_evaluation(sheet, form, kind))
        progress(done, len(wanted) + 1)


def _read_me(sheet: EvaluationSheet) -> str:
    signed = f"{long_instant(sheet.signed_at)}签发" if sheet.signed_at else ""
    return f"""{sheet.header.title.replace(chr(10), "")}　封存包
第{sheet.version}版，评价基准日{long_day(sheet.as_of)}，{signed}

包内文件
  {DOCUMENTS}　各份文书，PDF、Word、Excel 三种格式，数据相同
  {SNAPSHOT}　签发时冻结的全部数据、评分和文字
  {lines_of("*")}　每项数据的逐笔明细，一行一笔
  {RULES}　各项数据怎样由明细或其他数据算出
  {GOALS}　绩效目标申报表所列指标，一行一项
  {MONITORINGS}　签发前已上报的各期运行监控：上报时冻结的快照、复算规则和逐笔明细
  {EVIDENCE}　签发时冻结摘要的材料，文件名前十二位是其 SHA-256 摘要的开头
  {MANIFEST}、{SIGNATURE}　全部文件的摘要清单及其数字签名
  {VERIFIER}　核验程序，只需要 Python 3.8 以上，不联网，不安装任何软件

核验方法
  从包中取出 {VERIFIER}，在同一文件夹中运行：
    python3 -I {VERIFIER} 封存包.zip
  包内任何一个字节被改动，或者增加、缺少文件，核验都不通过；各项数据由明细重新计算，与报告所用的数据核对。

公钥指纹
  {signing.fingerprint()}
  请通过电话、公文等另外的途径向封存单位核对。指纹一致，才能说明本包由该单位封存；包内的核验程序也请以事先取得的
  同一程序替代（两者应逐字节相同）。
"""
