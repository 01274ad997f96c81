"""Migration 0024 with rows in it: accounts and notices stay in both directions, tokens and files come and go."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import inspect, select, text

from licensetrack.accounts import sessions
from licensetrack.accounts.models import AccessToken
from licensetrack.accounts.tokens import make_token, token_actor
from licensetrack.core import blobs, db, schema
from licensetrack.core.clock import today
from licensetrack.notices.posting import post
from licensetrack.verify.report import verify
from tests.accounts.people import RIGHT, person
from tests.conftest import Clock

BEFORE = "0021"


def test_accounts_and_notices_stay_while_tokens_and_files_go_and_come(
    database_url: str, tmp_path: Path, clock: Clock
) -> None:
    del clock
    db.connect(database_url)
    blobs.use_folder(tmp_path / "blobs")
    person("bob", "manager")
    token = make_token(sessions.sign_in("bob", RIGHT), RIGHT, "collector", today())
    with db.transaction() as session:
        file = blobs.store(session, b"%PDF-1.7", "month.pdf")
        post(session, "month_report", to=[1], subject="month:2024-11", file_id=file.id, month="2024-11")
    db.engine().dispose()

    schema.downgrade(database_url, BEFORE)
    engine = db.connect(database_url)
    assert "access_token" not in inspect(engine).get_table_names()
    assert "file_id" not in {column["name"] for column in inspect(engine).get_columns("notice_event")}
    with engine.connect() as connection:
        assert connection.execute(text("SELECT subject FROM notice_event")).scalars().all() == ["month:2024-11"]
        assert connection.execute(text("SELECT login FROM account")).scalars().all() == ["bob"]
    engine.dispose()

    schema.upgrade(database_url)
    db.connect(database_url)
    assert token_actor(token) is None
    with db.reading() as session:
        assert session.scalars(select(AccessToken)).all() == []
        assert session.execute(text("SELECT subject, file_id FROM notice_event")).one() == ("month:2024-11", None)
    assert token_actor(make_token(sessions.sign_in("bob", RIGHT), RIGHT, "collector", today())) is not None
    assert [finding for finding in verify() if finding.broken] == []
    db.engine().dispose()
