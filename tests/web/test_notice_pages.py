"""Pages of notices: the bell, one's own list and wishes, deliveries and endpoints for who runs the program."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import func, select, update

from licensetrack.accounts.models import LoginSession, User
from licensetrack.core.audit import AuditEntry
from licensetrack.core.clock import now
from licensetrack.core.db import reading, transaction
from licensetrack.core.outbox import OutboxMessage
from licensetrack.notices import channels, deliveries, links, telling
from licensetrack.notices.channels import Channels, MailServer
from licensetrack.notices.kinds import KINDS
from licensetrack.notices.models import Delivery, Notice, NoticeEvent, WebhookEndpoint
from licensetrack.notices.posting import post
from licensetrack.notices.tags import SILENT, SILENT_ROOMS, TELLERS
from tests.site import CORRECTED, House, person
from tests.web.forms import form_of

ADMIN = "system_administrator"
KIND = "request_submitted"


def tell(role: str, number: str = "XQ-2025-0001", kind: str = KIND) -> int:
    """Tells that person of a request; the notice's number."""
    someone = person(role)
    with transaction() as db:
        post(
            db, kind, to=[someone.id or 0], subject=f"request:{number}", link=f"/sets/{CORRECTED}", number=number,
            unit="第一中学", by="张某", reason="缺少主机清单",
        )  # fmt: skip
        return db.scalars(select(func.max(Notice.id))).one()


def bell(page: str) -> str:
    """What the bell says: a number, or nothing."""
    found = BeautifulSoup(page, "html.parser").select_one("[data-bell-count]")
    assert found is not None
    return "" if found.has_attr("hidden") else found.get_text()


def press(house: House, role: str, page: str, action: str) -> str:
    """Sends a form of a page; where that leads."""
    form = form_of(house.get(page, role), action)
    return str(house.client(role).post(action, data=form).location)


def test_the_bell_counts_what_is_unread_on_every_page(own_house: House) -> None:
    before = bell(own_house.get("/sets", "reviewer"))
    assert before == ""
    tell("reviewer")
    tell("reviewer", "XQ-2025-0002")
    assert bell(own_house.get("/sets", "reviewer")) == "2"
    assert own_house.client("reviewer").get("/notices/count").json == {"unread": 2}
    assert bell(own_house.get("/sets", "operator")) == ""


def test_opening_a_notice_marks_it_as_read_and_leads_to_what_it_is_about(own_house: House) -> None:
    number = tell("reviewer")
    assert "申请XQ-2025-0001待受理" in own_house.get("/notices", "reviewer")
    assert press(own_house, "reviewer", "/notices", f"/notices/{number}/open") == f"/sets/{CORRECTED}"
    assert bell(own_house.get("/notices", "reviewer")) == ""
    assert "没有未读通知" in own_house.get("/notices", "reviewer")
    assert "申请XQ-2025-0001待受理" in own_house.get("/notices?show=all", "reviewer")


def test_a_notice_is_marked_as_read_one_by_one_or_all_at_once(own_house: House) -> None:
    first = tell("reviewer")
    tell("reviewer", "XQ-2025-0002")
    assert press(own_house, "reviewer", "/notices", f"/notices/{first}/read") == "/notices"
    assert bell(own_house.get("/notices", "reviewer")) == "1"
    form = form_of(own_house.get("/notices", "reviewer"), "/notices/read")
    tell("reviewer", "XQ-2025-0003")  # came after the page was made: nobody has seen it
    own_house.client("reviewer").post("/notices/read", data=form)
    assert bell(own_house.get("/notices", "reviewer")) == "1"


def test_nobody_reads_the_notices_of_another(own_house: House) -> None:
    number = tell("reviewer")
    tell("operator", "XQ-2025-0002")
    form = form_of(own_house.get("/notices", "operator"), "/open")
    answer = own_house.client("operator").post(f"/notices/{number}/open", data=form)
    assert answer.status_code == 404
    assert bell(own_house.get("/notices", "reviewer")) == "1"
    assert "XQ-2025-0001" not in own_house.get("/notices?show=all", "operator")


def test_a_notice_that_the_role_of_now_may_not_see_is_shown_no_more(own_house: House) -> None:
    tell("reviewer")
    with transaction() as db:
        db.execute(update(User).where(User.login == "reviewer").values(role="auditor"))
    assert bell(own_house.get("/notices", "reviewer")) == ""
    assert "XQ-2025-0001" not in own_house.get("/notices?show=all", "reviewer")


def test_what_people_typed_is_text_in_the_list(own_house: House) -> None:
    tell("reviewer", "<script>alert(1)</script>")
    assert "<script>alert(1)" not in own_house.get("/notices", "reviewer")


@pytest.mark.parametrize("page", ["0", "99"])
def test_a_page_that_is_not_there_is_the_nearest_one(own_house: House, page: str) -> None:
    tell("reviewer", "XQ-2025-0007")
    assert "XQ-2025-0007" in own_house.get(f"/notices?page={page}", "reviewer")


def test_the_bell_asking_is_no_sign_that_anybody_is_there(own_house: House) -> None:
    browser = own_house.client("reviewer")
    browser.get("/sets")
    long_ago = now() - dt.timedelta(minutes=20)
    with transaction() as db:
        db.execute(update(LoginSession).values(seen_at=long_ago))
    assert browser.get("/notices/count").status_code == 200
    with reading() as db:
        assert set(db.scalars(select(LoginSession.seen_at))) == {long_ago}
    browser.get("/sets")
    with reading() as db:
        assert db.scalars(select(func.max(LoginSession.seen_at))).one() > long_ago


def test_each_decides_how_to_be_told_and_what_must_be_done_keeps_its_bell(own_house: House) -> None:
    page = own_house.get("/notices/settings", "reviewer")
    assert "始终开启" in page
    assert f"bell_{KIND}" not in page
    form = form_of(page, "")
    form[f"mail_{KIND}"] = "digest"
    form.pop("bell_request_withdrawn")
    assert own_house.client("reviewer").post("/notices/settings", data=form).location == "/notices/settings"
    kept = form_of(own_house.get("/notices/settings", "reviewer"), "")
    assert kept[f"mail_{KIND}"] == "digest"
    assert "bell_request_withdrawn" not in kept
    tell("reviewer", kind="request_withdrawn")
    assert bell(own_house.get("/notices", "reviewer")) == ""
    assert '"mail_account_locked"' not in page  # a reviewer is never told of that


def test_a_kind_that_the_role_is_never_told_of_can_not_be_chosen(own_house: House) -> None:
    form = form_of(own_house.get("/notices/settings", "reviewer"), "")
    form["mail_account_locked"] = "at_once"
    assert own_house.client("reviewer").post("/notices/settings", data=form).status_code == 422


def test_an_address_is_kept_on_the_own_page_and_told_to_the_audit_trail_veiled(own_house: House) -> None:
    form = form_of(own_house.get("/account", "reviewer"), "/account/contact")
    form |= {"email": "rosa@center.example", "language": "en"}
    assert own_house.client("reviewer").post("/account/contact", data=form).location == "/account"
    with reading() as db:
        user = db.scalars(select(User).where(User.login == "reviewer")).one()
        entry = db.scalars(select(AuditEntry).where(AuditEntry.tag == "accounts:own:contact")).one()
    assert (user.email, user.language) == ("rosa@center.example", "en")
    assert "rosa@" not in entry.details
    assert "r***@center.example" in entry.details


@pytest.mark.parametrize("address", ["rosa", "rosa@center", "rosa@center.example, x@y.example"])
def test_a_wrong_address_is_told_at_its_field_and_stays_to_be_mended(own_house: House, address: str) -> None:
    form = form_of(own_house.get("/account", "reviewer"), "/account/contact") | {"email": address}
    answer = own_house.client("reviewer").post("/account/contact", data=form)
    assert answer.status_code == 422
    field = BeautifulSoup(answer.text, "html.parser").select_one("#contact-email")
    assert field is not None
    assert field["value"] == address
    assert "电子邮箱格式不正确" in answer.text


def test_the_system_administrator_sets_the_address_of_another(own_house: House) -> None:
    number = person("reviewer").id
    form = form_of(own_house.get(f"/people/{number}", ADMIN), "/contact") | {"email": "rosa@center.example"}
    assert own_house.client(ADMIN).post(f"/people/{number}/contact", data=form).location == f"/people/{number}"
    stale = own_house.client(ADMIN).post(f"/people/{number}/contact", data=form | {"once": "0" * 32})
    assert stale.status_code == 409


def test_deliveries_say_what_went_wrong_without_telling_addresses(own_house: House) -> None:
    with transaction() as db:
        db.execute(update(User).where(User.login == "reviewer").values(email="rosa@center.example"))
    tell("reviewer")
    mine = deliveries.claim_next("mail")
    assert mine is not None
    deliveries.broken(mine, "The mail server refused it: %(code)s %(reply)s", code=550, reply="no such box")
    page = own_house.get("/deliveries?state=failed&channel=mail", ADMIN)
    assert "邮件服务器拒收：550 no such box" in page
    assert "r***@center.example" in page
    assert "rosa@" not in page
    assert press(own_house, ADMIN, "/deliveries?state=failed", f"/deliveries/{mine.id}/resend?state=failed")
    with reading() as db:
        assert db.scalars(select(Delivery.state)).all() == ["waiting"]
    assert "没有符合条件的发送记录" in own_house.get("/deliveries?state=failed", ADMIN)


def test_a_test_mail_goes_to_who_asks_for_it(own_house: House) -> None:
    channels.use(Channels(mail=MailServer(host="mail.example", sender="licences@center.example")))
    try:
        with transaction() as db:
            db.execute(update(User).where(User.login == ADMIN).values(email="sun@center.example"))
        assert press(own_house, ADMIN, "/deliveries", "/deliveries/test") == "/deliveries"
        assert "s***@center.example" in own_house.get("/deliveries", ADMIN)
    finally:
        channels.use(Channels())
    with reading() as db:
        assert db.scalars(select(Delivery.kind)).all() == ["test"]


def test_an_endpoint_is_made_where_it_may_be_and_its_secret_shown_once(own_house: House) -> None:
    channels.use(Channels(webhook_hosts=("hooks.example",)))
    try:
        form = form_of(own_house.get("/webhooks/new", ADMIN), "") | {"name": "运维平台", "active": "on"}
        wrong = own_house.client(ADMIN).post("/webhooks/new", data=form | {"url": "https://127.0.0.1/"})
        assert wrong.status_code == 422
        assert "该地址未列入LICENSETRACK_WEBHOOK_HOSTS" in wrong.text
        right = form | {"url": "https://hooks.example/licensetrack"}
        made = own_house.client(ADMIN).post("/webhooks/new", data=right)
        assert made.status_code == 200
        [secret] = re.findall(r'first-password">([^<]+)<', made.text)
        assert own_house.client(ADMIN).post("/webhooks/new", data=right).status_code == 409
        for page in ("/webhooks", "/webhooks/1", "/audit"):
            assert secret not in own_house.get(page, ADMIN if page != "/audit" else "audit_administrator")
        assert press(own_house, ADMIN, "/webhooks/1", "/webhooks/1/test").startswith("/deliveries")
        off = form_of(own_house.get("/webhooks/1", ADMIN), "") | {"active": "off"}
        assert own_house.client(ADMIN).post("/webhooks/1", data=off).location == "/webhooks"
    finally:
        channels.use(Channels())
    with reading() as db:
        endpoint = db.scalars(select(WebhookEndpoint)).one()
    assert not endpoint.active
    assert secret.encode() not in endpoint.secret


def test_every_path_of_a_notice_is_a_page(full_house: House) -> None:
    matching = full_house.app.url_map.bind("localhost")
    for what in links.PATHS:
        assert matching.match(links.path_of(what, 1), method="GET")


def test_everything_that_happened_in_the_house_has_a_teller_or_is_silent(full_house: House) -> None:
    with reading() as db:
        tags = set(db.scalars(select(OutboxMessage.tag)))
        assert db.scalar(select(func.count()).where(OutboxMessage.sent_at.is_(None))) == 0
    assert len(tags) > 20
    assert [tag for tag in sorted(tags - set(TELLERS) - SILENT) if not tag.startswith(SILENT_ROOMS)] == []


def test_everybody_can_open_what_they_were_told_of(full_house: House) -> None:
    with reading() as db:
        query = (
            select(User.login, NoticeEvent.kind, NoticeEvent.link)
            .join(Notice, Notice.user_id == User.id)
            .join(NoticeEvent, NoticeEvent.id == Notice.event_id)
            .distinct()
        )
        told = [(login, kind, link) for login, kind, link in db.execute(query)]
    kinds = {kind for _, kind, _ in told}
    assert len(kinds) > 15, sorted(set(KINDS) - kinds)
    closed = []
    for login, kind, link in told:
        if login in full_house.clients or login.isidentifier():
            status = full_house.client(login).get(link).status_code
            if status != 200:
                closed.append((login, kind, link, status))
    assert closed == []


def test_nobody_of_a_unit_was_told_of_another_unit(full_house: House) -> None:
    with reading() as db:
        query = (
            select(User.scope_value, NoticeEvent.unit_id)
            .join(Notice, Notice.user_id == User.id)
            .join(NoticeEvent, NoticeEvent.id == Notice.event_id)
            .where(User.scope_kind == "unit")
        )
        pairs = [(scope, unit) for scope, unit in db.execute(query)]
    assert len(pairs) > 3
    assert [pair for pair in pairs if pair[1] is not None and str(pair[1]) != pair[0]] == []


def test_a_telling_ends_the_outbox_of_the_house(own_house: House) -> None:
    telling.dispatch()
    assert telling.dispatch() == (0, 0)
