"""After a red check: a banner on every page, reading goes on, every act is refused in words, until it is released."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select, text

from licensetrack.core import db
from licensetrack.core.audit import AuditEntry
from licensetrack.core.clock import now
from licensetrack.core.job_queue import Job
from licensetrack.core.read_only import is_read_only
from licensetrack.verify import nightly
from licensetrack.verify.history import CheckRun
from licensetrack.verify.report import CLOSINGS
from tests.site import PASSWORD, House, person
from tests.web.forms import form_of
from tests.web.routes.table import placed, table

SOURCE = Path(nightly.__file__).resolve().parents[1]
BANNER = "系统自"
# Whoever else writes while the program is read-only has to be named here, with what it is needed for.
SPARED = {
    "accounts/own.py": "to sign in, one chooses a password or a second factor",
    "accounts/second_factor.py": "to sign in, where a factor was lost",
    "accounts/sessions.py": "to sign in",
    "accounts/tokens.py": "a token that somebody else may know ends; refused uses are recorded",
    "accounts/users.py": "to sign in, where a password was forgotten",
    "accounts/unused.py": "sessions whose time is over end",
    "core/job_queue.py": "jobs",
    "handover/license_files.py": "the trace of a file that was read",
    "jobs/acts.py": "schedules, and checks that are asked for",
    "jobs/backups.py": "how a backup ended",
    "jobs/handlers.py": "jobs",
    "jobs/nightly_backup.py": "alarms",
    "jobs/notices.py": "alarms go out",
    "jobs/outputs.py": "reports are made by jobs",
    "jobs/running.py": "jobs",
    "jobs/worker.py": "jobs",
    "notices/deliveries.py": "alarms go out",
    "notices/reading.py": "alarms are read",
    "notices/telling.py": "alarms are told",
    "verify/nightly.py": "checks and the release",
    "verify/report.py": "how a check ended",
    "web/acts.py": "what a page is for",
    "web/audit.py": "the audit trail",
    "web/exports.py": "the audit trail",
    "web/refusals.py": "the audit trail",
}


def break_the_books(house: House, by: int = 1) -> None:
    """Somebody changed a number behind the program's back, and the night finds it; or the number is put right."""
    house.bind()
    with db.transaction(even_read_only=True) as session:
        session.execute(text("UPDATE entitlement SET used_cpus = used_cpus + :by"), {"by": by})
    nightly.check_books(actor=person("system_administrator"))
    assert is_read_only()


def test_only_what_is_named_here_writes_even_then() -> None:
    found = {
        str(path.relative_to(SOURCE))
        for path in SOURCE.rglob("*.py")
        if re.search(r"transaction\(\s*even_read_only=(True|even_read_only|handlers)", path.read_text(encoding="utf-8"))
    }
    assert found == set(SPARED)


def test_every_page_that_could_be_read_before_can_be_read_now(own_full_house: House) -> None:
    break_the_books(own_full_house)
    wrong = []
    for (endpoint, method), route in table().items():
        if method != "GET" or route.open:
            continue
        role = min(route.who)
        address = placed(route.address, own_full_house.objects)
        with own_full_house.client(role).get(address) as answer:
            if answer.status_code != route.expected(role):
                wrong.append(f"{address} as {role}: {answer.status_code} instead of {route.expected(role)}")
            elif answer.status_code == 200 and answer.mimetype == "text/html" and BANNER not in answer.text:
                wrong.append(f"{endpoint}: no banner")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("role", "page", "form"),
    [
        ("manager", "/reminders/limits", {"import": "45"}),
        ("security_administrator", "/policy", {"profile": "asvs"}),
    ],
)
def test_an_act_is_refused_in_words_and_nothing_is_written(
    own_house: House, role: str, page: str, form: dict[str, str]
) -> None:
    break_the_books(own_house)
    shown = form_of(own_house.get(page, role))
    answer = own_house.client(role).post(page, data=shown | form)
    assert answer.status_code == 503
    assert "未写入任何内容" in answer.text
    with db.reading() as session:
        assert session.execute(text("SELECT count(*) FROM setting")).scalar() == 0
        tag = "SELECT tag, outcome FROM audit_entry ORDER BY seq DESC LIMIT 1"
        assert session.execute(text(tag)).one().outcome == "refused"


def test_people_sign_in_and_the_probe_says_how_it_stands(own_house: House) -> None:
    break_the_books(own_house)
    browser = own_house.app.test_client()
    assert browser.post("/login", data={"login": "operator", "password": PASSWORD}).status_code == 302
    assert BANNER in browser.get("/desk").text
    probe = browser.get("/readyz")
    assert (probe.status_code, probe.json["status"], probe.json["read_only"]) == (200, "read-only", True)


def test_pages_name_what_is_broken_in_the_reader_s_language(own_house: House) -> None:
    break_the_books(own_house)
    for language, words in (
        ("zh_CN", "授权权利的已用数量等于其项下授权之和"),
        ("en", "an entitlement's counters equal its sets"),
    ):
        shown = own_house.get("/checks", "system_administrator", language=language)
        one = re.findall(r"/checks/\d+", shown)[-1]
        assert words in shown
        page = own_house.get(one, "system_administrator", language=language)
        assert words in page
        assert "报价" not in page
    trail = own_house.get("/audit?tag=system:check:run", "auditor")
    entry = own_house.get(re.findall(r"/audit/\d+", trail)[0], "auditor")
    assert "不成立的事项" in entry
    assert "授权权利的已用数量等于其项下授权之和" in entry
    assert "an entitlement" not in entry
    with db.reading() as session:  # what is kept stays English, whoever reads it
        assert (
            "an entitlement's counters equal its sets"
            in session.execute(text("SELECT broken FROM check_run")).scalar_one()
        )


def test_what_is_broken_and_stops_nothing_is_shown_as_neither_good_nor_bad(own_house: House) -> None:
    own_house.bind()
    with db.transaction() as session:
        for stops in (False, True):
            broken = [{"invariant": CLOSINGS, "examples": [], "stops": stops}]
            session.add(CheckRun(kind="books", part="", began_at=now(), ended_at=now(), asked=130, broken=broken,
                                 login="system"))  # fmt: skip
            session.flush()
    shown = BeautifulSoup(own_house.get("/checks", "system_administrator"), "html.parser")
    assert [badge["class"][-1] for badge in shown.select("td .outcome")] == ["outcome-refused", "outcome-noted"]


def test_the_system_administrator_checks_again_and_releases(own_house: House) -> None:
    break_the_books(own_house)
    role = "system_administrator"
    browser, page = own_house.client(role), own_house.get("/checks", role)
    assert "1 项不成立" in page
    form = form_of(page, "/release") | {"reason": "已按备份还原"}
    refused = browser.post("/checks/release", data=form)
    assert refused.status_code == 422
    assert "尚无台账和文件全部通过的核验" in refused.text
    with db.transaction(even_read_only=True) as session:
        session.execute(text("UPDATE entitlement SET used_cpus = used_cpus - 1"))
    asked = form_of(own_house.get("/checks", role), "/now")
    assert browser.post("/checks/now", data=asked).status_code == 303
    own_house.work()
    assert "全部成立" in own_house.get("/checks", role)
    form = form_of(own_house.get("/checks", role), "/release") | {"reason": "已按备份还原"}
    assert browser.post("/checks/release", data=form).status_code == 303
    assert not is_read_only()
    assert BANNER not in own_house.get("/desk")


def test_checks_that_wait_already_are_not_wanted_twice(own_house: House) -> None:
    role = "system_administrator"
    browser = own_house.client(role)
    for _ in range(2):  # two tabs; a second click of one is met before
        assert browser.post("/checks/now", data=form_of(own_house.get("/checks", role), "/now")).status_code == 303
    with db.reading() as session:
        kinds = session.scalars(select(Job.kind).where(Job.kind.like("%:check")).order_by(Job.kind)).all()
        asked = session.execute(select(AuditEntry.tag, AuditEntry.actor).where(AuditEntry.tag == "system:check:ask"))
        assert kinds == ["books:check", "files:check"]
        assert asked.all() == [("system:check:ask", role)] * 2
