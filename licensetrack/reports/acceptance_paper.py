"""软件授权导入验收单: the certificate as it is signed, sealed and filed; one for many sets of a unit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from licensetrack.handover.acceptance_models import AcceptanceCertificate, CertificateLine
from licensetrack.handover.acceptance_rules import FAIL, PASS, masked
from licensetrack.reports.document import (
    Align,
    Block,
    Column,
    Document,
    Form,
    FormCell,
    Properties,
    Table,
    label_cell,
    left_cell,
)
from licensetrack.reports.evaluation_words import in_order, long_day, product_name
from licensetrack.reports.numbers import Cell, Kind
from licensetrack.reports.pdf import render_pdf

TITLE = "软件授权导入验收单"
KINDS = {"formal": "正式", "temporary": "临时"}
CHECKS = {
    "authorized": ("授权状态正常", "平台授权页面显示授权已生效，无告警"),
    "capacity": ("容量一致", "平台显示的CPU数与发放数一致"),
    "validity": ("有效期一致", "平台显示的到期日与发放一致"),
    "version": ("版本一致", "产品及版本与发放一致"),
    "business": ("业务不受影响", "导入前后云平台业务运行正常"),
}
YES, NO, EMPTY = "√", "×", "□"
_HEAD, _CHECKED, _SIGNED = (1.0, 2.2, 1.0, 2.2), (0.45, 1.6, 3.0, 1.3), (1.0, 1.0, 1.0)


@dataclass(frozen=True)
class Signing:
    """How the paper is signed: in the system by both sides, or by hand on the printed form (then nothing is filled)."""

    by_hand: bool = True
    center_signer: str = ""
    accepted_on: dt.date | None = None


def acceptance_pdf(
    certificate: AcceptanceCertificate, lines: Sequence[CertificateLine], office: str, signing: Signing
) -> bytes:
    """The paper as PDF; the same certificate, signed the same way, gives the same bytes on any machine and day."""
    return render_pdf(acceptance_document(certificate, lines, office, signing))


def acceptance_document(
    certificate: AcceptanceCertificate, lines: Sequence[CertificateLine], office: str, signing: Signing
) -> Document:
    """The paper: who and what, the sets one by one, the check list, the conclusion, the signatures of three sides."""
    blocks: list[Block] = [
        Form(_HEAD, tuple(_head(certificate, lines, office)), unit=f"编号：{certificate.number}"),
        _sets(lines),
        Form(_CHECKED, tuple(_checks(certificate, lines, signing)), "检查项"),
        Form(
            _SIGNED, tuple(_signatures(certificate, office, signing)), "验收结论及签字盖章", _note(signing), whole=True
        ),
    ]
    properties = Properties(office, certificate.drawn_at, TITLE, certificate.number)
    return Document(TITLE, properties, tuple(blocks))


def _head(
    certificate: AcceptanceCertificate, lines: Sequence[CertificateLine], office: str
) -> Iterator[tuple[FormCell, ...]]:
    contracts = "、".join(sorted({line.contract for line in lines if line.contract})) or "—"
    yield (label_cell("用户单位"), left_cell(certificate.unit_name, 3))
    yield (
        label_cell("单位编码"),
        left_cell(certificate.unit_code),
        label_cell("开单日期"),
        left_cell(long_day(certificate.drawn_on)),
    )
    yield (label_cell("项目/合同"), left_cell(contracts), label_cell("发放单位"), left_cell(office))
    yield (label_cell("验收内容"), left_cell(_content(lines), 3))
    if certificate.note:
        yield (label_cell("备注"), left_cell(certificate.note, 3))


def _content(lines: Sequence[CertificateLine]) -> str:
    """虚拟化软件2套、48个CPU；BMS1套: CPUs of different products are never added together."""
    parts = []
    for product in in_order(line.product for line in lines):
        found = [line for line in lines if line.product == product]
        cpus = sum(line.issued_cpus or 0 for line in found)
        parts.append(f"{product_name(product)} {len(found)} 套" + (f"、{cpus:,} 个CPU" if cpus else ""))
    return "；".join(parts)


def _sets(lines: Sequence[CertificateLine]) -> Table:
    columns = (
        Column("序号", Kind.INDEX, 0.05),
        Column("授权编号\n产品及版本", width=0.2),
        Column("云平台\n部署地点", width=0.2),
        Column("ESN/DID\n授权文件", width=0.195),
        Column("申请", Kind.COUNT, 0.07, group="CPU数"),
        Column("发放", Kind.COUNT, 0.07, group="CPU数"),
        Column("显示", Kind.COUNT, 0.07, group="CPU数"),
        Column("导入日期\n导入次数\n有效期止", width=0.145, align=Align.CENTER),
    )
    return Table(columns, [_set(line) for line in lines], "授权明细")


def _set(line: CertificateLine) -> tuple[Cell, ...]:
    described = "·".join(filter(None, (line.edition, KINDS[line.kind])))
    until = f"至{line.valid_until.isoformat()}" if line.valid_until else "长期有效"
    if line.validity_equal is False and line.shown_until:
        until += f"\n显示{line.shown_until.isoformat()}"
    times = f"第{line.attempts}次" if line.attempts else "次数未登记"
    return (
        line.position,
        f"{line.number}\n{product_name(line.product)}\n{described}",
        "\n".join(filter(None, (line.platform, line.site))) or "—",
        "\n".join(filter(None, (masked(line.fingerprint), masked(line.license_file, 6)))) or "—",
        line.asked_cpus,
        line.issued_cpus,
        line.shown_cpus,
        f"{line.imported_on.isoformat()}\n{times}\n{until}",
    )


def _checks(
    certificate: AcceptanceCertificate, lines: Sequence[CertificateLine], signing: Signing
) -> Iterator[tuple[FormCell, ...]]:
    yield (label_cell("序号"), label_cell("检查项"), label_cell("检查要求"), label_cell("结果"))
    for number, (code, (name, demand)) in enumerate(CHECKS.items(), 1):
        result = f"{EMPTY} 符合  {EMPTY} 不符合"
        if not signing.by_hand:
            result = f"{YES} 符合" if code in certificate.checks else f"{NO} 不符合"
        yield (FormCell(str(number)), left_cell(name), left_cell(demand), FormCell(result, align=Align.CENTER))
    shown = sum(line.screenshot for line in lines)
    yield (
        FormCell(str(len(CHECKS) + 1)), left_cell("附截图"), left_cell("导入成功后的平台授权页面截图已存入系统"),
        FormCell(f"{shown} / {len(lines)} 套", align=Align.CENTER),
    )  # fmt: skip


def _signatures(
    certificate: AcceptanceCertificate, office: str, signing: Signing
) -> Iterator[tuple[FormCell, ...]]:  # fmt: skip
    box = {PASS: EMPTY, FAIL: EMPTY} if signing.by_hand else {PASS: YES, FAIL: EMPTY}
    blank = "\n" if signing.by_hand else ""
    yield (label_cell("验收结论"), FormCell(f"{box[PASS]} 通过        {box[FAIL]} 不通过", 2, align=Align.CENTER))
    yield (label_cell("存在问题"), left_cell(blank or certificate.problems or "无", 2))
    yield (label_cell("整改情况"), left_cell(blank or certificate.rework or "无", 2))
    yield (label_cell("用户单位"), label_cell("发放单位"), label_cell("厂商"))
    if signing.by_hand:
        space = "\n\n签字：\n\n（盖章）\n\n年      月      日\n"
        yield tuple(FormCell(space, align=Align.CENTER) for _ in range(3))
        return
    unit = _signed(certificate.unit_name, certificate.unit_signer, certificate.unit_signed_on)
    center = _signed(office, signing.center_signer, signing.accepted_on)
    yield (FormCell(unit, align=Align.CENTER), FormCell(center, align=Align.CENTER), FormCell("\n—\n"))


def _signed(side: str, signer: str, day: dt.date | None) -> str:
    return f"\n{side}\n\n签字：{signer}\n（系统内签署）\n\n{long_day(day) if day else '—'}\n"


def _note(signing: Signing) -> str:
    kept = "授权文件、设备信息码仅列首尾字符，完整内容以系统登记为准。"
    if signing.by_hand:
        return f"注：本单一式三份，签字盖章后由发放单位扫描归档。{kept}"
    return f"注：本单由用户单位和发放单位在系统内分别签署，签署人及时间记入审计日志。{kept}"
