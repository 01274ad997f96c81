"""Names of units as people type them: one key for every way of writing the same name, and the names most like a wrong
one."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import lru_cache

# NFKC leaves these apart though a clerk's keyboard does not: every kind of bracket, dash, middle dot and quotation
# mark.
_ALIKE = str.maketrans(
    {
        **dict.fromkeys("〔【［[{〈《「『﹝", "("),
        **dict.fromkeys("〕】］]}〉》」』﹞", ")"),
        **dict.fromkeys("‐‑‒–—―−﹣－_", "-"),
        **dict.fromkeys("•・‧∙⋅●", "·"),
        **dict.fromkeys("“”‘’\"'`", None),
    }
)
# Marks that change nothing but the glyph; unlike other invisible characters Python calls them printable.
VARIATION_MARK = re.compile(r"[\ufe00-\ufe0f\u034f\u180b-\u180d]")
_BLANK = re.compile(r"\s+")
# A blank beside a Chinese character or a bracket separates nothing; between two Latin words it does.
_IDLE_BLANK = re.compile(r"\s+(?=[^\x00-\x7f]|[()])|(?<=[^\x00-\x7f()])\s+|(?<=[()])\s+")


def is_ignorable(character: str) -> bool:
    """Whether a character shows nothing: zero-width, bidirectional and variation marks, the byte order mark."""
    return unicodedata.category(character) == "Cf" or VARIATION_MARK.match(character) is not None


def visible(text: str) -> str:
    """The text without characters that show nothing."""
    if text.isprintable() and not VARIATION_MARK.search(text):
        return text
    return "".join(character for character in text if not is_ignorable(character))


def tidy_name(text: str) -> str:
    """A name as it should be shown: nothing invisible, no stray blanks; brackets and letters stay as they were
    written."""
    shown = visible(text).strip()
    return _BLANK.sub(" ", _IDLE_BLANK.sub("", shown))


def plain_file_name(name: str) -> str:
    """The last part of a file's name, visible signs only: it is shown, never a path."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return tidy_name("".join(sign for sign in last if sign.isprintable()))[-200:] or "file"


@lru_cache(maxsize=65536)
def name_key(text: str) -> str:
    """The key under which every way of writing one name falls together.

    Full-width and half-width forms, blanks anywhere, both kinds of brackets, invisible characters and letter case
    make no difference. Look-alike characters (市 and 巿) stay apart: which one was meant is not ours to guess.
    """
    key = _folded(text)
    while (again := _folded(key)) != key:  # what a blank kept apart (an accent from its letter) joins once it is gone
        key = again
    return key


def _folded(text: str) -> str:
    alike = unicodedata.normalize("NFKC", visible(text)).translate(_ALIKE)
    return _BLANK.sub("", visible(alike)).casefold()


def nearest(text: str, candidates: Iterable[str], n: int = 3) -> list[str]:
    """The `n` candidates most like `text`, the likeliest first; made for Chinese names, where each character carries
    meaning.

    Characters and pairs of neighbours that few candidates have (发展) weigh more than those that all have (深圳市, 局).
    Candidates that share nothing with the text are left out, so fewer than `n` may come back.
    """
    index = _index(tuple(dict.fromkeys(candidates)))
    key = name_key(text)
    wanted = _pieces(key)
    if not wanted:
        return []
    weights, entries = index
    strange = max(weights.values(), default=1.0)
    total = sum(weights.get(piece, strange) * count for piece, count in wanted.items())
    scored = []
    for candidate, pieces, weight in entries:
        shared = sum(weights[piece] * min(count, pieces[piece]) for piece, count in wanted.items() if piece in pieces)
        if shared:
            scored.append((2 * shared / (total + weight), candidate))
    scored.sort(key=lambda pair: (-pair[0], pair[1]))
    # The order of characters decides among the few that share the most.
    final = [
        (score + SequenceMatcher(None, key, name_key(candidate), autojunk=False).ratio(), candidate)
        for score, candidate in scored[: 4 * n + 8]
    ]
    final.sort(key=lambda pair: (-pair[0], pair[1]))
    return [candidate for _, candidate in final[:n]]


def _pieces(key: str) -> Counter[str]:
    return Counter([*key, *(key[i : i + 2] for i in range(len(key) - 1))])


_Index = tuple[dict[str, float], list[tuple[str, Counter[str], float]]]


@lru_cache(maxsize=4)
def _index(candidates: tuple[str, ...]) -> _Index:
    pieces = [(candidate, _pieces(name_key(candidate))) for candidate in candidates]
    spread: Counter[str] = Counter()
    for _, counted in pieces:
        spread.update(counted.keys())
    weights = {piece: math.log(1 + len(candidates) / seen) for piece, seen in spread.items()}
    return weights, [
        (candidate, counted, sum(weights[piece] * count for piece, count in counted.items()))
        for candidate, counted in pieces
    ]
