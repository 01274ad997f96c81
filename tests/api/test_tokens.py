"""Programs with an access token: what they reach and what not, made and ended by people, asked of a real server."""

from __future__ import annotations

import http.client
import json
import os
import re
import secrets
import subprocess
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

import run
from licensetrack.accounts.models import AccessToken
from licensetrack.accounts.permissions import ROLES
from licensetrack.core.db import reading
from licensetrack.web.access import local_path
from tests.api.test_inventory import scan, scans
from tests.e2e.conftest import free_port, wait_until_up
from tests.site import KEYS, PASSWORD, House
from tests.web.forms import form_of
from tests.web.routes.table import placed, table

MADE = re.compile(r"lt_[\w-]{43}")
INTERFACE = {key: route for key, route in table().items() if route.address.startswith("/api/")}


def made(house: House, role: str = "operator", name: str = "巡检程序") -> str:
    """A token, made as people make it."""
    form = form_of(house.get("/account", role), "/account/tokens") | {"name": name, "current": PASSWORD}
    answer = house.client(role).post("/account/tokens", data=form)
    assert answer.status_code == 200, answer.text
    [token] = set(MADE.findall(answer.text))
    return token


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_token_is_shown_once_and_its_form_makes_one(own_house: House) -> None:
    browser = own_house.client("operator")
    form = form_of(own_house.get("/account"), "/account/tokens") | {"name": "巡检程序", "current": PASSWORD}
    assert MADE.search(browser.post("/account/tokens", data=form).text)
    assert browser.post("/account/tokens", data=form).status_code == 409
    page = own_house.get("/account")
    assert "巡检程序</th>" in page
    assert not MADE.search(page)
    end = re.search(r'action="(/account/tokens/\d+/end)"', page)
    assert end is not None
    assert browser.post(end[1], data=form_of(page, end[1])).status_code == 303
    assert "巡检程序</th>" not in own_house.get("/account")


def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(own_house: House) -> None:
    browser = own_house.client("operator")
    form = form_of(own_house.get("/account"), "/account/tokens") | {"name": "机房2", "current": PASSWORD}
    for change, said in (
        ({"current": "wrong"}, "当前密码错误"),
        ({"expires_on": "2999-01-01"}, "有效期至多"),
        ({"name": ""}, "该字段是必填字段"),
    ):
        answer = browser.post("/account/tokens", data=form | change)
        assert answer.status_code == 422
        assert said in answer.text
        assert 'value="机房2"' in answer.text or "name" in change
        assert not MADE.search(answer.text)
    with reading() as db:
        assert db.scalars(select(AccessToken)).all() == []


@pytest.mark.parametrize("role", ROLES)
def test_a_token_may_what_its_account_may(own_full_house: House, role: str) -> None:
    program, token, wrong = own_full_house.app.test_client(use_cookies=False), made(own_full_house, role), []
    for (endpoint, method), route in INTERFACE.items():
        answer = program.open(placed(route.address, own_full_house.objects), method=method, headers=bearer(token))
        if answer.status_code != route.expected(role):
            wrong.append(f"{endpoint}: {answer.status_code} instead of {route.expected(role)}")
        if "Set-Cookie" in answer.headers:
            wrong.append(f"{endpoint}: a cookie")
    assert not wrong, "\n".join(wrong)


def test_a_program_sends_no_form_token_and_a_browser_does(own_house: House) -> None:
    token = made(own_house)
    own_house.app.config["WTF_CSRF_ENABLED"] = True
    program = own_house.app.test_client(use_cookies=False)
    assert own_house.client("operator").post("/api/v1/inventory/scans", json=scan()).status_code == 400
    assert program.post("/api/v1/inventory/scans", json=scan()).status_code == 400
    assert program.post("/api/v1/inventory/scans", json=scan(), headers=bearer("x")).status_code == 401
    assert scans() == 0
    assert program.post("/api/v1/inventory/scans", json=scan(), headers=bearer(token)).status_code == 201
    assert scans() == 1


def test_where_a_token_is_sent_a_cookie_counts_for_nothing(own_house: House) -> None:
    token = made(own_house, "auditor")
    operator = own_house.client("operator")
    assert operator.post("/api/v1/inventory/scans", json=scan(), headers=bearer(token)).status_code == 403
    for header in ("Bearer", "Bearer ", "bearer lt_x", f"Bearer {token}x", f"Bearer {token} {token}"):
        answer = operator.get("/api/v1/figures", headers={"Authorization": header})
        assert answer.status_code == 401, header
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert "令牌无效" in answer.json["message"]
    assert operator.get("/api/v1/figures").status_code == 200, "and the session is as it was"
    assert operator.get("/api/v1/figures", headers={"Authorization": f"BEARER   {token}"}).status_code == 200


def test_a_token_opens_nothing_but_the_interface(own_house: House) -> None:
    token = made(own_house)
    program = own_house.app.test_client(use_cookies=False)
    for path in ("/sets", "/account", "/sets/export.csv", "/", "/jobs", "/API/v1/figures", "//api/v1/figures"):
        answer = program.get(path, headers=bearer(token))
        assert answer.status_code in (302, 308, 404), path
        assert answer.status_code == 404 or local_path(answer.location) or answer.status_code == 308
    own_house.app.config["WTF_CSRF_ENABLED"] = True
    browser = own_house.client("operator")
    assert browser.post("/logout", headers=bearer(token)).status_code == 400, "pages ask every form for its token"
    assert program.get(f"/api/v1/figures?token={token}").status_code == 401, "an address is no place for a secret"


def test_a_refused_use_is_in_the_trail_in_words(own_house: House) -> None:
    token = made(own_house)
    page = own_house.get("/account")
    own_house.client("operator").post("/account/tokens/1/end", data=form_of(page, "/account/tokens/1/end"))
    own_house.app.test_client().get("/api/v1/figures", headers=bearer(token))
    trail = own_house.get("/audit?tag=accounts:token:use", "auditor")
    entry = own_house.get(re.findall(r"/audit/\d+", trail)[0], "auditor")
    assert "令牌已终止" in entry
    assert "user:operator" in entry or "operator" in entry
    assert token not in entry


def test_the_interface_says_how_a_program_names_itself(house: House) -> None:
    described = house.client("operator").get("/api/v1/openapi.json").json
    assert described["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    assert {"token": []} in described["security"]


def test_a_bare_client_sends_a_scan_to_a_real_server_and_nothing_of_the_token_is_logged(
    own_house: House, tmp_path: Path
) -> None:
    token, port, content = made(own_house), free_port(), scan()
    settings = own_house.settings
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LICENSETRACK_")} | {
        "DATABASE_URL": settings.database_url, "LICENSETRACK_INSTANCE": str(tmp_path / "instance"),
        "LICENSETRACK_BLOBS": str(settings.blobs), "SECRET_KEY": KEYS["secret_key"],
        "LICENSETRACK_SEAL_KEY": secrets.token_hex(32), "LICENSETRACK_LOG": "json", "PYTHONUTF8": "1",
    }  # fmt: skip

    def ask(method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            sent = None if body is None else json.dumps(body)
            connection.request(method, path, sent, {"Content-Type": "application/json", **headers})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    with (tmp_path / "server.log").open("w+") as log:
        command = [str(run.write_launcher()), "serve", "--no-worker", "--port", str(port)]
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            wait_until_up(f"http://127.0.0.1:{port}", server, log)
            status, answer = ask(
                "POST", "/api/v1/inventory/scans", content, **bearer(token), **{"Idempotency-Key": "night-1"}
            )
            assert (status, answer["hosts"]) == (201, 2)
            again = ask("POST", "/api/v1/inventory/scans", content, **bearer(token), **{"Idempotency-Key": "night-1"})
            assert again == (201, answer)
            status, found = ask("GET", "/api/v1/inventory/positions?as_of=2024-12-01", **bearer(token))
            assert (status, [one["scan"] for one in found["positions"] if one["platform"] == "接口云"]) == (
                200, [answer["scan"]],
            )  # fmt: skip
            assert ask("GET", "/api/v1/figures", **bearer(token[:-1]))[0] == 401
            assert ask("GET", "/api/v1/figures")[0] == 401
        finally:
            server.terminate()
            server.wait(20)
        log.seek(0)
        said = log.read()
    assert '"status": 201' in said
    assert token[3:20] not in said
    assert scans() == 1
