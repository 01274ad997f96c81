"""Checking signatures with nothing but Python: Ed25519 (RFC 8032) and SM2 with SM3 (GB/T 32918, GB/T 32905).

This text goes into every sealed pack as part of its verifier, so it imports the standard library alone and runs on
Python 3.8. It is for checking and, with SM2, for signing a manifest now and then: it does not run in constant time.
"""

from __future__ import annotations

import hashlib
import struct
from typing import Callable, Dict, Optional, Tuple

# ------------------------------------------------------------------ Ed25519
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
Point = Tuple[int, int, int, int]


def _x_of(y: int, sign: int) -> int:
    """The x of a point with this y. Raises ValueError where there is none, or for a second spelling of it."""
    if y >= P:
        raise ValueError("no point of the curve")
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (not x and sign):
        raise ValueError("no point of the curve")
    return P - x if x & 1 != sign else x


def _point(encoded: bytes) -> Point:
    whole = int.from_bytes(encoded, "little")
    y = whole & ((1 << 255) - 1)
    x = _x_of(y, whole >> 255)
    return x, y, 1, x * y % P


def _add(p: Point, q: Point) -> Point:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(factor: int, point: Point) -> Point:
    total: Point = (0, 1, 1, 0)
    while factor:
        if factor & 1:
            total = _add(total, point)
        point = _add(point, point)
        factor >>= 1
    return total


_BASE = _point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def ed25519_holds(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the signature (64 bytes) is this key's (32 bytes) for the message; no second spelling is let through."""
    if len(public_key) != 32 or len(signature) != 64:
        return False
    try:
        key = _point(public_key)
    except ValueError:
        return False
    s = int.from_bytes(signature[32:], "little")
    if s >= ORDER:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public_key + message).digest(), "little") % ORDER
    x, y, z, _ = _add(_times(s, _BASE), _times(k, (P - key[0], key[1], 1, P - key[3])))
    inverse = pow(z, P - 2, P)
    return (y * inverse % P | (x * inverse % P & 1) << 255).to_bytes(32, "little") == signature[:32]


# ------------------------------------------------------------------ SM3
_IV = (0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E)
_WORD = 0xFFFFFFFF


def _rotated(word: int, by: int) -> int:
    by %= 32
    return (word << by | word >> (32 - by)) & _WORD


def sm3(message: bytes) -> bytes:
    """The SM3 digest, by this Python's OpenSSL where it has it."""
    try:
        return hashlib.new("sm3", message).digest()
    except ValueError:
        return _sm3(message)


def _sm3(message: bytes) -> bytes:
    padded = message + b"\x80" + bytes((55 - len(message)) % 64) + struct.pack(">Q", 8 * len(message))
    state: Tuple[int, ...] = _IV
    for at in range(0, len(padded), 64):
        state = tuple(old ^ new for old, new in zip(state, _compressed(state, padded[at : at + 64])))
    return struct.pack(">8I", *state)


def _compressed(state: Tuple[int, ...], block: bytes) -> Tuple[int, ...]:
    w = list(struct.unpack(">16I", block))
    for j in range(16, 68):
        x = w[j - 16] ^ w[j - 9] ^ _rotated(w[j - 3], 15)
        w.append(x ^ _rotated(x, 15) ^ _rotated(x, 23) ^ _rotated(w[j - 13], 7) ^ w[j - 6])
    a, b, c, d, e, f, g, h = state
    for j in range(64):
        turned = _rotated(a, 12)
        ss1 = _rotated((turned + e + _rotated(0x79CC4519 if j < 16 else 0x7A879D8A, j)) & _WORD, 7)
        ff = a ^ b ^ c if j < 16 else a & b | a & c | b & c
        gg = e ^ f ^ g if j < 16 else e & f | ~e & g
        tt1 = (ff + d + (ss1 ^ turned) + (w[j] ^ w[j + 4])) & _WORD
        tt2 = (gg + h + ss1 + w[j]) & _WORD
        a, b, c, d = tt1, a, _rotated(b, 9), c
        e, f, g, h = tt2 ^ _rotated(tt2, 9) ^ _rotated(tt2, 17), e, _rotated(f, 19), g
    return a, b, c, d, e, f, g, h


# ------------------------------------------------------------------ SM2
SM2_P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
SM2_A = SM2_P - 3
SM2_B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
SM2_N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
SM2_G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
_SM2_ID = b"1234567812345678"  # the name that GB/T 35276 gives to a signer without one
Affine = Optional[Tuple[int, int]]


def _sm2_add(p: Affine, q: Affine) -> Affine:
    if p is None or q is None:
        return p or q
    if p[0] == q[0]:
        if (p[1] + q[1]) % SM2_P == 0:
            return None
        slope = (3 * p[0] * p[0] + SM2_A) * pow(2 * p[1], SM2_P - 2, SM2_P)
    else:
        slope = (q[1] - p[1]) * pow(q[0] - p[0], SM2_P - 2, SM2_P)
    x = (slope * slope - p[0] - q[0]) % SM2_P
    return x, (slope * (p[0] - x) - p[1]) % SM2_P


def sm2_times(factor: int, point: Affine = SM2_G) -> Affine:
    """The point added to itself so many times; None is the point at infinity."""
    total: Affine = None
    while factor:
        if factor & 1:
            total = _sm2_add(total, point)
        point = _sm2_add(point, point)
        factor >>= 1
    return total


def sm2_message(public_key: bytes, message: bytes) -> int:
    """What is signed in place of the message: its digest together with the curve's and the key's."""
    curve = b"".join(part.to_bytes(32, "big") for part in (SM2_A, SM2_B, *SM2_G))
    whose = sm3(struct.pack(">H", 8 * len(_SM2_ID)) + _SM2_ID + curve + public_key)
    return int.from_bytes(sm3(whose + message), "big")


def sm2_holds(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the signature (r and s, 64 bytes) is this key's (x and y, 64 bytes) for the message."""
    if len(public_key) != 64 or len(signature) != 64:
        return False
    x, y = int.from_bytes(public_key[:32], "big"), int.from_bytes(public_key[32:], "big")
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    on_curve = x < SM2_P and y < SM2_P and (y * y - x * x * x - SM2_A * x - SM2_B) % SM2_P == 0
    if not on_curve or not (0 < r < SM2_N and 0 < s < SM2_N) or (r + s) % SM2_N == 0:
        return False
    found = _sm2_add(sm2_times(s), sm2_times((r + s) % SM2_N, (x, y)))
    return found is not None and (sm2_message(public_key, message) + found[0]) % SM2_N == r


Check = Callable[[bytes, bytes, bytes], bool]
SIGNATURES: Dict[str, Check] = {"ed25519": ed25519_holds, "sm2": sm2_holds}


def fingerprint_of(public_key: bytes) -> str:
    """SHA-256 of a public key in groups of eight, to be compared over another channel."""
    digest = hashlib.sha256(public_key).hexdigest()
    return " ".join(digest[at : at + 8] for at in range(0, 64, 8))
