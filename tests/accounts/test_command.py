"""Accounts by command: made with their role at once, for one district or one unit, and helped when all else fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from licensetrack.accounts import sessions
from licensetrack.accounts.models import User
from licensetrack.accounts.users import find_user
from licensetrack.cli import main
from licensetrack.core import db
from tests.accounts.people import RIGHT, enrolled, state
from tests.trade import unit

Command = Callable[..., Result]


@pytest.fixture
def command(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Command]:
    """`command("create", "bob", …)` is `licensetrack user create bob …`."""
    settings = {"DATABASE_URL": sqlite_url, "LICENSETRACK_INSTANCE": str(tmp_path), "LICENSETRACK_LANG": "en",
                "LICENSETRACK_SEAL_KEY": "a key for sealing in tests, thirty-two!"}  # fmt: skip
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    engine = db.connect(sqlite_url)
    yield lambda *words: CliRunner().invoke(main, ["user", *words])
    engine.dispose()
    db.engine().dispose()


def user(login: str) -> User:
    with db.reading() as session:
        found = find_user(session, login)
        assert found is not None
        return found


def test_an_account_by_command_has_its_role_and_a_first_password(command: Command) -> None:
    made = command("create", "bob", "--name", "Bob", "--role", "operator", "--district", "福田区")
    login, password = made.output.split()
    assert (made.exit_code, login) == (0, "bob")
    bob = user("bob")
    assert (bob.role, bob.scope_kind, bob.scope_value) == ("operator", "district", "福田区")
    assert state(sessions.sign_in("bob", password)) == "password"
    kept = command("create", "robot", "--name", "Robot", "--role", "auditor", "--keep-password")
    assert state(sessions.sign_in("robot", kept.output.split()[1])) == "open"


def test_a_unit_is_named_by_its_code(command: Command) -> None:
    holder = unit("SZ0042")
    assert command("create", "bob", "--name", "Bob", "--role", "unit_user", "--unit", "SZ0042").exit_code == 0
    assert (user("bob").scope_kind, user("bob").scope_value) == ("unit", str(holder.id))
    for words, said in (
        (("--role", "unit_user", "--unit", "SZ9999"), "no unit “SZ9999”"),
        (("--role", "unit_user"), "needs a unit"),
        (("--role", "district_manager"), "needs a district"),
        (("--role", "operator", "--unit", "SZ0042", "--district", "福田区"), "not both"),
    ):
        refused = command("create", "carol", "--name", "Carol", *words)
        assert refused.exit_code == 1
        assert said in refused.output
    assert command("create", "carol", "--name", "Carol", "--role", "king").exit_code == 2
    assert command("create", "carol", "--name", "Carol", "--role", "none").exit_code == 0


def test_an_account_needs_no_more_than_its_login_its_unit_and_its_role(command: Command) -> None:
    unit("SZ0001")
    made = command("create", "xu", "--unit", "SZ0001", "--role", "unit_user")
    assert (made.exit_code, user("xu").name) == (0, "xu")
    assert state(sessions.sign_in("xu", made.output.split()[1])) == "password"


def test_what_helps_when_nobody_else_can(command: Command) -> None:
    command("create", "bob", "--name", "Bob", "--role", "security_administrator", "--keep-password")
    password = command("password", "bob").output.split()[1]
    assert state(sessions.sign_in("bob", password)) == "password"
    assert command("disable", "bob").exit_code == 0
    assert not user("bob").active
    assert command("enable", "bob").exit_code == 0
    assert user("bob").active
    assert "no second factor" in command("reset-factor", "bob").output
    assert command("password", "nobody").exit_code == 1


def test_a_lost_telephone_is_let_go_by_command(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("licensetrack.operations.random_password", lambda: RIGHT)
    command("create", "bob", "--name", "Bob", "--role", "auditor", "--keep-password")
    enrolled("bob")
    assert state(sessions.sign_in("bob", RIGHT)) == "factor"
    assert command("reset-factor", "bob").exit_code == 0
    assert state(sessions.sign_in("bob", RIGHT)) == "open"
