"""Loading ledgers from the page: first what would happen, then what was written; with one wrong cell nothing is."""

import datetime as dt
import io
import os
import threading
import time
from pathlib import Path

import pytest
import time_machine
from bs4 import BeautifulSoup
from openpyxl import load_workbook
from sqlalchemy import func, select

from licensetrack.accounts.permissions import SYSTEM
from licensetrack.accounts.users import create_user
from licensetrack.allocation.models import LedgerEvent
from licensetrack.core import db, result_files
from licensetrack.core.clock import now
from licensetrack.core.errors import NotFound
from licensetrack.core.job_claims import SILENT, claim, fail
from licensetrack.jobs import uploads
from licensetrack.jobs.books import sweep_files
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
    """Uploads files and lets them be checked; the upload's address."""
    address = sent(house, *files, role=role)
    house.work()
    return address


def sent(house: House, *files: tuple[str, bytes], role: str = "operator") -> str:
    """Uploads files, which no worker has looked at yet; the upload's address."""
    data = {"files": [(io.BytesIO(content), name) for name, content in files]}
    answer = house.client(role).post("/load", data=data, content_type="multipart/form-data")
    assert answer.status_code == 303
    return answer.location


def confirm(house: House, address: str) -> str:
    """Confirms and lets it be loaded; the address."""
    assert house.client().post(f"{address}/confirm").location == address
    house.work()
    return address


def folder_of(house: House, address: str) -> Path:
    """Where the upload's files lie."""
    return house.settings.uploads / Path(address).name


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
    done = own_house.get(confirm(own_house, address))
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
    assert own_house.work() == 1
    after = events()
    confirm(own_house, address)
    assert events() == after


def test_a_ledger_that_changed_since_the_preview_is_not_loaded(own_house: House) -> None:
    first = upload(own_house, ("更正.xlsx", workbook(G3=200)))
    confirm(own_house, upload(own_house, ("另一份.xlsx", workbook(G3=201))))
    after = events()
    page = own_house.get(confirm(own_house, first))
    assert "核对之后台账已有变动" in page
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
    assert own_house.client().post(f"{address}/confirm").status_code == 404
    assert not list(own_house.settings.uploads.iterdir())
    assert own_house.work() == 0
    assert Path(address).name not in own_house.get("/load")


def test_an_upload_is_discarded_before_it_is_checked(own_house: House) -> None:
    address = sent(own_house, ("更正.xlsx", workbook(G3=200)))
    assert own_house.client().post(f"{address}/forget").location == "/load"
    assert own_house.work() == 0
    own_house.get(address, status=404)


def test_a_load_is_stopped_before_it_is_written_and_never_after(own_house: House) -> None:
    before = events()
    address = upload(own_house, ("更正.xlsx", workbook(G3=200)))
    own_house.client().post(f"{address}/confirm")
    assert "停止" in own_house.get(address)
    assert own_house.client().post(f"{address}/forget").location == "/load"
    assert own_house.work() == 0
    assert events() == before
    loaded = confirm(own_house, upload(own_house, ("更正.xlsx", workbook(G3=200))))
    assert own_house.client().post(f"{loaded}/forget").status_code == 409
    assert "台账已导入" in own_house.get(loaded)


def test_files_are_gone_as_soon_as_they_are_loaded_or_refused(own_house: House) -> None:
    refused = upload(own_house, ("发放.xlsx", workbook(G9="很多")))
    loaded = confirm(own_house, upload(own_house, ("更正.xlsx", workbook(G3=200))))
    for address in (refused, loaded):
        assert not folder_of(own_house, address).exists()


def test_an_upload_is_its_owners_alone(own_house: House) -> None:
    create_user("second", "另一位", "operator", "correct horse 42", actor=SYSTEM, must_change=False)
    address = upload(own_house, ("更正.xlsx", workbook(G3=200)))
    for path in (address, f"{address}/progress"):
        own_house.get(path, "second", status=404)
    for act in ("confirm", "forget"):
        assert own_house.client("second").post(f"{address}/{act}").status_code == 404
    assert Path(address).name not in own_house.get("/load", "second")
    assert Path(address).name in own_house.get("/load")


@pytest.mark.parametrize("name", ["../../etc/passwd", "..", "job.json", "0" * 31, "G" * 32])
def test_an_upload_is_never_a_path(own_house: House, name: str) -> None:
    with pytest.raises(NotFound):
        uploads.upload_of(name, person("operator"))
    with pytest.raises(NotFound):
        uploads.let_go(name)


def test_the_list_of_uploads_says_where_each_stands(own_house: House) -> None:
    addresses = {
        "loaded": confirm(own_house, upload(own_house, ("更正.xlsx", workbook(G3=200)))),
        "wrong": upload(own_house, ("发放.xlsx", workbook(G9="很多"))),
        "ready": upload(own_house, ("再更正.xlsx", workbook(G3=201))),
        "checking": sent(own_house, ("又更正.xlsx", workbook(G3=202))),
    }
    rows = BeautifulSoup(own_house.get("/load"), "html.parser").select("[data-upload-state]")
    assert [row["data-upload-state"] for row in rows] == ["checking", "ready", "wrong", "loaded"]
    assert [row.a["href"] for row in rows if row.a] == list(reversed(addresses.values()))
    assert rows[1].get_text(" ", strip=True).split()[-3:] == ["0", "1", "0"]


def test_a_file_that_was_changed_on_the_disk_is_not_loaded(own_house: House) -> None:
    before = events()
    address = upload(own_house, ("更正.xlsx", workbook(G3=200)))
    (folder_of(own_house, address) / "0.bin").write_bytes(workbook(G3=300))
    page = own_house.get(confirm(own_house, address))
    assert "不完整" in page
    assert events() == before


def test_half_uploads_go_after_a_day_and_what_is_awaited_stays(own_house: House) -> None:
    ready = upload(own_house, ("更正.xlsx", workbook(G3=200)))
    waiting = sent(own_house, ("又更正.xlsx", workbook(G3=202)))
    broken_off = own_house.settings.uploads / ("a" * 32)
    broken_off.mkdir()
    (broken_off / "0.part").write_bytes(b"half")
    assert sweep_files() == 0
    a_day_ago = time.time() - 24 * 3600 - 60
    for address in (ready, waiting, broken_off.name):
        os.utime(folder_of(own_house, address), (a_day_ago, a_day_ago))
    assert sweep_files() == 2
    assert [path.name for path in own_house.settings.uploads.iterdir()] == [Path(waiting).name]
    own_house.get(ready, status=404)
    own_house.work()
    assert "导入预览" in own_house.get(waiting)


def test_the_rows_of_an_old_load_are_forgotten_and_their_number_stays(own_house: House) -> None:
    address = confirm(own_house, upload(own_house, ("更正.xlsx", workbook(G3=200))))
    assert list(own_house.settings.results.iterdir())
    with time_machine.travel(now() + result_files.KEPT, tick=False):
        assert sweep_files() == 2
        own_house.clients.clear()
        page = own_house.get(address)
    assert counted(page)["changed"] == "1"
    assert "明细仅保留" in page
    assert not list(own_house.settings.results.iterdir())


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


def test_work_that_waits_or_broke_off_says_so(own_house: House) -> None:
    address = sent(own_house, ("更正.xlsx", workbook(G3=200)))
    assert "排队" in own_house.get(address)
    state = own_house.client().get(f"{address}/progress").json
    assert state is not None
    assert (state["works"], state["state"], state["percent"]) == (True, "queued", 0)
    with db.transaction() as session:
        [mine] = claim(session, "a worker", [uploads.CHECK])
        assert mine is not None
        fail(session, mine, SILENT, {"times": 3})
    assert "处理中断" in own_house.get(address)


def test_new_sets_are_listed_row_by_row_with_their_ledger(own_house: House, sqlite_url: str) -> None:
    db.connect(sqlite_url)
    create_user("operator", "operator", "operator", "correct horse 42", actor=SYSTEM)
    own_house.clients.clear()
    address = upload(own_house, *((path.name, path.read_bytes()) for path in SAMPLE.glob("*.xlsx")))
    page = own_house.get(f"{address}?show=units")
    assert len(BeautifulSoup(page, "html.parser").select("section[aria-labelledby=rows] tbody tr")) == 100
    assert "第 1 页，共 2 页" in page
    confirm(own_house, address)
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
    assert "台账已导入" in own_house.get(confirm(own_house, address))
    rest = [path for path in SAMPLE.glob("*.xlsx") if path != imports]
    address = upload(own_house, *((path.name, path.read_bytes()) for path in rest))
    confirm(own_house, address)
    assert "4,375" in own_house.get("/?as_of=2024-12-31")


def test_pages_open_while_a_large_load_holds_the_turn_to_write(
    own_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = sent(own_house, ("更正.xlsx", workbook(G3=200)))
    monkeypatch.setattr(db, "BUSY_SECONDS", 0.5)
    own_house.get(address)
    inside, seen = threading.Event(), threading.Event()

    def load_for_long() -> None:
        with db.transaction():
            inside.set()
            seen.wait(20)

    writer = threading.Thread(target=load_for_long)
    writer.start()
    inside.wait(5)
    with time_machine.travel(now() + dt.timedelta(minutes=2), tick=False):  # the session is to be marked as seen again
        state = own_house.client().get(f"{address}/progress").status_code
    seen.set()
    writer.join()
    assert state == 200
