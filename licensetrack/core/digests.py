"""Digests for chains: SM3 (GB/T 32905) where this Python has it, else SHA-256; the algorithm is stored beside each."""

from __future__ import annotations

import functools
import hashlib

SM3_OF_ABC = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"  # GB/T 32905-2016, annex A.1


@functools.cache
def chain_algorithm() -> str:
    """`sm3` if the OpenSSL behind this Python offers it and reproduces the standard's example, else `sha256`."""
    try:
        right = hashlib.new("sm3", b"abc").hexdigest() == SM3_OF_ABC
    except ValueError:
        right = False
    return "sm3" if right else "sha256"


def digest(text: str, algorithm: str) -> str:
    """The hexadecimal digest of a text's UTF-8 bytes. Raises ValueError for an algorithm that this Python lacks."""
    return hashlib.new(algorithm, text.encode()).hexdigest()
