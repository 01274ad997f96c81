"""A unit's papers and the certificate: what they say is what the ledger says on that day, in PDF and in Excel."""

from __future__ import annotations

import datetime as dt
import io
from collections import Counter

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from licensetrack.allocation import life
from licensetrack.core.db import reading
from licensetrack.core.errors import NotFound
from licensetrack.handover.acceptance_models import AcceptanceCertificate
from licensetrack.handover.acceptance_rules import CHECKS
from licensetrack.handover.certificate_lines import lines_of
from licensetrack.handover.certificates import draw_certificate
from licensetrack.measures.catalogue import MEASURES
from licensetrack.reports.acceptance_paper import Signing, acceptance_pdf
from licensetrack.reports.unit_holdings import Holdings, holdings
from licensetrack.reports.unit_papers import MAINTENANCE, PROOF, SUMMARY, Printed, paper_name, write_unit_paper
from licensetrack.units.directory import rename_unit
from licensetrack.units.models import Unit
from tests.trade import ALICE, accepted, day, fresh, imported, issued, unit

pytestmark = pytest.mark.usefixtures("database")
PRINTED = Printed("市软件授权管理中心", dt.datetime(2025, 1, 5, 1, tzinfo=dt.UTC))


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def held(holder: Unit, on: str = "12-31") -> Holdings:
    with reading() as db:
        return holdings(db, holder, day(on))


def busy_unit() -> Unit:
    """A unit whose sets were expanded, upgraded, moved to another host, relocated, returned and superseded."""
    holder, other = unit("SZ0001", name="福田区第一小学"), unit("SZ0002")
    grown = accepted("SQ-GROWN", holder, 16)
    life.expand_set(fresh(grown), actor=ALICE, on=day("04-01"), cpus=8, reason="扩容")
    life.shrink_set(fresh(grown), actor=ALICE, on=day("05-01"), cpus=4, reason="缩容")
    upgraded = issued(
        "SQ-UPGRADED", holder, 32, details={"edition": "标准版", "fingerprint": "ESN-1", "platform": "校园云"}
    )
    life.record_import(upgraded, actor=ALICE, on=day("02-10"))
    life.upgrade_set(fresh(upgraded), actor=ALICE, on=day("06-01"), edition="企业版", reason="统一版本")
    life.replace_host(
        fresh(upgraded), actor=ALICE, on=day("07-01"), old_fingerprint="ESN-1", new_fingerprint="ESN-2", reason="换机"
    )
    left = accepted("SQ-LEFT", holder, 8)
    life.relocate_set(fresh(left), other, actor=ALICE, on=day("08-01"), reason="划转")
    came = accepted("SQ-CAME", other, 4)
    life.relocate_set(fresh(came), holder, actor=ALICE, on=day("08-02"), reason="划入")
    back = accepted("SQ-BACK", holder, 64)
    life.return_set(fresh(back), actor=ALICE, on=day("09-01"), reason="停用")
    declined = imported("SQ-DECLINED", holder, 2)
    life.decline_import(declined, actor=ALICE, on=day("03-01"), reason="截图不清")
    life.record_import(fresh(declined), actor=ALICE, on=day("03-05"))
    issued("SQ-WAITS", holder, 10)
    issued("SQ-TRIAL", holder, 6, kind="temporary")
    accepted("SQ-BMS", holder, None, product="bms")
    return holder


def test_the_proof_lists_the_formal_sets_that_the_figures_count() -> None:
    found = held(busy_unit())
    assert [one.number for one in found.formal] == [
        "SQ-BMS", "SQ-CAME", "SQ-DECLINED", "SQ-GROWN", "SQ-UPGRADED", "SQ-WAITS",
    ]  # fmt: skip
    assert [one.number for one in found.temporary] == ["SQ-TRIAL"]
    for product in ("virtualization", "bms"):
        sets = [one for one in found.formal if one.product == product]
        assert len(sets) == found.figures[f"{product}.issued_sets"]
        assert sum(one.cpus or 0 for one in sets) == found.figures[f"{product}.issued_cpus"]
    pdf = text_of(write_unit_paper(PROOF, found, PRINTED, "pdf"))
    for words in (
        "软件授权配发证明",
        "福田区第一小学",
        "SZ0001",
        "SQ-GROWN",
        "上级配发",
        "市软件授权管理中心",
        "2025年1月5日",
    ):
        assert words in pdf.replace("\n", ""), words
    assert "虚拟化软件5套、68个CPU" in pdf.replace("\n", "")
    assert "SQ-TRIAL" not in pdf
    assert "SQ-LEFT" not in pdf


@pytest.mark.parametrize(
    "on", ["01-31", "02-10", "02-28", "04-01", "05-01", "06-30", "08-01", "08-02", "09-01", "12-31"]
)
def test_what_was_installed_less_what_was_uninstalled_is_what_the_figures_count_as_imported(on: str) -> None:
    found = held(busy_unit(), on)
    sets: Counter[str] = Counter()
    cpus: Counter[str] = Counter()
    for one in found.operations:
        sign = 1 if one.act == "install" else -1
        sets[one.product] += sign * one.sets
        cpus[one.product] += sign * one.cpus
    for product in ("virtualization", "bms"):
        assert sets[product] == found.figures[f"{product}.imported_sets"]
        assert cpus[product] == found.figures[f"{product}.imported_cpus"]


def test_an_upgrade_uninstalls_the_old_version_and_installs_the_new_one_each_on_its_own_sheet() -> None:
    found = held(busy_unit())
    told = [(one.on, one.act, one.edition, one.note) for one in found.operations if one.number == "SQ-UPGRADED"]
    assert told == [
        (day("02-10"), "install", "标准版", "导入授权"),
        (day("06-01"), "uninstall", "标准版", "版本升级"),
        (day("06-01"), "install", "企业版", "版本升级"),
        (day("07-01"), "uninstall", "企业版", "更换主机"),
        (day("07-01"), "install", "企业版", "更换主机"),
    ]
    book = load_workbook(io.BytesIO(write_unit_paper(MAINTENANCE, found, PRINTED, "xlsx")))
    assert book.sheetnames == ["01 虚拟化软件", "02 虚拟化软件 企业版", "03 虚拟化软件 标准版", "04 BMS"]
    old = [[cell.value for cell in row] for row in book["03 虚拟化软件 标准版"].iter_rows(min_row=3)]
    assert [(row[2], row[3], row[4], row[5]) for row in old] == [
        ("安装", 1, 32, "SQ-UPGRADED"), ("卸载", -1, -32, "SQ-UPGRADED"),
    ]  # fmt: skip
    assert old[0][1] == dt.datetime(2024, 2, 10)  # noqa: DTZ001 - a cell of a workbook


def test_the_summary_has_a_row_for_each_software_and_version_with_its_source() -> None:
    book = load_workbook(io.BytesIO(write_unit_paper(SUMMARY, held(busy_unit()), PRINTED, "xlsx")))
    rows = [[cell.value for cell in row] for row in book.active.iter_rows(min_row=3)]
    assert [(row[1], row[2], row[4], row[5], row[6], row[7]) for row in rows] == [
        ("虚拟化软件", "—", "上级配发", 4, 36, 3), ("虚拟化软件", "企业版", "上级配发", 1, 32, 1),
        ("BMS", "—", "上级配发", 1, None, 1),
    ]  # fmt: skip
    assert rows[1][10] == "SQ-UPGRADED"


@pytest.mark.parametrize("kind", [PROOF, SUMMARY, MAINTENANCE])
@pytest.mark.parametrize("form", ["pdf", "xlsx"])
def test_a_unit_that_holds_nothing_gets_papers_that_say_so(kind: str, form: str) -> None:
    found = held(unit(name='=HYPERLINK("x")'))
    content = write_unit_paper(kind, found, PRINTED, form)
    assert content == write_unit_paper(kind, found, PRINTED, form)
    assert paper_name(kind, found, form).endswith(f"-SZ0001-2024-12-31.{form}")
    if form == "pdf":
        assert any(word in text_of(content) for word in ("未持有", "无安装"))


def test_a_paper_carries_the_name_that_the_unit_had_on_that_day() -> None:
    holder = unit(name="老名称中学")
    accepted("SQ-1", holder)
    rename_unit(holder, "新名称中学", on=day("06-01"), actor=ALICE)
    with reading() as db:
        now = db.get_one(Unit, holder.id)
        assert [holdings(db, now, day(on)).name for on in ("05-31", "06-01")] == ["老名称中学", "新名称中学"]


def test_there_is_no_other_paper() -> None:
    with pytest.raises(NotFound):
        write_unit_paper("licence", held(unit()), PRINTED, "pdf")
    assert "virtualization.issued_sets" in MEASURES


def drawn() -> AcceptanceCertificate:
    holder = unit(name="福田区第一小学")
    first = issued("SQ-1", holder, 16, details={"fingerprint": "2102350000017", "license_file": "ESN21023500_key.dat"})
    life.record_import(first, actor=ALICE, on=day("02-10"))
    return draw_certificate(holder, [first, imported("SQ-2", holder, 32)], actor=ALICE, asked={first.id: 20})


def test_the_certificate_to_be_signed_by_hand_leaves_room_and_masks_what_is_secret() -> None:
    certificate = drawn()
    with reading() as db:
        lines = lines_of(db, certificate.id)
        pdf, again = (acceptance_pdf(certificate, lines, "市软件授权管理中心", Signing()) for _ in range(2))
    assert pdf == again
    said = text_of(pdf)
    for words in (
        certificate.number,
        "福田区第一小学",
        "虚拟化软件 2 套、48 个CPU",
        "2102****0017",
        "（盖章）",
        "附截图",
        "SQ-2",
    ):
        assert words in said, words
    for secret in ("2102350000017", "ESN21023500_key.dat"):
        assert secret not in said
    assert said.count("□") == 2 * len(CHECKS) + 2


def test_the_signatures_stand_on_the_page_of_the_conclusion_that_is_signed() -> None:
    holder = unit()
    certificate = draw_certificate(holder, [imported("SQ-1", holder, 32)], actor=ALICE)
    with reading() as db:
        pdf = acceptance_pdf(certificate, lines_of(db, certificate.id), "中心", Signing())
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]
    (last,) = [said for said in pages if "（盖章）" in said]
    for words in ("验收结论及签字盖章", "通过", "存在问题", "发放单位", "本单一式三份"):
        assert words in last, words


def test_the_certificate_signed_in_the_system_names_who_signed_and_when() -> None:
    certificate = drawn()
    certificate.unit_signer, certificate.unit_signed_on, certificate.checks = "王五", day("03-01"), list(CHECKS)
    with reading() as db:
        said = text_of(
            acceptance_pdf(certificate, lines_of(db, certificate.id), "中心", Signing(False, "李雷", day("03-02")))
        )
    for words in ("签字：王五", "签字：李雷", "2024年3月1日", "2024年3月2日", "√ 通过", "（系统内签署）"):
        assert words in said, words
