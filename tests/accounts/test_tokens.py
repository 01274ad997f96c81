"""Access tokens: shown once, kept as a digest, good for their days, and gone with whatever changes their account."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, func, inspect, select, text

from licensetrack.accounts import own, second_factor, sessions, users
from licensetrack.accounts.models import AccessToken, User
from licensetrack.accounts.permissions import SYSTEM, Scope
from licensetrack.accounts.session_rows import token_digest
from licensetrack.accounts.token_rows import tokens_of
from licensetrack.accounts.tokens import LONGEST, MOST, end_own_token, make_token, token_actor
from licensetrack.accounts.unused import NOTICE, UNUSED, unused_accounts
from licensetrack.core.audit import AuditEntry
from licensetrack.core.clock import now, today
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import Conflict, NotFound, Refused
from tests.accounts.people import OTHER, RIGHT, at_once, demand_factor, enrolled, person, version
from tests.conftest import Clock

YEAR = dt.timedelta(days=365)


@pytest.fixture(autouse=True)
def bob(database: Engine, clock: Clock) -> None:
    person("bob", "operator")


def made(name: str = "collector", *, login: str = "bob", days: int = 90) -> str:
    return make_token(sessions.sign_in(login, RIGHT), RIGHT, name, today() + dt.timedelta(days=days))


def standing(login: str = "bob") -> list[AccessToken]:
    with reading() as db:
        return list(tokens_of(db, db.scalars(select(User.id).where(User.login == login)).one()))


def told(tag: str) -> list[tuple[str, str, dict[str, object]]]:
    """Subject, outcome and details of the trail's entries of a tag."""
    with reading() as db:
        rows = db.execute(
            select(AuditEntry.subject, AuditEntry.outcome, AuditEntry.details)
            .where(AuditEntry.tag == f"accounts:token:{tag}")
            .order_by(AuditEntry.seq)
        )
        return [(row.subject, row.outcome, json.loads(row.details)) for row in rows]


def test_a_token_acts_as_its_account_with_the_rights_of_the_moment() -> None:
    token = made()
    actor = token_actor(token)
    assert actor is not None
    assert (actor.login, actor.role, actor.scope) == ("bob", "operator", Scope())
    assert token_actor(token[:-1]) is None
    assert token_actor("") is None
    assert told("make") == [
        ("user:bob", "done", {"number": 1, "name": "collector", "valid_until": "2025-03-31", "address": ""})
    ]


def test_the_token_has_256_bits_and_stands_nowhere_in_the_database(database: Engine) -> None:
    token = made()
    assert token.startswith("lt_")
    assert len(token) == 3 + 43
    token_actor(token)
    end_own_token(sessions.sign_in("bob", RIGHT), standing()[0].id)
    assert token_actor(token) is None, "and its refused use is recorded"
    with reading() as db:
        for table in inspect(database).get_table_names():
            for row in db.execute(text(f'SELECT * FROM "{table}"')):
                assert token[3:] not in repr(tuple(row)), table
        assert db.scalars(select(AccessToken.digest)).one() == token_digest(token)


@pytest.mark.parametrize(
    ("name", "days", "field"),
    [("  ", 9, "name"), ("x" * 81, 9, "name"), ("c", -1, "expires_on"), ("c", 366, "expires_on")],
)
def test_a_token_has_a_name_and_a_last_day_within_a_year(name: str, days: int, field: str) -> None:
    with pytest.raises(Refused) as refused:
        made(name, days=days)
    assert refused.value.field == field
    assert standing() == []
    assert YEAR == LONGEST


def test_the_password_is_asked_for_and_a_wrong_one_counts_as_at_sign_in() -> None:
    session = sessions.sign_in("bob", RIGHT)
    for _ in range(5):
        with pytest.raises(Refused) as refused:
            make_token(session, "wrong", "collector", today())
        assert refused.value.field == "current"
    with pytest.raises(Refused, match="Too many"):
        make_token(session, RIGHT, "collector", today())
    assert standing() == []


def test_what_was_sent_twice_is_made_once() -> None:
    session, seen = sessions.sign_in("bob", RIGHT), version("bob")
    make_token(session, RIGHT, "collector", today(), seen=seen)
    with pytest.raises(Conflict):
        make_token(session, RIGHT, "collector", today(), seen=seen)
    with pytest.raises(Refused, match="of this name already"):
        make_token(session, RIGHT, " collector ", today())
    assert len(standing()) == 1


def test_an_account_has_ten_tokens_at_most_even_when_all_are_asked_for_at_once() -> None:
    session = sessions.sign_in("bob", RIGHT)
    for nth in range(MOST - 1):
        make_token(session, RIGHT, f"collector {nth}", today())

    def one_more(name: str) -> Callable[[], object]:
        return lambda: make_token(session, RIGHT, name, today())

    results = at_once([one_more(name) for name in ("x", "y", "z")])
    assert len([one for one in results if isinstance(one, str)]) == 1, results
    assert len(standing()) == MOST
    end_own_token(session, standing()[0].id)
    make_token(session, RIGHT, "in its place", today())


def test_a_token_is_good_to_the_end_of_its_last_day_and_expired_ones_do_not_count(clock: Clock) -> None:
    token = made(days=1)
    clock.set("2025-01-01 23:59")
    assert token_actor(token) is not None
    clock.set("2025-01-02 00:01")
    assert token_actor(token) is None
    assert told("use")[-1][2]["refusal"] == "expired"
    assert [one.expired for one in standing()] == [True]
    assert token_actor(made()) is not None, "of the same name again"


def test_the_last_day_of_use_is_kept_and_nothing_more(clock: Clock) -> None:
    token = made()
    assert standing()[0].used_on is None
    token_actor(token)
    clock.forward(days=1)
    for _ in range(3):
        token_actor(token)
    assert standing()[0].used_on == dt.date(2025, 1, 1)
    assert told("use") == [], "uses are no entries of the trail, refused ones are"


def own_password() -> None:
    own.change_password(sessions.sign_in("bob", RIGHT), RIGHT, OTHER)


def password_reset() -> None:
    users.set_password("bob", OTHER, actor=SYSTEM)


def switched_off() -> None:
    users.set_active("bob", False, actor=SYSTEM)


def other_role() -> None:
    users.grant_role("bob", "auditor", Scope(), actor=SYSTEM)


def factor_reset() -> None:
    second_factor.reset_factor("bob", actor=SYSTEM)


@pytest.mark.parametrize(
    ("change", "tag"),
    [
        (own_password, "accounts:own:password"),
        (password_reset, "accounts:user:password"),
        (switched_off, "accounts:user:active"),
        (other_role, "accounts:role:grant"),
        (factor_reset, "accounts:factor:reset"),
    ],
)
def test_whatever_changes_the_account_ends_its_tokens(change: Callable[[], None], tag: str, clock: Clock) -> None:
    person("carl", "operator")
    tokens, other = [made("one"), made("two")], made(login="carl")
    if change is factor_reset:
        with transaction() as db:
            db.execute(text("UPDATE account SET factor_since = created_at WHERE login = 'bob'"))
    change()
    assert [token_actor(token) for token in tokens] == [None, None]
    assert told("end") == [("user:bob", "done", {"names": ["one", "two"], "action": tag})]
    assert token_actor(other) is not None


def test_a_unit_that_ends_takes_the_tokens_of_its_people_along(clock: Clock) -> None:
    person("una", "unit_user", Scope("unit", "7"))
    token = made(login="una")
    users.end_accounts_of_unit(7, actor=SYSTEM, on=today())
    assert token_actor(token) is None
    assert told("end")[-1][0] == "user:una"


def test_nobody_ends_a_token_of_somebody_else() -> None:
    token = made()
    person("carl", "operator")
    with pytest.raises(NotFound):
        end_own_token(sessions.sign_in("carl", RIGHT), standing()[0].id)
    assert token_actor(token) is not None
    session = sessions.sign_in("bob", RIGHT)
    end_own_token(session, standing()[0].id)
    with pytest.raises(NotFound):
        end_own_token(session, 1)


def test_where_the_policy_demands_a_second_factor_no_token_is_made_or_good_without_one(clock: Clock) -> None:
    session, token = sessions.sign_in("bob", RIGHT), made()
    demand_factor("operator")
    with pytest.raises(Refused, match="Set it up first"):
        make_token(session, RIGHT, "another", today())
    assert token_actor(token) is None
    assert told("use")[-1] == (
        "user:bob", "refused",
        {"number": 1, "name": "collector", "refusal": "no_factor", "page": "", "address": ""},
    )  # fmt: skip
    demand_factor()
    telephone, _ = enrolled("bob")
    demand_factor("operator")
    assert token_actor(token) is not None, "calls need no code"
    clock.forward(minutes=1)
    opened = sessions.pass_factor(sessions.sign_in("bob", RIGHT), telephone.code())
    assert token_actor(make_token(opened, RIGHT, "another", today())) is not None


def test_each_refused_use_is_recorded_with_its_reason_and_where_it_came_from() -> None:
    token = made()
    end_own_token(sessions.sign_in("bob", RIGHT), 1)
    token_actor(token, address="10.1.2.3", asked="/api/v1/figures")
    token_actor("lt_guessed", address="10.1.2.4", asked="/api/v1/figures")
    where = {"page": "/api/v1/figures"}
    assert told("use") == [
        ("user:bob", "refused", {"number": 1, "name": "collector", "refusal": "ended", "address": "10.1.2.3", **where}),
        ("token", "refused", {"refusal": "unknown", "address": "10.1.2.4", **where}),
    ]


def test_an_account_whose_token_is_in_use_is_not_unused(clock: Clock) -> None:
    token = made(days=365)
    clock.forward(days=(UNUSED - NOTICE).days)
    with reading() as db:
        assert [one.login for one in unused_accounts(db, now())] == ["bob"]
    token_actor(token)
    with reading() as db:
        assert unused_accounts(db, now()) == []
        assert db.scalar(select(func.count()).select_from(AccessToken)) == 1
