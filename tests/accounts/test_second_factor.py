"""The second factor: each code once and none that is older, recovery codes once, and nobody guesses without waiting."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, select, text

from licensetrack.accounts import own, second_factor, sessions, users
from licensetrack.accounts.models import RecoveryCode, User
from licensetrack.accounts.permissions import SYSTEM
from licensetrack.accounts.rules import plain_code
from licensetrack.core import sealing
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import NotFound, Refused
from tests.accounts.people import OTHER, RIGHT, Telephone, at_once, enrolled, half_way, person, state
from tests.conftest import Clock

FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
AS_TYPED: dict[str, Callable[[str], str]] = {
    "as it is shown": lambda code: code,
    "with a blank in the middle": lambda code: f"{code[:3]} {code[3:]}",
    "with blanks all around": lambda code: f"\u3000 {code}\t\u200b\n",
    "with a hyphen": lambda code: f"{code[:3]}－{code[3:]}",
    "in full-width digits": lambda code: code.translate(FULL_WIDTH),
    "in full-width digits and blanks": lambda code: "\u00a0".join(code.translate(FULL_WIDTH)),
}


@pytest.fixture(autouse=True)
def bob(database: Engine, clock: Clock) -> None:
    person("bob")


def wrong(token: str, code: str) -> str:
    with pytest.raises(Refused) as refused:
        sessions.pass_factor(token, code)
    assert refused.value.field == "code"
    return refused.value.message


def test_who_has_a_second_factor_signs_in_with_a_code() -> None:
    telephone, _ = enrolled("bob")
    token = half_way()
    assert sessions.session_actor(token) is None, "the password alone signs nobody in"
    opened = sessions.pass_factor(token, telephone.code())
    assert (state(opened), state(token)) == ("open", None), "and the token from before is worth nothing"
    actor = sessions.session_actor(opened)
    assert actor is not None
    assert actor.login == "bob"


@pytest.mark.parametrize("typed", AS_TYPED.values(), ids=AS_TYPED)
def test_a_code_is_read_however_it_is_typed_and_taken_once_however_it_is_typed(typed: Callable[[str], str]) -> None:
    telephone, _ = enrolled("bob")
    code = telephone.code()
    assert state(sessions.pass_factor(half_way(), typed(code))) == "open"
    for again in AS_TYPED.values():
        with transaction() as db:  # else the account were locked after five
            db.execute(text("UPDATE account SET failures = 0"))
        assert wrong(half_way(), again(code)) == sessions.WRONG_CODE


def test_a_code_of_before_does_not_come_back_after_a_newer_one(clock: Clock) -> None:
    telephone, _ = enrolled("bob")
    first = telephone.code()
    assert state(sessions.pass_factor(half_way(), first)) == "open"
    clock.forward(seconds=30)
    second = telephone.code()
    assert state(sessions.pass_factor(half_way(), second)) == "open"
    assert wrong(half_way(), first) == sessions.WRONG_CODE, "A-B-A"
    assert wrong(half_way(), second) == sessions.WRONG_CODE
    clock.forward(seconds=30)
    assert state(sessions.pass_factor(half_way(), telephone.code())) == "open"


def test_the_code_that_turned_the_factor_on_does_not_sign_in() -> None:
    telephone, _ = enrolled("bob")
    assert wrong(half_way(), telephone.code(-1)) == sessions.WRONG_CODE


def test_a_telephone_may_be_a_step_off_and_no_more(clock: Clock) -> None:
    telephone, _ = enrolled("bob")
    clock.forward(minutes=5)
    for steps in (-2, 2):
        assert wrong(half_way(), telephone.code(steps)) == sessions.WRONG_CODE
    assert state(sessions.pass_factor(half_way(), telephone.code(-1))) == "open"
    assert state(sessions.pass_factor(half_way(), telephone.code(1))) == "open"
    assert wrong(half_way(), telephone.code()) == sessions.WRONG_CODE, "older than the one taken last"


@pytest.mark.parametrize("one_session", [True, False], ids=["one session", "many sessions"])
def test_sixteen_at_once_with_the_same_code_are_one_success(one_session: bool) -> None:
    telephone, _ = enrolled("bob")
    code, token = telephone.code(), half_way()
    tokens = [token] * 16 if one_session else [half_way() for _ in range(16)]
    results = at_once([lambda token=token: sessions.pass_factor(token, code) for token in tokens])
    opened = [one for one in results if isinstance(one, str)]
    assert len(opened) == 1
    assert [type(one) for one in results if one not in opened] == [Refused] * 15


def test_sixteen_at_once_with_the_same_recovery_code_are_one_success() -> None:
    _, codes = enrolled("bob")
    tokens = [half_way() for _ in range(16)]
    results = at_once([lambda token=token: sessions.pass_factor(token, codes[0]) for token in tokens])
    assert len([one for one in results if isinstance(one, str)]) == 1


def test_each_recovery_code_is_worth_one_sign_in() -> None:
    _, codes = enrolled("bob")
    assert len(set(codes)) == 10
    assert state(sessions.pass_factor(half_way(), codes[3].lower().replace("-", " "))) == "open"
    assert wrong(half_way(), codes[3]) == sessions.WRONG_CODE
    assert state(sessions.pass_factor(half_way(), codes[4].replace("-", ""))) == "open"
    with reading() as db:
        bob = users.find_user(db, "bob")
        assert bob is not None
        assert second_factor.codes_left(db, bob.id) == 8


def test_new_recovery_codes_make_those_before_worthless() -> None:
    telephone, before = enrolled("bob")
    token = sessions.pass_factor(half_way(), telephone.code())
    after = own.renew_codes(token, RIGHT)
    assert not set(before) & set(after)
    assert wrong(half_way(), before[0]) == sessions.WRONG_CODE
    assert state(sessions.pass_factor(half_way(), after[0])) == "open"


def test_neither_seed_nor_recovery_codes_stand_readable_in_the_database(database: Engine) -> None:
    telephone, codes = enrolled("bob")
    with reading() as db:
        rows = [
            str(row)
            for table in ("account", "recovery_code", "login_session", "audit_entry", "setting")
            for row in db.execute(text(f"SELECT * FROM {table}"))
        ]
    seed = telephone.totp.secret
    for secret in (seed, *codes, *(code.replace("-", "") for code in codes)):
        assert not any(secret in row for row in rows)


def test_a_seed_moved_to_another_account_opens_nothing() -> None:
    person("mallory")
    enrolled("mallory")
    enrolled("bob")
    with transaction() as db:
        seed = db.scalars(select(User.totp_seed).where(User.login == "mallory")).one()
        db.execute(text("UPDATE account SET totp_seed = :seed WHERE login = 'bob'"), {"seed": seed})
    with pytest.raises(NotFound, match="can not be opened"):
        sessions.pass_factor(half_way(), "123456")
    with pytest.raises(NotFound):
        sealing.unseal(seed or b"", "second-factor")


def test_a_new_password_does_not_drop_the_second_factor_and_only_an_audited_reset_does() -> None:
    telephone, codes = enrolled("bob")
    users.set_password("bob", OTHER, actor=SYSTEM, must_change=False)
    token = sessions.sign_in("bob", OTHER)
    assert state(token) == "factor"
    second_factor.reset_factor("bob", actor=SYSTEM)
    assert state(token) is None, "its sessions end"
    assert state(sessions.sign_in("bob", OTHER)) == "open"
    with reading() as db:
        assert db.scalars(select(RecoveryCode)).all() == []
        tags = db.execute(text("SELECT tag FROM audit_entry WHERE subject = 'user:bob'")).scalars().all()
    assert "accounts:factor:reset" in tags
    with pytest.raises(Refused, match="no second factor"):
        second_factor.reset_factor("bob", actor=SYSTEM)
    token = sessions.sign_in("bob", OTHER)
    own.begin_factor(token, OTHER)
    assert own.seed_to_show(token)[0] != telephone.totp.secret, "the next one is another"
    assert codes


def test_wrong_codes_lock_like_wrong_passwords_and_the_right_password_forgives_none(clock: Clock) -> None:
    telephone, _ = enrolled("bob")
    for _ in range(5):
        assert wrong(half_way(), "000000") == sessions.WRONG_CODE  # the right password before each
    with pytest.raises(Refused, match="wait"):
        sessions.sign_in("bob", RIGHT)
    clock.forward(seconds=61)
    token = half_way()
    assert wrong(token, "000000") == sessions.WRONG_CODE
    assert wrong(token, telephone.code()) == sessions.TOO_MANY, "the wait is for the right code, too"
    clock.forward(seconds=121)
    assert state(sessions.pass_factor(half_way(), telephone.code())) == "open"
    for _ in range(4):
        wrong(half_way(), "000000")
    clock.forward(seconds=30)
    assert state(sessions.pass_factor(half_way(), telephone.code())) == "open", "the whole proof forgives"


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "12345６7", "12.34.56", "1" * 10_000])
def test_what_is_no_code_is_refused(code: str) -> None:
    enrolled("bob")
    assert wrong(half_way(), code) == sessions.WRONG_CODE


def test_a_code_is_normalized_before_anything_looks_at_it() -> None:
    assert plain_code(" １２３ \u200b－ 456\n") == "123456"
    assert plain_code("abcd-ef gh") == "ABCDEFGH"
    assert plain_code("12;34") == ""
    assert plain_code("٣") == ""


def test_turning_on_needs_the_password_and_the_first_code_and_makes_a_new_session() -> None:
    token, elsewhere = sessions.sign_in("bob", RIGHT), sessions.sign_in("bob", RIGHT)
    with pytest.raises(Refused, match="present password"):
        own.begin_factor(token, "wrong")
    with pytest.raises(Refused, match="begin again"):
        own.confirm_factor(token, "123456")
    own.begin_factor(token, RIGHT)
    seed, address = own.seed_to_show(token)
    own.begin_factor(token, RIGHT)
    assert own.seed_to_show(token)[0] == seed, "a page loaded again shows the same"
    assert address == f"otpauth://totp/licensetrack:bob?secret={seed}&issuer=licensetrack"
    with pytest.raises(Refused) as refused:
        own.confirm_factor(token, "000000")
    assert refused.value.field == "code"
    assert state(sessions.sign_in("bob", RIGHT)) == "open", "not before its first code"
    opened, codes = own.confirm_factor(token, Telephone(seed).code())
    assert (state(opened), state(token), state(elsewhere)) == ("open", None, None)
    assert len(codes) == 10
    for act in (lambda: own.begin_factor(opened, RIGHT), lambda: own.seed_to_show(opened)):
        with pytest.raises(Refused, match="on already"):
            act()


def test_turning_off_needs_the_password_and_ends_the_other_sessions() -> None:
    telephone, _ = enrolled("bob")
    token = sessions.pass_factor(half_way(), telephone.code())
    with pytest.raises(Refused, match="present password"):
        own.remove_factor(token, "wrong")
    opened = own.remove_factor(token, RIGHT)
    assert (state(token), state(opened)) == (None, "open")
    assert state(sessions.sign_in("bob", RIGHT)) == "open"
    with pytest.raises(Refused, match="no second factor"):
        own.remove_factor(opened, RIGHT)
    with pytest.raises(Refused, match="no second factor"):
        own.renew_codes(opened, RIGHT)
