"""Mail to a real server: handed over with TLS and sign-in, each once, and every answer taken for what it means."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from licensetrack.accounts import contact, users
from licensetrack.accounts.permissions import SYSTEM, Actor
from licensetrack.core.db import reading
from licensetrack.core.errors import Conflict, Forbidden, Refused
from licensetrack.notices import deliveries
from licensetrack.notices.channels import Channels, MailServer, use
from licensetrack.notices.models import Delivery
from tests.notices.certificates import Papers, issue
from tests.notices.hearing import person, wish
from tests.notices.mail_server import PASSWORD, USER, Box, mail_server
from tests.notices.sending import KIND, SENDER, abandon, errors, let_pass, reaching, send, states, tell


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    return issue(tmp_path_factory.mktemp("papers"))


@pytest.fixture
def box(database: Engine) -> Iterator[Box]:
    with mail_server() as found, reaching(found.port):
        yield found


@pytest.fixture
def rosa(database: Engine) -> Actor:
    return person("rosa", email="rosa@center.example")


def parts(message: EmailMessage) -> tuple[str, str]:
    """Plain text and HTML."""
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    return plain.get_content(), html.get_content()


def test_a_mail_says_what_happened_with_a_link_in_text_and_html(box: Box, rosa: Actor) -> None:
    tell(rosa)
    send()
    [(recipient, message)] = box.taken
    assert recipient == message["To"] == "rosa@center.example"
    assert message["Subject"] == "申请XQ-2024-0001待受理"
    assert message["From"].addresses[0].addr_spec == SENDER
    assert message["Auto-Submitted"] == "auto-generated"
    for text in parts(message):
        assert "第一中学提交了授权申请XQ-2024-0001。" in text
        assert "https://licences.center.example/requests/XQ-2024-0001" in text
        assert "Rosa" in text
    assert states() == ["sent"]


def test_a_mail_is_written_in_the_language_of_its_reader(box: Box) -> None:
    ann = person("ann", email="ann@center.example", language="en")
    tell(ann)
    send()
    assert box.taken[0][1]["Subject"] == "Request XQ-2024-0001 waits for review"
    assert "第一中学 submitted the request" in parts(box.taken[0][1])[0]


def test_what_people_typed_is_text_in_html_and_never_a_header(box: Box, rosa: Actor) -> None:
    tell(rosa, number="1\r\nBcc: all@center.example", unit='<img src=x onerror="alert(1)">&<b>')
    send()
    message = box.taken[0][1]
    assert message["Bcc"] is None
    assert message["Subject"] == "申请1 Bcc: all@center.example待受理"
    assert "<img" not in parts(message)[1]
    assert "&lt;img src=x onerror=" in parts(message)[1]
    assert box.taken[0][0] == "rosa@center.example"


@pytest.mark.parametrize(
    "address",
    [
        "rosa", "rosa@", "@center.example", "rosa@center", "ro sa@center.example",
        "rosa@center.example\r\nBcc: x@y.example",
        "rosa@center.example,ann@center.example", "<rosa@center.example>", "王@center.example", "rosa@center..example",
        "rosa@-center.example", "a" * 65 + "@center.example", "rosa@" + "a." * 125 + "example", "rosa@center.example\n",
        '"rosa"@center.example', "rosa@[127.0.0.1]",
    ],
)  # fmt: skip
def test_an_address_that_could_carry_more_than_an_address_is_refused(rosa: Actor, address: str) -> None:
    if address.strip() == address:
        with pytest.raises(Refused) as refusal:
            contact.change_own_contact(address, "zh_CN", actor=rosa)
        assert refusal.value.field == "email"


def test_mail_goes_over_starttls_with_a_sign_in(database: Engine, papers: Papers, rosa: Actor) -> None:
    with (
        mail_server(papers, security="starttls") as box,
        reaching(box.port, authority=str(papers.authority), security="starttls", user=USER, password=PASSWORD),
    ):
        tell(rosa)
        send()
    assert len(box.taken) == 1


def test_mail_goes_over_tls_from_the_first_byte(database: Engine, papers: Papers, rosa: Actor) -> None:
    with (
        mail_server(papers, security="tls") as box,
        reaching(box.port, authority=str(papers.authority), security="tls"),
    ):
        tell(rosa)
        send()
    assert len(box.taken) == 1


def test_nothing_is_sent_to_a_server_that_can_not_prove_itself(database: Engine, papers: Papers, rosa: Actor) -> None:
    with mail_server(papers, security="starttls") as box, reaching(box.port, security="starttls"):
        tell(rosa)
        send()
    assert box.taken == []
    assert states() == ["waiting"]


def test_nothing_is_sent_unencrypted_where_tls_was_demanded(database: Engine, rosa: Actor) -> None:
    with mail_server() as box, reaching(box.port, security="starttls"):
        tell(rosa)
        send()
    assert box.taken == []
    assert errors() == ["The mail server offers no TLS; nothing was sent unencrypted."]


def test_a_wrong_password_is_mended_by_people_and_then_the_mail_goes(
    database: Engine, papers: Papers, rosa: Actor
) -> None:
    signed = {"authority": str(papers.authority), "security": "starttls", "user": USER}
    with mail_server(papers, security="starttls") as box:
        with reaching(box.port, password="wrong", **signed):
            tell(rosa)
            send()
        assert (states(), box.taken) == (["waiting"], [])
        let_pass(minutes=2)
        with reaching(box.port, password=PASSWORD, **signed):
            send()
    assert (states(), len(box.taken)) == (["sent"], 1)


def test_a_server_that_is_down_is_asked_again_and_each_mail_arrives_once(database: Engine, rosa: Actor) -> None:
    ann = person("ann", email="ann@center.example")
    with mail_server() as gone:
        port = gone.port
    with reaching(port):
        for number in range(3):
            tell(rosa, ann, number=f"XQ-{number}")
        for _ in range(4):
            send()
            assert set(states()) == {"waiting"}
            let_pass(hours=1)
        with mail_server(port=port) as box:
            send()
            send()
    assert sorted(recipient for recipient, _ in box.taken) == ["ann@center.example"] * 3 + ["rosa@center.example"] * 3
    assert len({message["Message-ID"] for _, message in box.taken}) == 6
    assert set(states()) == {"sent"}


def test_after_a_day_it_is_given_up_and_a_person_may_send_it_again(database: Engine, rosa: Actor) -> None:
    admin = person("sys", "system_administrator")
    with mail_server() as gone:
        port = gone.port
    with reaching(port):
        tell(rosa)
        for _ in range(30):
            send()
            let_pass(hours=1)
        assert states() == ["failed"]
        with mail_server(port=port) as box:
            send()
            assert box.taken == []
            with pytest.raises(Forbidden):
                deliveries.resend(1, actor=rosa)
            deliveries.resend(1, actor=admin)
            send()
            assert (len(box.taken), states()) == (1, ["sent"])
            with pytest.raises(Conflict):
                deliveries.resend(1, actor=admin)


def test_the_waits_grow_between_attempts(box: Box, rosa: Actor) -> None:
    box.answers = lambda _recipient: "450 busy"
    tell(rosa)
    waits = []
    for _ in range(9):
        send()
        with reading() as db:
            row = db.scalars(select(Delivery)).one()
            waits.append(round((row.due_at - deliveries.now()).total_seconds() / 60))
        let_pass(minutes=waits[-1])
    assert waits == [1, 2, 5, 10, 20, 30, 60, 60, 60]


def test_a_box_that_does_not_exist_is_not_asked_again_and_holds_up_no_other(box: Box, rosa: Actor) -> None:
    ann = person("ann", email="ann@center.example")
    box.answers = lambda recipient: "550 5.1.1 no such box" if recipient.startswith("rosa") else None
    tell(rosa, ann)
    send()
    assert sorted(states()) == ["failed", "sent"]
    assert "The mail server refused it: 550 5.1.1 no such box" in errors()
    assert len(box.callers) == 1  # one connection for both


def test_a_full_box_is_asked_again(box: Box, rosa: Actor) -> None:
    box.answers = lambda _recipient: "452 4.2.2 full"
    tell(rosa)
    send()
    assert states() == ["waiting"]
    box.answers = lambda _recipient: None
    send()
    assert box.taken == []  # not before its time
    let_pass(minutes=2)
    send()
    assert (states(), len(box.taken)) == (["sent"], 1)


@pytest.mark.parametrize(("said", "state"), [("451 4.3.0 later", "waiting"), ("554 5.7.1 not this", "failed")])
def test_an_answer_to_the_content_means_later_or_never(box: Box, rosa: Actor, said: str, state: str) -> None:
    box.data_answer = said
    tell(rosa)
    send()
    assert states() == [state]


def test_when_the_answer_to_the_content_is_lost_nobody_knows_and_nobody_sends_again(
    database: Engine, rosa: Actor
) -> None:
    with mail_server() as box, reaching(box.port, timeout=0.5):
        box.slowly = 2
        tell(rosa)
        send()
        assert states() == ["uncertain"]
        box.slowly = 0
        let_pass(hours=3)
        send()
    assert len(box.taken) == 1


def test_what_a_dead_process_was_sending_is_uncertain_until_a_person_decides(box: Box, rosa: Actor) -> None:
    tell(rosa)
    assert deliveries.claim_next("mail") is not None  # and the process dies here
    send()
    assert (states(), box.taken) == (["sending"], [])
    abandon()
    send()
    assert (states(), box.taken) == (["uncertain"], [])
    deliveries.resend(1, actor=person("sys", "system_administrator"))
    send()
    assert (states(), len(box.taken)) == (["sent"], 1)


def test_two_processes_never_send_the_same(box: Box, rosa: Actor) -> None:
    tell(rosa)
    mine = deliveries.claim_next("mail")
    assert mine is not None
    assert deliveries.claim_next("mail") is None
    abandon()
    deliveries.settle_abandoned()
    deliveries.put_off(mine, "late")  # by the process that was thought dead
    assert states() == ["uncertain"]
    deliveries.arrived(mine)
    assert states() == ["sent"]


def test_who_lost_the_right_meanwhile_gets_no_mail(box: Box, rosa: Actor) -> None:
    ann = person("ann", email="ann@center.example")
    tell(rosa, ann)
    users.grant_role("rosa", "auditor", rosa.scope, actor=SYSTEM)
    users.set_active("ann", False, actor=SYSTEM)
    send()
    assert (states()[:2], box.taken) == (["withdrawn"] * 2, [])


def test_without_a_mail_server_nothing_waits_for_one(database: Engine, rosa: Actor) -> None:
    tell(rosa)
    with reaching():
        send()
    assert (states(), errors()) == (["withdrawn"], ["No mail server is set; nothing goes out by mail."])


def test_what_is_wanted_once_a_day_comes_in_one_mail(box: Box, rosa: Actor) -> None:
    from licensetrack.core.db import transaction
    from licensetrack.notices import digests

    wish(rosa, KIND, mail="digest")
    for number in range(3):
        tell(rosa, number=f"XQ-{number}")
    send()
    assert box.taken == []
    with transaction() as db:
        assert digests.gather(db) == 1
    with transaction() as db:
        assert digests.gather(db) == 0
    send()
    [(_, message)] = box.taken
    assert message["Subject"] == "每日通知汇总（3 条）"
    assert all(f"申请XQ-{number}待受理" in text for number in range(3) for text in parts(message))
    assert states() == ["collected"] * 3 + ["sent"]


def test_the_same_delivery_has_the_same_message_id_however_often_it_is_tried(box: Box, rosa: Actor) -> None:
    tell(rosa)
    box.data_answer = "451 later"
    send()
    with reading() as db:
        code = db.scalars(select(Delivery.code)).one()
    box.data_answer = None
    let_pass(minutes=5)
    send()
    assert box.taken[0][1]["Message-ID"] == f"<{code}@center.example>"


@pytest.mark.parametrize(
    "server",
    [
        MailServer(host="mail.example", sender=""),
        MailServer(host="mail.example", sender=SENDER, security="ssl"),
        MailServer(host="mail.example", sender=SENDER, security="none", user="u", password="p"),
    ],
)
def test_a_mail_server_that_can_not_be_meant_stops_the_start(server: MailServer) -> None:
    with pytest.raises(ValueError, match="LICENSETRACK_"):
        use(Channels(mail=server))


def test_neither_password_nor_user_show_when_settings_are_printed() -> None:
    server = MailServer(host="mail.example", user="somebody", password="secret words", sender=SENDER)
    assert not re.search("secret|somebody", repr(Channels(mail=server)))


def test_dots_and_line_ends_arrive_as_they_were_written(box: Box) -> None:
    from licensetrack.jobs.mail import Postman
    from licensetrack.notices.channels import used

    with Postman(used()) as postman:
        postman.send("rosa@center.example", b"Subject: x\r\n\r\n.\n..two\r\nlast")
    assert box.taken[0][1].get_content().splitlines() == [".", "..two", "last"]


def test_the_program_ships_no_mail_template_of_a_kind_that_is_gone() -> None:
    from config import ROOT
    from licensetrack.notices.kinds import KINDS

    folders = {path.name for path in Path(ROOT / "templates" / "email").iterdir() if path.is_dir()}
    assert folders == set(KINDS) | {"digest", "test"}
