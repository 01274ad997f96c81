"""Jobs and schedules in a browser: whose jobs one sees, how far they are, what can be done with them, and when."""

from __future__ import annotations

import datetime as dt
import re
import secrets

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from werkzeug.test import TestResponse

from licensetrack.accounts.permissions import SYSTEM
from licensetrack.core import db
from licensetrack.core.audit import AuditEntry
from licensetrack.core.clock import now
from licensetrack.core.job_claims import claim, note_line, note_progress
from licensetrack.core.job_queue import Job, enqueue
from licensetrack.core.job_schedules import ScheduleRow
from licensetrack.web.job_words import cron_words
from tests.site import House, person

SYSADMIN = "system_administrator"
LATER = dt.timedelta(days=1)


def wanted(by: str | None = None, kind: str = "books:check", **options: object) -> int:
    with db.transaction() as session:
        actor = SYSTEM if by is None else person(by)
        return enqueue(session, kind, actor=actor, **options).id  # type: ignore[arg-type]


def sent(house: House, path: str, role: str = SYSADMIN, **fields: str) -> TestResponse:
    return house.client(role).post(path, data={"once": secrets.token_hex(16)} | fields)


def job(job_id: int) -> Job:
    with db.reading() as session:
        return session.get_one(Job, job_id)


def texts(page: str) -> str:
    return re.sub(r"\s+", " ", BeautifulSoup(page, "html.parser").get_text(" "))


@pytest.mark.parametrize("path", ["/jobs", "/schedules", "/schedules/check-books", "/jobs?state=done&kind=books:check"])
@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_the_pages_have_one_heading_and_one_language(house: House, path: str, language: str) -> None:
    page = BeautifulSoup(house.get(path, SYSADMIN, language=language), "html.parser")
    assert len(page.find_all("h1")) == 1
    for hidden in page.select("code, .code, .me, script, style"):
        hidden.decompose()
    main = page.main.get_text(" ") if page.main else ""
    if language == "zh_CN":
        assert set(re.findall(r"[A-Za-z]{4,}", main)) - {"cron", "Webhook"} == set()
    else:
        assert re.findall(r"[\u4e00-\u9fff]+", main) == []


def test_the_administrator_sees_all_jobs_and_everybody_else_the_own_ones(own_house: House) -> None:
    mine, other = wanted("operator", not_before=now() + LATER), wanted(not_before=now() + LATER)
    assert f"/jobs/{mine}" in own_house.get("/jobs")
    assert f"/jobs/{other}" not in own_house.get("/jobs")
    own_house.get(f"/jobs/{mine}")
    own_house.get(f"/jobs/{other}", status=404)
    own_house.get(f"/jobs/{other}/progress", status=404)
    assert sent(own_house, f"/jobs/{other}/cancel", "operator").status_code == 404
    listed = own_house.get("/jobs", SYSADMIN)
    assert f"/jobs/{mine}" in listed
    assert f"/jobs/{other}" in listed
    assert f"/jobs/{other}" not in own_house.get("/jobs?show=own", SYSADMIN)


def test_a_queued_job_is_cancelled_once_and_run_again(own_house: House) -> None:
    job_id = wanted("operator", "files:sweep")
    key = secrets.token_hex(16)
    assert sent(own_house, f"/jobs/{job_id}/cancel", "operator", once=key).status_code == 303
    assert sent(own_house, f"/jobs/{job_id}/cancel", "operator", once=key).status_code == 303
    assert sent(own_house, f"/jobs/{job_id}/cancel", "operator").status_code == 409
    assert "已取消" in texts(own_house.get(f"/jobs/{job_id}"))
    assert sent(own_house, f"/jobs/{job_id}/retry", "operator").status_code == 303
    assert own_house.work() == 1
    assert job(job_id).state == "done"
    with db.reading() as session:
        tags = session.scalars(select(AuditEntry.tag).where(AuditEntry.subject == f"job:{job_id}")).all()
    assert sorted(tags) == ["system:job:cancel", "system:job:retry"]


def test_a_running_job_says_how_far_it_is_to_the_page_that_watches(own_house: House) -> None:
    job_id = wanted("operator")
    with db.transaction() as session:
        [mine] = claim(session, "here", ["books:check"])
        note_progress(session, mine, 250, 1000)
        note_line(session, mine, "%(count)s invariants are broken.", {"count": 3})
    page = BeautifulSoup(own_house.get(f"/jobs/{job_id}"), "html.parser")
    panel = page.select_one("[data-job]")
    assert panel is not None
    assert "25% · 250 / 1,000" in panel.get_text(" ")
    assert panel.select_one("noscript a") is not None
    answer = own_house.client().get(f"{panel['data-job']}").get_json()
    assert (answer["works"], answer["percent"], answer["done"], answer["total"]) == (True, 25, 250, 1000)
    assert [line["text"] for line in answer["lines"]] == ["3 项核对未通过。"]
    assert own_house.client().get(f"{panel['data-job']}?after={answer['lines'][0]['id']}").get_json()["lines"] == []


def test_a_job_shows_what_was_asked_for_without_secrets_and_its_result_with_a_link(own_house: House) -> None:
    job_id = wanted("operator", year=2024, smtp_password="open sesame")
    with db.transaction() as session:
        found = session.get_one(Job, job_id)
        found.state, found.ended_at, found.result = "done", now(), {"link": "/evaluations", "pages": 12}
    page = own_house.get(f"/jobs/{job_id}")
    assert "open sesame" not in page
    assert "2024" in texts(page)
    assert 'class="btn btn-primary" href="/evaluations"' in page
    with db.transaction() as session:
        session.get_one(Job, job_id).result = {"link": "//elsewhere.example/x"}
    assert "elsewhere" not in own_house.get(f"/jobs/{job_id}")


def test_a_failed_job_says_why_in_the_readers_language(own_house: House) -> None:
    job_id = wanted("operator", not_before=now() + LATER)
    with db.transaction() as session:
        found = session.get_one(Job, job_id)
        found.state, found.ended_at = "failed", now()
        found.error, found.error_values = "It broke off: %(reason)s.", {"reason": "OSError"}
    assert "执行中断：OSError。" in texts(own_house.get(f"/jobs/{job_id}"))
    assert "It broke off: OSError." in texts(own_house.get(f"/jobs/{job_id}", language="en"))


def test_a_schedule_is_run_now_and_its_job_stands_beside_its_times(own_house: House) -> None:
    answer = sent(own_house, "/schedules/sweep-files/run")
    assert answer.status_code == 303
    job_id = int(answer.location.rpartition("/")[2])
    assert job(job_id).schedule == "sweep-files"
    assert job(job_id).wanted_by == SYSADMIN
    own_house.work()
    assert "已完成" in texts(own_house.get("/schedules", SYSADMIN))
    assert f"/jobs/{job_id}" in own_house.get("/schedules/sweep-files", SYSADMIN)


def test_a_schedule_is_paused_and_resumed_and_a_stale_page_is_told(own_house: House) -> None:
    assert sent(own_house, "/schedules/check-books/pause", version="1").status_code == 303
    assert "已暂停" in texts(own_house.get("/schedules/check-books", SYSADMIN))
    assert sent(own_house, "/schedules/check-books/resume", version="1").status_code == 409
    assert sent(own_house, "/schedules/check-books/resume", version="2").status_code == 303
    with db.reading() as session:
        row = session.get_one(ScheduleRow, "check-books")
    assert (row.paused, row.revision) == (False, 3)


def test_another_time_is_checked_at_its_field_and_what_was_typed_stays(own_house: House) -> None:
    refused = sent(own_house, "/schedules/check-books/time", cron="61 2 * * *", version="1")
    assert refused.status_code == 422
    field = BeautifulSoup(refused.text, "html.parser").select_one("#cron")
    assert field is not None
    assert (field["value"], field["aria-invalid"]) == ("61 2 * * *", "true")
    assert "“61”不能填在该处" in texts(refused.text)
    assert sent(own_house, "/schedules/check-books/time", cron=" 0  6 * * 1 ", version="1").status_code == 303
    assert "每周一 06:00" in texts(own_house.get("/schedules", SYSADMIN))
    assert sent(own_house, "/schedules/check-books/time", cron="", version="2").status_code == 303
    with db.reading() as session:
        assert session.get_one(ScheduleRow, "check-books").cron is None


@pytest.mark.parametrize(
    ("cron", "chinese", "english"),
    [
        ("30 2 * * *", "每天 02:30", "every day at 02:30"),
        ("0 9,17 * * *", "每天 09:00、17:00", "every day at 09:00, 17:00"),
        ("10 * * * *", "每小时第 10 分", "every hour at minute 10"),
        ("0 * * * *", "每小时整点", "every hour, on the hour"),
        ("*/5 * * * *", "每 5 分钟", "every 5 minutes"),
        ("* * * * *", "每分钟", "every minute"),
        ("* * * * * *", "每秒", "every second"),
        ("15 */6 * * *", "每 6 小时的第 15 分", "every 6 hours at minute 15"),
        ("0 9 * * 1-5", "周一至周五 09:00", "on working days (Monday to Friday) 09:00"),
        ("0 9 * * 1,0", "每周一、周日 09:00", "every Monday, Sunday 09:00"),
        ("0 8 1,15 * *", "每月 1、15 日 08:00", "on day 1, 15 of each month 08:00"),
        ("0 8 5 1,7 *", "每年 1、7 月 5 日 08:00", "on day 5 of month 1, 7 08:00"),
        ("*/5 * * * 1", "每周一，每 5 分钟", "every Monday, every 5 minutes"),
        ("1-10/3 8 * * *", "1-10/3 8 * * *", "1-10/3 8 * * *"),
        ("nonsense", "nonsense", "nonsense"),
    ],
)
def test_a_cron_text_is_said_in_words(house: House, cron: str, chinese: str, english: str) -> None:
    for language, words in (("zh_CN", chinese), ("en", english)):
        with house.app.test_request_context(headers={"Cookie": f"language={language}"}):
            assert cron_words(cron) == words
