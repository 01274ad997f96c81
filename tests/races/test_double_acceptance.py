"""One set accepted by fifty at once, by verbs and through the real web server: one effect, and words for the rest."""

from __future__ import annotations

import threading
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import waitress
from sqlalchemy import Engine, func, select
from waitress import wasyncore

from licensetrack.allocation import life
from licensetrack.allocation.models import LedgerEvent, LicenseSet
from licensetrack.core.clock import today
from licensetrack.core.db import reading
from licensetrack.handover import signing
from licensetrack.handover.acceptance_models import AcceptanceCertificate
from licensetrack.handover.acceptance_rules import CHECKS
from licensetrack.handover.attempts import record_attempt
from licensetrack.handover.certificates import draw_certificate
from licensetrack.units.models import Unit
from tests import site
from tests.handover.people import of_unit, paper
from tests.invariants import broken
from tests.races.test_races import at_once, kinds
from tests.trade import ALICE, day, fresh, imported, issued, unit
from tests.web.conftest import furnished  # noqa: F401 - a fixture

MANY = 50


def acceptances(number: str) -> int:
    """How often the set was accepted; and whatever raced, every invariant holds."""
    assert broken() == []
    with reading() as db:
        query = select(func.count()).select_from(LedgerEvent).join(LicenseSet, LicenseSet.id == LedgerEvent.set_id)
        return db.scalar(query.where(LicenseSet.number == number, LedgerEvent.action == "accept")) or 0


def test_fifty_accept_one_set_and_one_of_them_does(database: Engine) -> None:
    license_set = imported("SQ-1", unit())
    accept = partial(life.accept_import, actor=ALICE, on=day("02-20"), evidence="验收单.pdf", seen=license_set.version)
    results = kinds(at_once(*[partial(accept, fresh(license_set)) for _ in range(MANY)]))
    assert results == {"done": 1, "Conflict": MANY - 1}
    assert acceptances("SQ-1") == 1


def test_fifty_counter_sign_one_certificate_and_one_of_them_does(database: Engine) -> None:
    holder = unit()
    drawn = draw_certificate(holder, [imported(number, holder) for number in ("SQ-1", "SQ-2")], actor=ALICE)
    signed = signing.sign_certificate(drawn, actor=of_unit(holder), conclusion="pass", checks=CHECKS)

    def countersign() -> object:
        with reading() as db:
            seen = db.get_one(AcceptanceCertificate, signed.id)
        return signing.countersign_certificate(
            seen, actor=ALICE, on=today(), document=paper(), seen=signed.version
        )  # fmt: skip

    assert kinds(at_once(*[countersign] * MANY)) == {"done": 1, "Conflict": MANY - 1}
    assert (acceptances("SQ-1"), acceptances("SQ-2")) == (1, 1)


@contextmanager
def served(house: site.House) -> Iterator[str]:
    """The address of the real server; eight of its threads work at a time."""
    server: Any = waitress.create_server(house.app, host="127.0.0.1", port=0, threads=8)
    ended = threading.Event()

    def run() -> None:
        while not ended.is_set():
            wasyncore.loop(timeout=0.1, map=server._map, count=1)
        server.task_dispatcher.shutdown()
        wasyncore.close_all(server._map)

    running = threading.Thread(target=run)
    running.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        ended.set()
        running.join(30)


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """Shows the redirect itself."""


def post(address: str, cookie: str, fields: dict[str, str]) -> tuple[int, str]:
    """Status, and where it leads or what it says."""
    wish = urllib.request.Request(address, urllib.parse.urlencode(fields).encode(), {"Cookie": cookie})  # noqa: S310
    try:
        with urllib.request.build_opener(_Stay).open(wish, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code, answer.headers.get("Location") or answer.read().decode()


def signed_certificate() -> tuple[str, int]:
    """Number and version of a certificate over one set, signed by its unit."""
    with reading() as db:
        mine = site.person("unit_user")
        holder = db.get_one(Unit, int(mine.scope.value))
    new = issued("SQ-2025-9001", holder, on="2025-01-10")
    record_attempt(new, actor=site.person("operator"), on=day("2025-01-20"), succeeded=True, shown_cpus=16)
    drawn = draw_certificate(holder, [new], actor=site.person("operator"))
    done = signing.sign_certificate(drawn, actor=mine, conclusion="pass", checks=CHECKS)
    return done.number, done.version


@pytest.mark.parametrize("keys", ["one key", "a key each"])
def test_fifty_requests_accept_one_certificate(keys: str, furnished: Path, tmp_path: Path) -> None:  # noqa: F811
    house = site.open_house(furnished, tmp_path)
    number, version = signed_certificate()
    cookie = house.client("operator").get_cookie("licensetrack")
    assert cookie is not None
    with served(house) as address:
        sent = [
            {"once": f"{0 if keys == 'one key' else nth:032x}", "version": str(version), "on": today().isoformat()}
            for nth in range(MANY)
        ]
        where = f"{address}/certificates/{number}/countersign"
        answers = at_once(*[partial(post, where, f"licensetrack={cookie.value}", fields) for fields in sent])
    statuses = Counter(status for status, _ in answers)  # type: ignore[misc]
    if keys == "one key":
        assert statuses == {303: MANY}, "a second click is led to where the first one led"
        assert len(set(answers)) == 1
    else:
        assert statuses == {303: 1, 409: MANY - 1}
    assert acceptances("SQ-2025-9001") == 1
