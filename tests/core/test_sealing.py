"""Sealing: only the same key, purpose and bytes open what was sealed; nothing of it can be read or changed."""

import pytest

from licensetrack.core import sealing
from licensetrack.core.errors import NotFound

SECRET = "许可证".encode() * 40


@pytest.fixture(params=sealing.CIPHERS, autouse=True)
def cipher(request: pytest.FixtureRequest) -> str:
    sealing.use_key(b"k" * 32, request.param)
    return str(request.param)


def test_what_was_sealed_opens_for_the_same_purpose() -> None:
    sealed = sealing.seal(SECRET, "license-file")
    assert SECRET[:12] not in sealed
    assert sealing.unseal(sealed, "license-file") == SECRET
    assert sealing.seal(SECRET, "license-file") != sealed


def test_every_changed_byte_is_noticed() -> None:
    sealed = sealing.seal(b"abc", "license-file")
    for place in range(len(sealed)):
        forged = bytearray(sealed)
        forged[place] ^= 1
        with pytest.raises(NotFound):
            sealing.unseal(bytes(forged), "license-file")
    for cut in range(len(sealed)):
        with pytest.raises(NotFound):
            sealing.unseal(sealed[:cut], "license-file")


def test_another_purpose_or_key_opens_nothing(cipher: str) -> None:
    sealed = sealing.seal(SECRET, "license-file")
    with pytest.raises(NotFound):
        sealing.unseal(sealed, "second-factor")
    sealing.use_key(b"x" * 32, cipher)
    with pytest.raises(NotFound):
        sealing.unseal(sealed, "license-file")


def test_an_installation_that_changes_its_cipher_still_opens_what_is_old(cipher: str) -> None:
    sealed = sealing.seal(SECRET, "license-file")
    for other in sealing.CIPHERS:
        sealing.use_key(b"k" * 32, other)
        assert sealing.unseal(sealed, "license-file") == SECRET


def test_a_short_key_or_an_unknown_cipher_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        sealing.use_key(b"short")
    with pytest.raises(ValueError, match="no cipher"):
        sealing.use_key(b"k" * 32, "rot13")
