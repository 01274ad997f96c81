"""Each request leaves one line with its number, route and account; probes and Prometheus learn how things stand."""

from __future__ import annotations

import io
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from flask.testing import FlaskClient
from sqlalchemy import text

from licensetrack.accounts.permissions import SYSTEM
from licensetrack.core import blobs, db, logs, milestones
from licensetrack.core.job_queue import enqueue
from licensetrack.upkeep import state
from licensetrack.web.request_log import HEADER
from tests.core.test_logs import NASTY
from tests.site import CORRECTED, House, open_house

TOKEN = "a token for metrics, long enough"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    kept, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.configure(stream, "json")
    yield stream
    root.handlers[:], root.level = kept, level
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_request_leaves_one_line_with_its_route_and_not_its_address(house: House, written: io.StringIO) -> None:
    answer = house.client("operator").get(f"/sets/{CORRECTED}?q=13800138000")
    [line] = lines(written)
    assert line["event"] == "request"
    assert (line["method"], line["route"], line["status"]) == ("GET", "/sets/<path:number>", 200)
    assert line["request_id"] == answer.headers[HEADER]
    assert line["actor"].startswith("account:")
    assert line["ms"] > 0
    assert CORRECTED not in written.getvalue()
    assert "operator" not in written.getvalue()


def test_what_visitors_send_forges_no_line_and_stays_out_of_the_log(house: House, written: io.StringIO) -> None:
    browser: FlaskClient = house.app.test_client()
    for nasty in NASTY:
        sent = nasty.encode("utf-8", "replace").decode().replace("\n", "").replace("\r", "")
        browser.get("/" + sent[:200].replace("?", "").replace("#", ""), headers={"User-Agent": sent[:200]})
        browser.post("/login", data={"login": f"visitor-{sent[:60]}", "password": "hunter2 hunter2"})
    found = lines(written)
    assert len(found) == 2 * len(NASTY)
    assert {line["event"] for line in found} == {"request"}
    assert {line["route"] for line in found} <= {"(none)", "/login", "/"}
    assert "hunter2" not in written.getvalue()
    assert "visitor-" not in written.getvalue()


def test_a_number_is_believed_from_a_trusted_proxy_alone(house: House, furnished: Path, tmp_path: Path) -> None:
    given = "0123456789abcdef-proxy"
    assert house.client("nobody").get("/healthz", headers={HEADER: given}).headers[HEADER] != given
    behind = open_house(furnished, tmp_path, proxies=1)
    try:
        ask = behind.client("nobody").get
        assert ask("/healthz", headers={HEADER: given}).headers[HEADER] == given
        for forged in ("short", "x" * 65, "with blank here", "tail\t0123456"):
            assert ask("/healthz", headers={HEADER: forged}).headers[HEADER] != forged
    finally:
        db.engine().dispose()


def test_the_page_of_an_error_tells_the_number_that_the_log_knows(altered_house: House, written: io.StringIO) -> None:
    def breaks() -> str:
        raise ZeroDivisionError("the secret of the house")

    altered_house.app.view_functions["ledger.sets"] = breaks
    breaks.access = "allocation:read"  # type: ignore[attr-defined]
    answer = altered_house.client("operator").get("/sets")
    number = answer.headers[HEADER]
    assert f"<code>{number}</code>" in answer.text
    error, request = lines(written)
    assert error["request_id"] == request["request_id"] == number
    assert error["event"] == "unexpected error at /sets"
    assert error["error"][0]["kind"] == "builtins.ZeroDivisionError"
    told = altered_house.client("operator").get("/sets", headers={"Accept": "application/json"}).json
    assert told is not None
    assert len(told["request_id"]) == 16


def asked(house: House, **headers: str) -> Any:
    return house.client("nobody").get("/metrics", headers=headers)


def numbers(said: str) -> dict[str, float]:
    """Each line of the exposition: its name with labels → its value."""
    return {
        line.rpartition(" ")[0]: float(line.rpartition(" ")[2])
        for line in said.splitlines()
        if not line.startswith("#")
    }


def test_metrics_are_closed_until_the_environment_opens_them(house: House, furnished: Path, tmp_path: Path) -> None:
    assert asked(house).status_code == 404
    guarded = open_house(furnished, tmp_path / "a", metrics_token=TOKEN)
    assert asked(guarded).status_code == 404
    assert asked(guarded, Authorization="Bearer " + TOKEN[:-1]).status_code == 404
    assert asked(guarded, Authorization=f"Bearer {TOKEN}").status_code == 200
    db.engine().dispose()
    near = open_house(furnished, tmp_path / "b", metrics_loopback=True)
    assert asked(near).status_code == 200
    assert asked(near, **{"X-Forwarded-For": "10.0.0.9"}).status_code == 404, "a proxy on this machine is no visitor"
    far = near.client("nobody").get("/metrics", environ_base={"REMOTE_ADDR": "10.0.0.9"})
    assert far.status_code == 404
    db.engine().dispose()


def test_metrics_tell_how_things_stand(furnished: Path, tmp_path: Path) -> None:
    own = open_house(furnished, tmp_path, metrics_token=TOKEN)
    own.get(f"/sets/{CORRECTED}")
    with db.transaction() as session:
        enqueue(session, "books:check", actor=SYSTEM)
        milestones.reach(session, milestones.BACKUP, good=True, file="x")
        milestones.reach(session, milestones.VERIFY, good=False)
    told = numbers(asked(own, Authorization=f"Bearer {TOKEN}").text)
    assert told['licensetrack_requests_total{method="GET",route="/sets/<path:number>",status="200"}'] >= 1
    assert told['licensetrack_request_seconds_count{method="GET",route="/sets/<path:number>"}'] >= 1
    assert told['licensetrack_jobs{state="queued"}'] == 1
    assert told["licensetrack_outbox_waiting"] >= 0
    assert told["licensetrack_sessions_open"] >= 1
    assert told["licensetrack_worker_up"] == 0
    assert told["licensetrack_backup_good"] == 1
    assert 0 <= told["licensetrack_backup_age_seconds"] < 600
    assert told["licensetrack_verify_good"] == 0
    assert "licensetrack_verify_age_seconds" not in told, "it never went well"
    assert told["licensetrack_database_up"] == 1
    assert told["licensetrack_database_connections_in_use"] >= 0
    assert not [name for name in told if CORRECTED in name]
    db.connect(f"sqlite:///{tmp_path}")
    assert numbers(asked(own, Authorization=f"Bearer {TOKEN}").text)["licensetrack_database_up"] == 0
    db.engine().dispose()


ONE_PROCESS = """
import sys
from licensetrack.web import request_counts
from prometheus_client.registry import Collector
class Nothing(Collector):
    def collect(self): return []
for _ in range(int(sys.argv[1])): request_counts.count("GET", "/sets", 200, 0.01)
sys.stdout.write(request_counts.exposition(Nothing()).decode())
"""


def test_several_processes_count_together(tmp_path: Path) -> None:
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    root = Path(__file__).resolve().parents[2]
    for count in ("2", "5"):
        command = [sys.executable, "-c", ONE_PROCESS, count]
        said = subprocess.run(command, env=environment, cwd=root, capture_output=True, text=True, check=True).stdout
    assert numbers(said)['licensetrack_requests_total{method="GET",route="/sets",status="200"}'] == 7


def test_not_ready_says_what_is_missing(own_house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def missing() -> set[str]:
        answer = own_house.client("nobody").get("/readyz")
        assert answer.json is not None
        broken = {name for name, good in answer.json["checks"].items() if not good}
        assert answer.status_code == (503 if broken else 200)
        return broken

    assert missing() == set()
    with monkeypatch.context() as full:
        full.setattr(state, "LEAST_FREE", 1 << 60)
        assert missing() == {"space"}
    (tmp_path / "file").touch()
    blobs.use_folder(tmp_path / "file")
    assert missing() == {"files"}
    blobs.use_folder(own_house.settings.blobs)
    with db.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert missing() == {"schema"}
    db.connect(f"sqlite:///{tmp_path}")
    assert missing() == {"database", "schema"}


def test_a_silent_worker_counts_where_one_is_expected(furnished: Path, tmp_path: Path) -> None:
    import datetime as dt

    from licensetrack.core import leases

    own = open_house(furnished, tmp_path, expect_worker=True)
    answer = own.client("nobody").get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["checks"]["worker"] is False
    with db.transaction() as session:
        leases.take(session, "worker", "a worker", dt.timedelta(seconds=15))
    assert own.client("nobody").get("/readyz").status_code == 200
    db.engine().dispose()
