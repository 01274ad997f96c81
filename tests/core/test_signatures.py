"""Signatures: the standards' own examples, and that nothing else is let through."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest

from licensetrack.core import signatures, signing
from licensetrack.core.signatures import ORDER, ed25519_holds, sm2_holds, sm2_message, sm2_times, sm3
from licensetrack.core.signing import ALGORITHMS, sm2_with

# RFC 8032, section 7.1: public key, message, signature.
RFC_8032 = [
    ("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe2465"
     "5141438e7a100b"),
    ("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb0"
     "0d291612bb0c00"),
    ("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc0"
     "27beceea1ec40a"),
]  # fmt: skip
SM2_SECRET = 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8
SM2_ONCE = 0x59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21
SM2_SIGNATURE = (
    "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d484"
    "0b69c485bbc1aa"
)
MESSAGE = b"message digest"


def sm2_key() -> bytes:
    point = sm2_times(SM2_SECRET)
    assert point is not None
    return point[0].to_bytes(32, "big") + point[1].to_bytes(32, "big")


@pytest.mark.parametrize(("key", "message", "signature"), RFC_8032)
def test_the_examples_of_rfc_8032_hold(key: str, message: str, signature: str) -> None:
    assert ed25519_holds(bytes.fromhex(key), bytes.fromhex(signature), bytes.fromhex(message))
    assert not ed25519_holds(bytes.fromhex(key), bytes.fromhex(signature), bytes.fromhex(message) + b"\0")


def test_a_second_spelling_of_a_signature_is_refused() -> None:
    key, message, signature = (bytes.fromhex(part) for part in RFC_8032[1])
    longer = signature[:32] + (int.from_bytes(signature[32:], "little") + ORDER).to_bytes(32, "little")
    assert not ed25519_holds(key, longer, message)
    assert not ed25519_holds(key, signature[:-1], message)
    assert not ed25519_holds((2**255 - 18).to_bytes(32, "little"), signature, message)  # y = 1 once more
    assert not ed25519_holds((2).to_bytes(32, "little"), signature, message)  # no point of the curve


def test_the_example_of_sm2_comes_out_and_holds() -> None:
    made = sm2_with(SM2_SECRET, SM2_ONCE, sm2_message(sm2_key(), MESSAGE))
    assert made.hex() == SM2_SIGNATURE
    assert sm2_holds(sm2_key(), made, MESSAGE)
    assert not sm2_holds(sm2_key(), made, MESSAGE + b".")
    assert not sm2_holds(sm2_key()[:-1] + b"\x14", made, MESSAGE)  # beside the curve
    assert not sm2_holds(sm2_key(), bytes(64), MESSAGE)


def test_sm3_in_plain_python_gives_the_standards_examples() -> None:
    assert signatures._sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert signatures._sm3(b"abcd" * 16).hex() == "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"
    for length in (0, 55, 56, 63, 64, 200):
        assert signatures._sm3(b"x" * length) == sm3(b"x" * length)


@pytest.fixture
def another_key() -> Iterator[str]:
    before = list(signing._key), list(signing._algorithm)
    yield "3c" * 32
    signing._key[:], signing._algorithm[:] = before


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_what_the_installation_signs_holds_and_is_always_the_same(another_key: str, algorithm: str) -> None:
    signing.use_key(another_key, algorithm)
    signed = signing.sign(MESSAGE)
    assert signing.sign(MESSAGE) == signed
    check = signatures.SIGNATURES[signed.algorithm]
    assert check(signed.public_key, signed.value, MESSAGE)
    assert not check(signed.public_key, signed.value, MESSAGE[:-1])
    assert signing.fingerprint().replace(" ", "") == hashlib.sha256(signed.public_key).hexdigest()


def test_a_short_key_and_an_unknown_algorithm_are_refused(another_key: str) -> None:
    with pytest.raises(ValueError, match="64 hexadecimal"):
        signing.use_key("3c")
    with pytest.raises(ValueError, match="ed25519, sm2"):
        signing.use_key(another_key, "rsa")
    signing._key.clear()
    with pytest.raises(RuntimeError, match="use_key"):
        signing.sign(MESSAGE)
