"""What orders are about, how severe they are and where they come from: words kept as data in kinds.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from licensetrack.core.errors import Refused


@dataclass(frozen=True)
class Word:
    """A code in the ledger's word and in English; `extra` names the further fields of an order of this kind."""

    code: str
    word: str
    name: str
    extra: tuple[str, ...] = ()


@cache
def data() -> Mapping[str, Any]:
    """The file as it stands."""
    return tomllib.loads((files(__package__) / "kinds.toml").read_text("utf-8"))


def _words(section: str) -> dict[str, Word]:
    found = data()[section].items()
    return {code: Word(code, said["word"], said["name"], tuple(said.get("extra", ()))) for code, said in found}


@cache
def kinds() -> Mapping[str, Word]:
    """Kinds of orders, in the order of the contract."""
    return _words("kinds")


@cache
def severities() -> Mapping[str, Word]:
    """Levels, the most severe first."""
    return _words("severities")


@cache
def sources() -> Mapping[str, Word]:
    """Ways by which orders come in."""
    return _words("sources")


@cache
def extra_fields() -> Mapping[str, Word]:
    """Every further field that an order of some kind has."""
    return _words("extra")


def check_code(words: Mapping[str, Word], code: str, field: str) -> None:
    """The code is one of the list. Raises Refused at the field."""
    if code not in words:
        raise Refused("Please choose one of the list.").at(field)
