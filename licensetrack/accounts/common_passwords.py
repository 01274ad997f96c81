"""Passwords that everybody tries first: a few words and rows of keys, alone, doubled or with digits around them."""

from __future__ import annotations

import unicodedata

WORDS = (
    "password passwort passwd welcome letmein login administrator admin manager root user guest master secret security"
    " changeme default monkey dragon football baseball basketball superman batman sunshine princess iloveyou whatever"
    " trustno shadow michael jordan computer internet server oracle cisco huawei vmware license licence licensetrack"
    " company office system support service test demo shenzhen guangdong beijing shanghai zhongguo china woaini"
    " woaizuguo mima guanliyuan dengbao zhengwu shuju zhongxin zhongxing nihao wodemima"
    " 520 1314 666 888 2023 2024 2025 2026 2027"
).split()
ROWS = (
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "1qaz2wsx3edc4rfv",
    "!@#$%^&*()",
)
LOOKALIKES = str.maketrans("@4301$5!7", "aaeoissit")
LEFT_OVER = 4  # so much beside the words is still no password


def is_common(password: str) -> bool:
    """Whether little remains when well-known words, rows of keys and repeated letters are taken out."""
    plain = unicodedata.normalize("NFKC", password).casefold()
    return any(len(_without_known(text)) <= LEFT_OVER for text in (plain, plain.translate(LOOKALIKES)))


def _without_known(text: str) -> str:
    for word in sorted(WORDS, key=len, reverse=True):
        text = text.replace(word, "")
    return "".join(letter for index, letter in enumerate(text) if not _goes_on(text, index))


def _goes_on(text: str, index: int) -> bool:
    """Whether this letter only continues the one before it: again the same, or the next key of a row."""
    pair = text[index - 1 : index + 1]
    if index == 0 or len(pair) < 2:
        return False
    return pair[0] == pair[1] or any(pair in row or pair[::-1] in row for row in ROWS)
