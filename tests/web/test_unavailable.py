"""A database that is full, away or not sure is told in words with 503; reading goes on where it can."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from licensetrack.core import commit_doubts, db
from licensetrack.core.errors import Uncertain
from tests.site import House


def test_a_full_disk_refuses_writing_in_words_and_reading_goes_on(own_house: House) -> None:
    def no_more(connection: Any, *_: Any) -> None:
        [pages] = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")

    event.listen(db.engine().pool, "checkout", no_more)
    statuses = set()
    for number in range(60):  # until what is free inside the file is used up
        answer = own_house.client("operator").post(
            "/units/new",
            data={"once": secrets.token_hex(16), "code": f"SZ9{number:03}", "name": f"深圳市第{number}测试中心（示例）",
                  "short_name": "", "category": "事业单位", "district": "南山区", "in_scope": "y", "on": "2024-01-01"},
        )  # fmt: skip
        statuses.add(answer.status_code)
        if answer.status_code == 503:
            break
    assert answer.status_code == 503, statuses
    assert "服务器磁盘已满" in answer.text
    assert "系统出错" not in answer.text
    assert own_house.client("operator").get("/units").status_code == 200
    event.remove(db.engine().pool, "checkout", no_more)
    db.engine().dispose()


def test_a_database_that_is_away_is_told_without_asking_it_who_is_signed_in(own_house: House, tmp_path: Path) -> None:
    own_house.client("operator")
    db.connect(f"sqlite:///{tmp_path}")
    answer = own_house.client("operator").get("/sets")
    assert answer.status_code == 503
    assert "暂时无法连接数据库" in answer.text
    assert answer.headers["Retry-After"] == "60"
    assert answer.headers["X-Request-ID"] in answer.text


def test_a_commit_that_was_not_confirmed_is_told_as_such(altered_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def unsure() -> str:
        raise Uncertain(commit_doubts.UNSURE)

    unsure.access = "allocation:read"  # type: ignore[attr-defined]
    altered_house.app.view_functions["ledger.sets"] = unsure
    page = altered_house.get("/sets", status=503)
    assert "无法确定是否已保存" in page
    assert "结果未确定" in page
    with db.reading() as session:
        assert not session.connection().exec_driver_sql("SELECT 1 FROM audit_entry WHERE outcome = 'refused'").first()
    monkeypatch.undo()


def test_only_that_warning_is_a_doubt_and_it_ends_with_the_commit() -> None:
    class Notice:
        source_function = "SyncRepWaitForLSN"

    class Other:
        source_function = "ProcedureCreate"

    with commit_doubts.told():
        commit_doubts._heard(Other())
    with pytest.raises(Uncertain), commit_doubts.told():
        commit_doubts._heard(Notice())
    with commit_doubts.told():
        pass
    lost = OperationalError("COMMIT", {}, Exception("server closed the connection"))
    lost.connection_invalidated = True
    with pytest.raises(Uncertain), commit_doubts.told():
        raise lost
    with pytest.raises(OperationalError), commit_doubts.told():
        raise OperationalError("COMMIT", {}, Exception("disk full"))
