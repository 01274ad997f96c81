"""Webhooks to a real receiver: signed, to allowed places alone, never elsewhere by whatever spelling or redirect."""

from __future__ import annotations

import json
import random
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, select

from licensetrack.accounts.permissions import Actor
from licensetrack.core.db import reading
from licensetrack.core.errors import Forbidden, Refused
from licensetrack.jobs import webhooks
from licensetrack.notices import endpoints
from licensetrack.notices.models import NoticeEvent, WebhookEndpoint
from tests.notices.certificates import Papers, issue
from tests.notices.hearing import person
from tests.notices.receiver import Ear, documented_check, receiver, silent_port
from tests.notices.sending import KIND, errors, let_pass, reaching, send, states, tell


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    return issue(tmp_path_factory.mktemp("papers"))


@pytest.fixture
def admin(database: Engine) -> Actor:
    return person("sys", "system_administrator")


@pytest.fixture
def rosa(database: Engine) -> Actor:
    return person("rosa")


@pytest.fixture
def ear(database: Engine) -> Iterator[Ear]:
    with receiver() as found, reaching(hosts=(f"http://127.0.0.1:{found.port}",)):
        yield found


def endpoint(admin: Actor, port: int, *kinds: str, host: str = "127.0.0.1") -> str:
    """An endpoint at the receiver; its secret."""
    url = f"http://{host}:{port}/hook"
    return endpoints.make_endpoint("运维", url, kinds, allowed=[f"http://{host}:{port}"], actor=admin)[1]


def test_an_event_arrives_once_signed_with_the_secret_that_was_shown(ear: Ear, admin: Actor, rosa: Actor) -> None:
    secret = endpoint(admin, ear.port)
    tell(rosa, reason="材料不全")
    tell(rosa)
    send()
    send()
    [(path, headers, body)] = ear.heard
    told = json.loads(body)
    assert path == "/hook"
    assert told["kind"] == KIND
    assert told["subject"] == "request:XQ-2024-0001"
    assert told["title"] == {"zh_CN": "申请XQ-2024-0001待受理", "en": "Request XQ-2024-0001 waits for review"}
    assert told["link"] == "https://licences.center.example/requests/XQ-2024-0001"
    assert told["values"] == {"number": "XQ-2024-0001", "unit": "第一中学"}  # neither who nor why
    assert headers["X-Licensetrack-Event"] == told["id"]
    assert documented_check()(secret, headers, body)
    assert states() == ["sent"]


def test_the_documented_check_refuses_what_was_changed_replayed_or_forged(ear: Ear, admin: Actor, rosa: Actor) -> None:
    secret = endpoint(admin, ear.port)
    tell(rosa)
    send()
    [(_, headers, body)] = ear.heard
    check, chance = documented_check(), random.Random(7)
    for _ in range(100):  # one bit of the body, the timestamp or the signature
        bent, flipped = dict(headers), bytearray(body)
        place = chance.choice(["body", "X-Licensetrack-Timestamp", "X-Licensetrack-Signature"])
        if place == "body":
            flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
        else:
            at = chance.randrange(len(bent[place]))
            other = chance.choice([sign for sign in "0123456789abcdef" if sign != bent[place][at]])
            bent[place] = bent[place][:at] + other + bent[place][at + 1 :]
        assert not check(secret, bent, bytes(flipped))
    at = int(headers["X-Licensetrack-Timestamp"])
    assert check(secret, headers, body, now=at + 299)
    for late in (at + 301, at + 86_400, at - 301):
        assert not check(secret, headers, body, now=late)
    assert not check("another secret", headers, body)


def test_a_second_attempt_is_the_same_event_with_a_fresh_signature(ear: Ear, admin: Actor, rosa: Actor) -> None:
    secret = endpoint(admin, ear.port)
    ear.answer = 503
    tell(rosa)
    send()
    assert (states(), errors()) == (["waiting"], ["The endpoint answered 503."])
    ear.answer = 204
    let_pass(minutes=2)
    send()
    assert states() == ["sent"]
    (_, first, body), (_, second, again) = ear.heard
    assert first["X-Licensetrack-Event"] == second["X-Licensetrack-Event"]
    assert first["X-Licensetrack-Delivery"] == second["X-Licensetrack-Delivery"]
    assert body == again
    assert all(documented_check()(secret, headers, body) for headers in (first, second))


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(ear: Ear, admin: Actor, rosa: Actor, code: int) -> None:
    with receiver() as elsewhere:
        ear.answer, ear.headers = code, {"Location": f"http://127.0.0.1:{elsewhere.port}/"}
        endpoint(admin, ear.port)
        tell(rosa)
        send()
    assert (len(ear.heard), elsewhere.heard) == (1, [])
    assert states() == ["failed"]


@pytest.mark.parametrize(("code", "state"), [(400, "failed"), (410, "failed"), (408, "waiting"), (429, "waiting")])
def test_what_an_answer_means(ear: Ear, admin: Actor, rosa: Actor, code: int, state: str) -> None:
    endpoint(admin, ear.port)
    ear.answer = code
    tell(rosa)
    send()
    assert states() == [state]


def test_only_the_kinds_that_were_chosen_go_out(ear: Ear, admin: Actor, rosa: Actor) -> None:
    endpoint(admin, ear.port, "account_locked")
    tell(rosa)
    send()
    assert ear.heard == []


def test_an_endpoint_that_is_off_hears_nothing_not_even_what_waited(ear: Ear, admin: Actor, rosa: Actor) -> None:
    endpoint(admin, ear.port)
    tell(rosa)
    allowed = [f"http://127.0.0.1:{ear.port}"]
    endpoints.change_endpoint(1, "运维", f"{allowed[0]}/hook", [], active=False, allowed=allowed, actor=admin)
    tell(rosa, number="XQ-2")
    send()
    assert (ear.heard, states()) == ([], ["withdrawn"])


def test_a_place_that_is_no_longer_allowed_gets_nothing(database: Engine, admin: Actor, rosa: Actor) -> None:
    with receiver() as ear, reaching(hosts=("hooks.example",)):
        endpoint(admin, ear.port)
        tell(rosa)
        send()
    assert (ear.heard, states()) == ([], ["failed"])


def test_an_endpoint_that_says_nothing_or_drips_is_cut_off_and_uncertain(
    ear: Ear, admin: Actor, rosa: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "SECONDS", 0.5)
    monkeypatch.setattr(webhooks, "SECONDS_IN_ALL", 1.0)
    endpoint(admin, ear.port)
    ear.drip = True
    tell(rosa)
    began = time.monotonic()
    send()
    assert time.monotonic() - began < 20  # it would drip for more than a minute
    ear.drip, ear.slowly = False, 2
    tell(rosa, number="XQ-2")
    send()
    assert states() == ["uncertain", "uncertain"]
    let_pass(hours=2)
    send()
    assert len(ear.heard) == 2


def test_nobody_there_is_tried_again(database: Engine, admin: Actor, rosa: Actor) -> None:
    listening, port = silent_port()
    listening.close()
    with reaching(hosts=(f"http://127.0.0.1:{port}",)):
        endpoint(admin, port)
        tell(rosa)
        send()
    assert states() == ["waiting"]


def test_https_goes_to_a_receiver_that_proves_its_name(
    database: Engine, admin: Actor, rosa: Actor, papers: Papers
) -> None:
    with receiver(papers) as ear:
        place = f"127.0.0.1:{ear.port}"
        endpoints.make_endpoint("加密", f"https://{place}/hook", [], allowed=[place], actor=admin)
        tell(rosa)
        with reaching(hosts=(place,)):  # nobody vouches for it
            send()
        assert (ear.heard, states()) == ([], ["waiting"])
        let_pass(minutes=2)
        with reaching(hosts=(place,), authority=str(papers.authority)):
            send()
    assert (len(ear.heard), states()) == (1, ["sent"])


def leading(*addresses: str) -> Callable[..., list[Any]]:
    """A resolver for which every name leads to these addresses, one after the other at each question."""
    turns = list(addresses)

    def resolve(host: str, port: int, *_more: Any, **_others: Any) -> list[Any]:
        address = host if host[:1].isdigit() else turns.pop(0) if len(turns) > 1 else turns[0]
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        return [(family, socket.SOCK_STREAM, 6, "", (address, port))]

    return resolve


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "0.0.0." + "0", "169.254.169.254", "100.100.100.200", "168.63.129.16", "224.0.0.1",
        "240.0.0.1", "::1", "::", "fe80::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "ff02::1", "fd00:ec2::254",
    ],
)  # fmt: skip
def test_an_allowed_name_that_leads_inside_is_refused(
    database: Engine, admin: Actor, rosa: Actor, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    with receiver() as ear:
        host = f"http://hooks.example:{ear.port}"
        endpoints.make_endpoint("外部", f"{host}/", [], allowed=[host], actor=admin)
        tell(rosa)
        monkeypatch.setattr(webhooks.socket, "getaddrinfo", leading(address))
        with reaching(hosts=(host,)):
            send()
    assert (ear.heard, states()) == ([], ["failed"])


def test_the_name_is_asked_once_and_the_answer_used(
    database: Engine, admin: Actor, rosa: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that is harmless when it is looked at, and leads inside a moment later, still goes to the harmless one."""
    with receiver() as ear:
        host = f"http://hooks.example:{ear.port}"
        endpoints.make_endpoint("外部", f"{host}/", [], allowed=[host], actor=admin)
        tell(rosa)
        monkeypatch.setattr(webhooks.socket, "getaddrinfo", leading("192.0.2.1", "127.0.0.1"))
        monkeypatch.setattr(webhooks, "SECONDS", 0.3)
        with reaching(hosts=(host,)):
            send()
    assert (ear.heard, states()) == ([], ["waiting"])


NEVER = [
    "http://127.0.0.1/", "https://127.0.0.1/", "https://127.1/", "https://2130706433/", "https://0x7f000001/",
    "https://0177.0.0.1/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[::]/", "https://0/",
    "https://0.0.0.0/", "https://localhost/", "https://localhost./", "https://169.254.169.254/latest/meta-data/",
    "https://100.100.100.200/", "https://[fd00:ec2::254]/", "http://hooks.example/", "https://hooks.example./",
    "https://hooks.example:444/", "https://hooks.example:80/", "https://hooks.example:0/", "https://hooks.example:99999/",
    "https://a@hooks.example/", "https://a:b@hooks.example/", "https://hooks.example@127.0.0.1/",
    "https://127.0.0.1#hooks.example/", "https://127.0.0.1?hooks.example/", "https://127.0.0.1\\@hooks.example/",
    "https://hooks.example#x", "https://hooks.example/#x", "https://hooks.example\t/", "https://hooks.example\n/",
    "https://hooks.example /", " https://hooks.example /x", "https://hooks.example/a b",
    "https://hooks.example/\r\nHost: x",
    "https://hooks.example/\x00", "https://hooks.example%2f.evil.example/", "https://evil.example/hooks.example",
    "https://hooks.example.evil.example/", "https://evil-hooks.example/", "https://hooks.exampleevil/",
    "https://hooks。example/", "https://ｈooks.example/", "https://hооks.example/", "https://hooks.example:443:443/",
    "https:hooks.example/", "https:///hooks.example/", "//hooks.example/", "hooks.example/", "ftp://hooks.example/",
    "file:///etc/passwd", "gopher://hooks.example/", "javascript:alert(1)", "data:text/plain,x", "ldap://hooks.example/",
    "https://[hooks.example]/", "https://hooks.example:４４３/", "http://hooks.example:443/", "https://",
    "https://.hooks.example/", "https://*.example/", "HTTPS://HOOKS.EXAMPLE:8443/",
]  # fmt: skip


@pytest.mark.parametrize("url", NEVER)
def test_a_place_that_the_list_does_not_name_is_refused_in_every_spelling(url: str) -> None:
    with pytest.raises(Refused) as refusal:
        endpoints.place_of(url, ["hooks.example", "hooks.other.example:8443"])
    assert refusal.value.field == "url"


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://hooks.example", ("https", "hooks.example", 443, "/")),
        ("https://hooks.example:443/a/b?c=d", ("https", "hooks.example", 443, "/a/b?c=d")),
        ("https://HOOKS.example/", ("https", "hooks.example", 443, "/")),
        ("https://hooks.other.example:8443/x", ("https", "hooks.other.example", 8443, "/x")),
        ("http://10.0.0.5:9000/x", ("http", "10.0.0.5", 9000, "/x")),
        ("http://plain.example/", ("http", "plain.example", 80, "/")),
    ],
)
def test_a_place_that_the_list_names_is_taken_apart(url: str, place: tuple[str, str, int, str]) -> None:
    allowed = ["hooks.example", "https://hooks.other.example:8443", "http://10.0.0.5:9000", "http://plain.example"]
    assert tuple(endpoints.place_of(url, allowed)) == place


def test_an_endpoint_is_made_by_the_system_administrator_alone(database: Engine, rosa: Actor) -> None:
    with pytest.raises(Forbidden):
        endpoint(rosa, 9)
    with reading() as db:
        assert db.scalars(select(WebhookEndpoint)).all() == []


def test_the_secret_lies_sealed_and_a_new_one_takes_its_place(ear: Ear, admin: Actor, rosa: Actor) -> None:
    first = endpoint(admin, ear.port)
    with reading() as db:
        row = db.scalars(select(WebhookEndpoint)).one()
        assert first.encode() not in row.secret
        assert endpoints.secret_of(row) == first.encode()
    second = endpoints.renew_secret(1, actor=admin)
    tell(rosa)
    send()
    [(_, headers, body)] = ear.heard
    assert documented_check()(second, headers, body)
    assert not documented_check()(first, headers, body)


def test_a_test_tells_nothing_and_arrives(ear: Ear, admin: Actor) -> None:
    endpoint(admin, ear.port)
    endpoints.try_endpoint(1, actor=admin)
    send()
    [(_, _, body)] = ear.heard
    assert set(json.loads(body)) == {"id", "kind", "at"}
    with reading() as db:
        assert db.scalars(select(NoticeEvent)).all() == []
