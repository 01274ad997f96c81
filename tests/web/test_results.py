"""Documents that take long: made by a job, kept for whoever wanted them, the same bytes as those made at once."""

from __future__ import annotations

import hashlib

import pytest
import time_machine
from bs4 import BeautifulSoup
from sqlalchemy import select

from licensetrack.accounts.permissions import SYSTEM
from licensetrack.accounts.users import create_user
from licensetrack.core import db, result_files
from licensetrack.core.audit import AuditEntry
from licensetrack.core.clock import now
from licensetrack.jobs.books import sweep_files
from licensetrack.jobs.outputs import TAG
from licensetrack.reports import evaluation_outputs
from licensetrack.reports.verify_pack import verify
from tests.site import House

PAGE = "/evaluations/1/outputs"


@pytest.fixture
def slow_house(own_house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """A house in which every list counts as long."""
    monkeypatch.setattr(evaluation_outputs, "MOST_LINES", 10)
    monkeypatch.setattr(evaluation_outputs, "MOST_BYTES", 10)
    return own_house


def wanted(house: House, name: str, role: str = "auditor") -> str:
    """Presses the button of an output on the page; the address of what is being made."""
    page = BeautifulSoup(house.get(PAGE, role), "html.parser")
    [form] = [one for one in page.select("form") if one.select(f"input[name=output][value='{name}']")]
    fields = {str(one["name"]): str(one["value"]) for one in form.select("input")}
    answer = house.client(role).post(str(form["action"]), data=fields)
    assert answer.status_code == 303
    assert house.client(role).post(str(form["action"]), data=fields).location == answer.location, "a second click"
    return answer.location


def taken(house: House, address: str, role: str = "auditor") -> bytes:
    """The bytes behind an address."""
    with house.client(role).get(address) as answer:
        assert answer.status_code == 200
        return answer.data


def test_small_outputs_come_at_once_and_long_ones_by_a_job(own_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = own_house.get(PAGE, "auditor")
    assert 'name="output"' not in at_once
    monkeypatch.setattr(evaluation_outputs, "MOST_LINES", 600)
    page = BeautifulSoup(own_house.get(PAGE, "auditor"), "html.parser")
    long = [str(one["value"]) for one in page.select("input[name=output]")]
    assert long == ["evaluation.pdf", "evaluation.docx", "evaluation.xlsx", "pack.zip"]
    answer = own_house.client("auditor").get("/evaluations/1/outputs/evaluation.pdf")
    assert (answer.status_code, answer.location) == (303, PAGE)


@pytest.mark.parametrize("name", ["evaluation.pdf", "sets.xlsx", "evidence.zip"])
def test_what_a_job_makes_is_what_is_made_at_once(own_house: House, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    path = "/evaluations/1/evidence.zip" if name == "evidence.zip" else f"{PAGE}/{name}"
    at_once = taken(own_house, path)
    monkeypatch.setattr(evaluation_outputs, "MOST_LINES", 10)
    monkeypatch.setattr(evaluation_outputs, "MOST_BYTES", 10)
    address = wanted(own_house, name)
    assert "正在生成" in own_house.get(address, "auditor")
    own_house.get(f"{address}/file", "auditor", status=404)
    assert own_house.work() == 1
    page = own_house.get(address, "auditor")
    assert hashlib.sha256(at_once).hexdigest() in page
    assert taken(own_house, f"{address}/file") == at_once
    assert f"{address}/file" in own_house.get(PAGE, "auditor")
    with db.reading() as session:
        tags = list(session.scalars(select(AuditEntry.tag).order_by(AuditEntry.seq.desc()).limit(2)))
    assert tags[1] == TAG
    assert tags[0].endswith(":download")


def test_a_pack_made_by_a_job_is_whole(slow_house: House) -> None:
    address = wanted(slow_house, "pack.zip")
    assert slow_house.work() == 1
    content = taken(slow_house, f"{address}/file")
    assert [one.title for one in verify(content) if not one.ok] == []


def test_a_result_is_for_whoever_wanted_it_and_may_have_it_still(slow_house: House) -> None:
    address = wanted(slow_house, "pack.zip")
    slow_house.work()
    create_user("second", "另一位", "auditor", "correct horse 42", actor=SYSTEM, must_change=False)
    for path in (address, f"{address}/file"):
        slow_house.get(path, "second", status=404)
        slow_house.get(path, "manager", status=404)
    refused = slow_house.client("operator").post(PAGE, data={"output": "pack.zip", "once": "a" * 32})
    assert refused.status_code == 403
    assert slow_house.client("operator").post(PAGE, data={"output": "x.pdf", "once": "b" * 32}).status_code == 404


def test_a_result_goes_after_its_days_and_says_so(slow_house: House) -> None:
    address = wanted(slow_house, "sets.xlsx")
    slow_house.work()
    assert len(list(slow_house.settings.results.iterdir())) == 1
    assert sweep_files() == 0
    with time_machine.travel(now() + result_files.KEPT, tick=False):
        assert sweep_files() == 1
        slow_house.clients.clear()
        assert "已过保留期" in slow_house.get(address, "auditor")
        slow_house.get(f"{address}/file", "auditor", status=404)
    assert not list(slow_house.settings.results.iterdir())


def test_a_damaged_result_is_not_handed_out(slow_house: House) -> None:
    address = wanted(slow_house, "sets.xlsx")
    slow_house.work()
    [path] = slow_house.settings.results.iterdir()
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    slow_house.get(f"{address}/file", "auditor", status=404)


def test_files_that_no_ended_job_names_are_swept_but_not_under_a_job_that_runs(slow_house: House) -> None:
    address = wanted(slow_house, "sets.xlsx")
    folder = slow_house.settings.results
    folder.mkdir(exist_ok=True)
    job_id = address.rpartition("/")[2]
    for name in (f"{job_id}-{'a' * 16}", f"{job_id}-{'b' * 16}.part", f"987654-{'c' * 16}"):
        (folder / name).write_bytes(b"left behind by a kill")
    slow_house.work()
    assert [path.name.partition("-")[0] for path in sorted(folder.iterdir())] == [job_id, "987654"]
    assert sweep_files() == 1
    assert len(taken(slow_house, f"{address}/file")) > 1000
