"""Signing what leaves the house: the key lies in a file outside the database; the algorithm is a setting."""

from __future__ import annotations

import hashlib
import hmac
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from licensetrack.core.signatures import SM2_N, fingerprint_of, sm2_message, sm2_times

ED25519, SM2 = "ed25519", "sm2"
ALGORITHMS = (ED25519, SM2)
_key: list[bytes] = []
_algorithm = [ED25519]


class Signature(NamedTuple):
    """A signature with what is needed to check it."""

    algorithm: str
    public_key: bytes
    value: bytes


def use_key(secret: str, algorithm: str = ED25519) -> None:
    """Sets the installation's signing key (64 hexadecimal digits of chance) and the algorithm for what is signed.

    Raises ValueError for another text or an unknown algorithm.
    """
    if len(secret) != 64:
        raise ValueError("the signing key needs 64 hexadecimal digits")
    if algorithm not in ALGORITHMS:
        raise ValueError(f"there is no signature {algorithm}; there are: {', '.join(ALGORITHMS)}")
    _key[:], _algorithm[:] = [bytes.fromhex(secret)], [algorithm]


def sign(message: bytes) -> Signature:
    """The installation's signature; the same message gives the same bytes. Raises RuntimeError before `use_key`."""
    algorithm = _algorithm[0]
    if algorithm == ED25519:
        return Signature(algorithm, public_key(), Ed25519PrivateKey.from_private_bytes(_secret()).sign(message))
    return Signature(algorithm, public_key(), _sm2_signature(message))


def public_key() -> bytes:
    """The key that others check with. Raises RuntimeError before `use_key`."""
    if _algorithm[0] == ED25519:
        return Ed25519PrivateKey.from_private_bytes(_secret()).public_key().public_bytes_raw()
    point = sm2_times(_sm2_secret())
    if point is None:
        raise RuntimeError("this signing key has no public key")
    return point[0].to_bytes(32, "big") + point[1].to_bytes(32, "big")


def fingerprint() -> str:
    """The public key's fingerprint, as pages show it and verifiers print it."""
    return fingerprint_of(public_key())


def _secret() -> bytes:
    if not _key:
        raise RuntimeError("no key for signing: call use_key() first")
    return _key[0]


def _sm2_secret() -> int:
    """A number from 1 to n - 2, made from the key."""
    return int.from_bytes(hashlib.sha512(b"licensetrack:sm2:" + _secret()).digest(), "big") % (SM2_N - 2) + 1


def _sm2_signature(message: bytes) -> bytes:
    """GB/T 32918.2; the number used once comes from key and message, so no bad chance can give the key away."""
    secret, digest = _sm2_secret(), sm2_message(public_key(), message)
    for attempt in range(256):
        seed = hmac.new(_secret(), b"%d:" % attempt + digest.to_bytes(32, "big"), hashlib.sha512).digest()
        once = int.from_bytes(seed, "big") % (SM2_N - 1) + 1
        value = sm2_with(secret, once, digest)
        if value:
            return value
    raise RuntimeError("no signature came out")


def sm2_with(secret: int, once: int, digest: int) -> bytes:
    """The signature with a given number used once; empty where that number does not serve."""
    point = sm2_times(once)
    r = 0 if point is None else (digest + point[0]) % SM2_N
    s = pow(1 + secret, SM2_N - 2, SM2_N) * (once - r * secret) % SM2_N
    return b"" if not r or not s or r + once == SM2_N else r.to_bytes(32, "big") + s.to_bytes(32, "big")
