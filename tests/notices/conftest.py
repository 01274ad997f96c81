"""Passwords hashed with little work, else these tests took minutes."""

import pytest

from licensetrack.accounts import passwords


@pytest.fixture(autouse=True)
def little_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """One thousandth of the work."""
    monkeypatch.setattr(passwords, "HASH_METHOD", "scrypt:1024:8:1")
