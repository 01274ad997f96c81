"""Backups as a page: the system administrator makes one by a job, watches it, and sees which are kept."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import time_machine
from bs4 import BeautifulSoup

from licensetrack.core.clock import now
from licensetrack.jobs import kept_backups
from licensetrack.jobs.backups import check_backup
from tests.site import House

ADMIN = "system_administrator"


@pytest.fixture
def backed_up(own_house: House, tmp_path: Path) -> House:
    """A house whose backups lie in a folder of their own."""
    kept_backups.use_folder(tmp_path / "backups")
    return own_house


def test_a_backup_is_made_by_a_job_from_the_page(backed_up: House) -> None:
    page = BeautifulSoup(backed_up.get("/backups", ADMIN), "html.parser")
    assert "尚未生成备份" in page.text
    [form] = page.select("main form[action$='/run']")
    fields = {str(one["name"]): str(one["value"]) for one in form.select("input")}
    job = backed_up.client(ADMIN).post(str(form["action"]), data=fields)
    assert job.status_code == 303
    assert backed_up.client(ADMIN).post(str(form["action"]), data=fields).location == job.location, "a second click"
    assert backed_up.work() >= 1
    [(_, path)] = kept_backups.backups()
    assert len(check_backup(path)) > 5
    done = backed_up.client(ADMIN).get(f"{job.location}/progress").json
    assert done is not None
    assert (done["state"], done["percent"]) == ("done", 100)
    assert done["total"] > 5, "it told how many parts it wrote"
    assert path.name in backed_up.get("/backups", ADMIN)


def test_the_page_says_when_the_newest_backup_is_too_old(backed_up: House) -> None:
    kept_backups.make_backup()
    assert "48小时" not in backed_up.get("/backups", ADMIN)
    with time_machine.travel(now() + dt.timedelta(hours=49), tick=False):
        backed_up.clients.clear()
        assert "48小时" in backed_up.get("/backups", ADMIN)
