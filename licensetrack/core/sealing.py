"""Sealing: what must not lie readable on a disk (licence files, seeds of second factors) is encrypted.

A sealed text is one byte for the cipher, twelve for the nonce, then the ciphertext with its tag. `purpose` is
authenticated with it, so that a sealed seed can not be passed off as a sealed file.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from licensetrack.core.errors import NotFound

NONCE, TAG = 12, 16
AES_256_GCM, SM4_GCM = "aes-256-gcm", "sm4-gcm"
_CODES = {AES_256_GCM: 1, SM4_GCM: 2}
CIPHERS = tuple(_CODES)
_key: list[bytes] = []
_cipher = [AES_256_GCM]


def use_key(key: bytes, cipher: str = AES_256_GCM) -> None:
    """Sets the installation's key (32 bytes or more of chance) and the cipher for what is sealed from now on.

    Raises ValueError for a short key or an unknown cipher. What another cipher sealed stays readable.
    """
    if len(key) < 32:
        raise ValueError("the key for sealing needs 32 bytes")
    if cipher not in _CODES:
        raise ValueError(f"there is no cipher {cipher}; there are: {', '.join(CIPHERS)}")
    _key[:], _cipher[:] = [key], [cipher]


def seal(content: bytes, purpose: str) -> bytes:
    """The content encrypted under the installation's key. Raises RuntimeError before `use_key`."""
    code, nonce = _CODES[_cipher[0]], os.urandom(NONCE)
    head = bytes([code]) + nonce
    return head + _SEALS[code](_derived(code, purpose), nonce, content, head + purpose.encode())


def unseal(sealed: bytes, purpose: str) -> bytes:
    """What was sealed for this purpose. Raises NotFound when one bit differs, or the key is another."""
    code = sealed[0] if sealed else 0
    nonce, rest, head = sealed[1 : 1 + NONCE], sealed[1 + NONCE :], sealed[: 1 + NONCE]
    if code not in _OPENS or len(rest) < TAG:
        raise NotFound("What was sealed can not be opened: it is damaged, or sealed with another key.")
    try:
        return _OPENS[code](_derived(code, purpose), nonce, rest, head + purpose.encode())
    except InvalidTag:
        raise NotFound("What was sealed can not be opened: it is damaged, or sealed with another key.") from None


def key_fingerprint() -> str:
    """Tells one installation's key from another's without giving anything of it away; 16 hexadecimal digits."""
    if not _key:
        raise RuntimeError("no key for sealing: call use_key() first")
    return HKDF(SHA256(), 8, None, b"licensetrack:fingerprint").derive(_key[0]).hex()


def _derived(code: int, purpose: str) -> bytes:
    """A key of its own for each cipher and purpose, so that none ever meets another's nonce."""
    if not _key:
        raise RuntimeError("no key for sealing: call use_key() first")
    length = 32 if code == _CODES[AES_256_GCM] else 16
    return HKDF(SHA256(), length, None, f"licensetrack:{code}:{purpose}".encode()).derive(_key[0])


def _seal_aes(key: bytes, nonce: bytes, content: bytes, bound: bytes) -> bytes:
    return AESGCM(key).encrypt(nonce, content, bound)


def _open_aes(key: bytes, nonce: bytes, rest: bytes, bound: bytes) -> bytes:
    return AESGCM(key).decrypt(nonce, rest, bound)


def _seal_sm4(key: bytes, nonce: bytes, content: bytes, bound: bytes) -> bytes:
    encryptor: Any = Cipher(SM4(key), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(bound)
    return bytes(encryptor.update(content) + encryptor.finalize() + encryptor.tag)


def _open_sm4(key: bytes, nonce: bytes, rest: bytes, bound: bytes) -> bytes:
    decryptor: Any = Cipher(SM4(key), modes.GCM(nonce, rest[-TAG:])).decryptor()
    decryptor.authenticate_additional_data(bound)
    return bytes(decryptor.update(rest[:-TAG]) + decryptor.finalize())


_Step = Callable[[bytes, bytes, bytes, bytes], bytes]
_SEALS: dict[int, _Step] = {1: _seal_aes, 2: _seal_sm4}
_OPENS: dict[int, _Step] = {1: _open_aes, 2: _open_sm4}
