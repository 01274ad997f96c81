"""Loading ledgers from the page: first what would happen, then what was written; with one wrong cell nothing is."""

import io
import time
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from openpyxl import load_workbook
from sqlalchemy import func, select

from licensetrack.accounts.permissions import SYSTEM
from licensetrack.accounts.users import create_user
from licensetrack.allocation.models import LedgerEvent
from licensetrack.core import db
from licensetrack.web.load_jobs import SILENT_SECONDS, Jobs
from tests.site import SAMPLE, House, open_house, person

ISSUES = SAMPLE / "授权发放台账.xlsx"


def workbook(**cells: object) -> bytes:
    """The issue ledger with some cells changed: workbook(G3=200)."""
    book = load_workbook(ISSUES)
    sheet = book.active
    assert sheet is not None
    for place, value in cells.items():
        sheet[place] = value
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def upload(house: House, *files: tuple[str, bytes], role: str = "operator") -> str:
    """Uploads files and waits until they are checked; the upload's address."""
    data = {"files": [(io.BytesIO(content), name) for name, content in files]}
    answer = house.client(role).post("/load", data=data, content_type="multipart/form-data")
    assert answer.status_code == 303
    return wait(house, answer.location)


def wait(house: House, address: str) -> str:
    """Polls as the page does, until the work is over."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        answer = house.client().get(f"{address}/progress", headers={"Accept": "application/json"}).json
        assert answer is not None
        if not answer["works"]:
            return address
        time.sleep(0.05)
    raise AssertionError("the work does not end")


def counted(page: str) -> dict[str, str]:
    """What the sum line of the preview says."""
    return {
        str(cell["data-count"]): cell.get_text() for cell in BeautifulSoup(page, "html.parser").select("[data-count]")
    }


def events() -> int:
    """How many events the ledger holds."""
    with db.reading() as session:
        return int(session.scalar(select(func.count()).select_from(LedgerEvent)) or 0)


def test_one_wrong_cell_is_shown_at_its_place_and_nothing_is_written(own_house: House) -> None:
    before = events()
    address = upload(own_house, ("发放.xlsx", workbook(I5="2024年13月5日", G9="很多")))
    page = own_house.get(address)
    rows = [
        [cell.get_text(" ", strip=True) for cell in row.select("td")]
        for row in BeautifulSoup(page, "html.parser").select(".problems tbody tr")
    ]
    assert [row[:4] for row in rows] == [
        ["发放.xlsx", "授权发放台账! I5", "正式授权发放日期", "2024年13月5日"],
        ["发放.xlsx", "授权发放台账! G9", "CPU数量", "很多"],
    ]
    assert "未写入任何数据" in page
    assert "/confirm" not in page
    assert own_house.client().post(f"{address}/confirm").location == address
    assert events() == before


def test_the_preview_tells_what_the_load_then_does(own_house: House) -> None:
    before = events()
    address = upload(own_house, ("更正.xlsx", workbook(G3=200)))
    preview = own_house.get(address)
    assert counted(preview)["changed"] == "1"
    [change] = BeautifulSoup(preview, "html.parser").select(".field-change")
    assert change.get_text(" ", strip=True) == "CPU数 164 → 200"
    assert events() == before
    assert own_house.client().post(f"{address}/confirm").location == address
    done = own_house.get(wait(own_house, address))
    assert "台账已导入" in done
    assert counted(done) == counted(preview)
    assert "200 个CPU" in own_house.get("/sets/SQ-2024-0001").replace("\n", " ").replace("  ", " ")
    with db.reading() as session:
        event = session.scalars(select(LedgerEvent).order_by(LedgerEvent.id.desc()).limit(1)).one()
    assert event.actor_id == person("operator").id


def test_confirming_twice_has_one_effect(own_house: House) -> None:
    address = upload(own_house, ("更正.xlsx", workbook(G3=200)))
    for _ in range(3):
        assert own_house.client().post(f"{address}/confirm").location == address
    wait(own_house, address)
    after = events()
    own_house.client().post(f"{address}/confirm")
    wait(own_house, address)
    assert events() == after


def test_what_is_recorded_already_needs_no_loading(own_house: House) -> None:
    known = [path for path in SAMPLE.glob("*.xlsx") if "变更" not in path.name]  # that one was corrected by hand
    page = own_house.get(upload(own_house, *((path.name, path.read_bytes()) for path in known)))
    assert "全部记录均已在台账中" in page
    assert "/confirm" not in page
    assert counted(page)["new"] == counted(page)["changed"] == "0"


def test_a_discarded_upload_is_gone(own_house: House) -> None:
    address = upload(own_house, ("更正.xlsx", workbook(G3=200)))
    assert own_house.client().post(f"{address}/forget").location == "/load"
    own_house.get(address, status=404)
    assert not list(own_house.settings.uploads.iterdir())


def test_files_are_gone_as_soon_as_they_are_loaded_or_refused(own_house: House) -> None:
    refused = upload(own_house, ("发放.xlsx", workbook(G9="很多")))
    loaded = upload(own_house, ("更正.xlsx", workbook(G3=200)))
    own_house.client().post(f"{loaded}/confirm")
    wait(own_house, loaded)
    for address in (refused, loaded):
        assert not list((own_house.settings.uploads / Path(address).name).glob("*.bin"))


def test_an_upload_is_its_owners_alone(own_house: House) -> None:
    address = upload(own_house, ("更正.xlsx", workbook(G3=200)))
    kept = Jobs(own_house.settings.uploads)
    with pytest.raises(Exception, match="no such upload"):
        kept.job(Path(address).name, person("auditor"))


@pytest.mark.parametrize("name", ["../../etc/passwd", "..", "job.json", "0" * 31, "G" * 32])
def test_an_upload_is_never_a_path(own_house: House, name: str) -> None:
    own_house.settings.uploads.mkdir(exist_ok=True)
    with pytest.raises(Exception, match="no such upload"):
        Jobs(own_house.settings.uploads).job(name, person("operator"))


def test_what_is_no_ledger_is_refused_in_words(own_house: House) -> None:
    page = own_house.get(upload(own_house, ("照片.xlsx", b"\x89PNG not a workbook at all")))
    assert "照片.xlsx" in page
    assert "1 处错误" in page


def test_no_file_and_too_large_a_file_are_refused(furnished: Path, tmp_path: Path) -> None:
    small = open_house(furnished, tmp_path, upload_bytes=1024 * 1024)
    empty = small.client().post("/load", data={"files": (io.BytesIO(b""), "")}, content_type="multipart/form-data")
    assert (empty.status_code, "未选择文件" in empty.text) == (400, True)
    big = b"x" * 2 * 1024 * 1024
    answer = small.client().post("/load", data=big, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 413
    assert "上传内容超过 1 MB" in answer.text


def test_work_whose_process_died_is_shown_as_interrupted(own_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Jobs(own_house.settings.uploads)
    address = upload(own_house, ("更正.xlsx", workbook(G3=200)))
    job = kept.job(Path(address).name, person("operator"))
    job.state = "loading"
    kept._write(job)
    assert "正在载入台账" in own_house.get(address)
    later = time.time() + SILENT_SECONDS + 1
    monkeypatch.setattr(time, "time", lambda: later)
    assert "处理中断" in own_house.get(address)


def test_new_sets_are_listed_row_by_row_with_their_ledger(own_house: House, sqlite_url: str) -> None:
    db.connect(sqlite_url)
    create_user("operator", "operator", "operator", "correct horse 42", actor=SYSTEM)
    own_house.clients.clear()
    address = upload(own_house, *((path.name, path.read_bytes()) for path in SAMPLE.glob("*.xlsx")))
    page = own_house.get(f"{address}?show=units")
    assert len(BeautifulSoup(page, "html.parser").select("section[aria-labelledby=rows] tbody tr")) == 100
    assert "第 1 页，共 2 页" in page
    own_house.client().post(f"{address}/confirm")
    wait(own_house, address)
    assert "4,375" in own_house.get("/?as_of=2024-12-31")


def test_imports_without_their_issues_are_kept_and_wait(own_house: House, sqlite_url: str) -> None:
    db.connect(sqlite_url)
    create_user("operator", "operator", "operator", "correct horse 42", actor=SYSTEM)
    own_house.clients.clear()
    imports = SAMPLE / "导入验收台账.xlsx"
    address = upload(own_house, (imports.name, imports.read_bytes()))
    page = own_house.get(address)
    assert "等待其他台账" in page
    assert counted(page)["waits"] == "221"
    own_house.client().post(f"{address}/confirm")
    assert "台账已导入" in own_house.get(wait(own_house, address))
    rest = [path for path in SAMPLE.glob("*.xlsx") if path != imports]
    address = upload(own_house, *((path.name, path.read_bytes()) for path in rest))
    own_house.client().post(f"{address}/confirm")
    wait(own_house, address)
    assert "4,375" in own_house.get("/?as_of=2024-12-31")
