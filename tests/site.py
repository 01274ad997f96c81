"""A whole installation for tests of pages: the sample year with its signed evaluation, a person for every role."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
import shutil
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from config import Settings
from licensetrack import create_app
from licensetrack.accounts import users
from licensetrack.accounts.models import LoginSession
from licensetrack.accounts.permissions import ROLES, SYSTEM, Actor, Scope
from licensetrack.allocation import life
from licensetrack.allocation.ledger import facts_of, standing_events
from licensetrack.allocation.models import LicenseSet
from licensetrack.binding import bind
from licensetrack.core import db
from licensetrack.core.clock import now
from licensetrack.exchange import loading
from licensetrack.jobs import running
from licensetrack.performance import evaluations, queries, working_paper
from licensetrack.units.models import Unit
from tests.performance.papers import lay_wanted

SAMPLE = Path(__file__).resolve().parent.parent / "data" / "2024"
EXPECTED: dict[str, Any] = json.loads((SAMPLE / "expected.json").read_text(encoding="utf-8"))
KEYS: dict[str, Any] = {
    "secret_key": "a secret for tests, forty characters long!",
    "seal_key": b"a key for sealing in tests, thirty-two!",
    "signing_key": "5" * 64,
}
PASSWORD = "correct horse 42"
DISTRICT = "深汕特别合作区"  # the district manager's; the unit user's unit lies in it
CORRECTED = "SQ-2024-0011"  # its expansion was recorded for the wrong day first


@dataclass
class House:
    """An installation and its people; `client(role)` is a browser in which that person has signed in.

    All houses of a process share one program, because putting it together takes as long as several pages: the one that
    was bound last is open.
    """

    app: Flask
    settings: Settings
    clients: dict[str, FlaskClient] = field(default_factory=dict)
    objects: dict[str, int | str] = field(default_factory=dict)  # of a full house: tests/furnishing/everything.py

    def bind(self) -> None:
        """Opens this house, and closes the one that was open."""
        use(self.settings)
        self.app.config.update(
            LICENSETRACK=self.settings,
            WTF_CSRF_ENABLED=False,  # tests/web/test_security.py asks for it
        )

    def client(self, role: str = "operator") -> FlaskClient:
        """That person's browser; "nobody" has not signed in."""
        if role not in self.clients:
            browser = self.app.test_client()
            if role != "nobody":
                token = open_session(role)
                with browser.session_transaction() as kept:
                    kept["_user_id"], kept["_fresh"] = token, True
            self.clients[role] = browser
        return self.clients[role]

    def get(self, path: str, role: str = "operator", *, language: str = "zh_CN", status: int = 200) -> str:
        """A page's text, in the language, after checking its status."""
        browser = self.client(role)
        browser.set_cookie("language", language)
        answer = browser.get(path)
        assert answer.status_code == status, f"{path} as {role}: {answer.status_code}\n{answer.text[-2000:]}"
        return answer.text

    def work(self) -> int:
        """Does the jobs that are due, as a worker would; how many attempts that took."""
        return running.run_queued()


def open_session(role: str, state: str = "open") -> str:
    """A session row as a sign-in makes it, without the price of hashing a password."""
    token = secrets.token_urlsafe(32)
    with db.transaction(even_read_only=True) as session:
        user = users.find_user(session, role)
        assert user is not None
        digest = hashlib.sha256(token.encode()).hexdigest()
        at = now()
        session.add(
            LoginSession(
                token_digest=digest, user_id=user.id, state=state, started_at=at, seen_at=at, ended_at=None,
                address="127.0.0.1", device="Mozilla/5.0 (Windows NT 10.0) Chrome/130.0",
            )
        )  # fmt: skip
        session.flush()
    return token


def person(role: str) -> Actor:
    """The person of that role."""
    with db.reading() as session:
        user = users.find_user(session, role)
        assert user is not None
        return users.actor_of(user)


def furnish(folder: Path, empty: Path) -> None:
    """Fills a copy of the empty database with the sample year, a correction and a signed evaluation."""
    shutil.copyfile(empty, folder / "house.db")
    use(settings_in(folder))
    outcome = loading.load(loading.files_of([SAMPLE]), actor=SYSTEM)
    assert not outcome.refused, [problem.line() for problem in outcome.problems]
    with db.reading() as session:
        holder = session.scalars(select(LicenseSet.unit_id).where(LicenseSet.number == CORRECTED)).one()
        assert session.get(Unit, holder) is not None
    for role in ROLES:
        scope = {"district_manager": Scope("district", DISTRICT), "unit_user": Scope("unit", str(holder))}.get(role)
        users.create_user(role, f"{role} 同志", role, PASSWORD, actor=SYSTEM, scope=scope, must_change=False)
    draft = evaluations.evaluate(working_paper.read(SAMPLE / "evaluation.toml"), actor=person("performance_officer"))
    lay_wanted(queries.framework_of(draft), actor=person("performance_officer"))
    completed = evaluations.complete_evaluation(draft, actor=person("performance_officer"))
    reviewed = evaluations.review_evaluation(completed, actor=person("reviewer"))
    evaluations.sign_evaluation(reviewed, actor=person("manager"))
    move_expansion()


def move_expansion() -> None:
    """The corrected set's expansion happened two days later than the ledger said."""
    with db.reading() as session:
        license_set = session.scalars(select(LicenseSet).where(LicenseSet.number == CORRECTED)).one()
        facts = facts_of(standing_events(session, license_set.id))
        session.expunge(license_set)
    wrong = next(fact for fact in facts.values() if fact.action == "expand")
    right = wrong._replace(on=wrong.on + dt.timedelta(days=2))
    life.correct_fact(license_set, right, actor=person("operator"), reason="日期登记有误")


def open_house(furnished: Path, folder: Path, *, altered: bool = False, **changes: Any) -> House:
    """A copy of the furnished installation, open for business; `altered` or otherwise set, with its own program."""
    shutil.copytree(furnished, folder, dirs_exist_ok=True)
    settings = settings_in(folder, **changes)
    names = folder / "objects.json"
    objects = json.loads(names.read_text(encoding="utf-8")) if names.exists() else {}
    house = House(create_app(settings) if altered or changes else _program(), settings, objects=objects)
    house.bind()
    return house


def settings_in(folder: Path, **changes: Any) -> Settings:
    """The settings of the installation that lies in a folder."""
    return Settings(
        database_url=f"sqlite:///{folder / 'house.db'}",
        blobs=folder / "blobs",
        uploads=folder / "uploads",
        results=folder / "results",
        backups=folder / "backups",
        **KEYS,
        **changes,
    )


def use(settings: Settings) -> None:
    """Database, files and keys of one installation; another test may have left its own."""
    bind(settings)


@cache
def _program() -> Flask:
    return create_app(Settings("sqlite://", Path(), **KEYS))
