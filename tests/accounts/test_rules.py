"""Rules of sign-in as values: what the two profiles demand of a password, of its age, and of a session."""

from __future__ import annotations

import datetime as dt

import pytest

from licensetrack.accounts import passwords
from licensetrack.accounts.common_passwords import is_common
from licensetrack.accounts.permissions import ROLES
from licensetrack.accounts.profiles import ASVS, MLPS, PROFILES, RECOMMENDED
from licensetrack.accounts.rules import check_password, is_old, is_over
from licensetrack.core.errors import Refused
from tests.accounts.people import RIGHT


def test_the_profiles_demand_what_their_standards_say() -> None:
    assert (MLPS.length, MLPS.kinds, MLPS.days, MLPS.remembered) == (12, 3, 90, 5)
    assert (MLPS.idle, MLPS.absolute) == (dt.timedelta(minutes=30), dt.timedelta(hours=12))
    assert (ASVS.length, ASVS.kinds, ASVS.days) == (12, 1, 0)
    assert ASVS.refuse_common
    assert set(RECOMMENDED) <= set(ROLES)


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize(
    "password",
    ["short 1 A", "password1234", "P@ssw0rd1234", "qwertyuiop123", "123456789012", "Administrator1", "aaaaaaaaaaaaA1",
     "Huawei@12345", "woaini520520", "ｐａｓｓｗｏｒｄ１２３４", "my-bob-has-a-secret-9", "x" * 201],
)  # fmt: skip
def test_both_profiles_refuse_what_is_short_common_or_the_login(profile: str, password: str) -> None:
    with pytest.raises(Refused, match=r"password|everybody") as refused:
        check_password(password, "bob", PROFILES[profile])
    assert refused.value.field == "password"


@pytest.mark.parametrize("password", ["meadow lantern crow", "korrekt-pferd-akku", "天马行空的长长一句话好记"])
def test_kinds_of_letters_are_asked_for_by_one_profile_only(password: str) -> None:
    check_password(password, "bob", ASVS)
    with pytest.raises(Refused, match="at least 3 of"):
        check_password(password, "bob", MLPS)


@pytest.mark.parametrize("password", [RIGHT, "tidal Orchid 77", "Nebel-über-Jena-3"])
def test_good_passwords_are_not_taken_for_common_ones(password: str) -> None:
    assert not is_common(password)
    check_password(password, "bob", MLPS)


def test_random_passwords_pass_every_profile() -> None:
    for _ in range(200):
        password = passwords.random_password()
        for profile in PROFILES.values():
            check_password(password, "bob", profile)


def test_age_and_idleness_are_matters_of_the_profile() -> None:
    start = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
    assert is_old(start, start + dt.timedelta(days=91), MLPS)
    assert not is_old(start, start + dt.timedelta(days=9100), ASVS)
    assert is_over(start, start, start + MLPS.idle + dt.timedelta(seconds=1), MLPS)
