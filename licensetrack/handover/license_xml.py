"""Licence files in XML as names with values: flat, small, and without the tricks that XML knows (DTDs, entities)."""

from __future__ import annotations

from typing import Any
from xml.parsers import expat

from licensetrack.handover.license_words import Pair, plain_key

DEEPEST = 32
LONGEST = 2000
# Attributes that name what an element is about, and those that say how much.
_NAMED = ("name", "key", "id", "item", "itemname", "resourcename")
_SAID = ("value", "quantity", "count", "amount", "num", "number")


class BadXml(Exception):
    """The bytes are no XML, or XML that a licence file has no need of."""


class _Walker:
    """Notes each element's text under its tag, attributes under their names, and named items under their names."""

    def __init__(self, most: int) -> None:
        self.pairs: list[Pair] = []
        self._most = most
        self._texts: list[list[str]] = []
        self._children: list[dict[str, str]] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self._texts) >= DEEPEST:
            raise BadXml("too deep")
        self._texts.append([])
        self._children.append({plain_key(name): value for name, value in attributes.items()})
        for name, value in attributes.items():
            self._note(name, value)

    def text(self, piece: str) -> None:
        if self._texts and sum(map(len, self._texts[-1])) < LONGEST:
            self._texts[-1].append(piece)

    def end(self, tag: str) -> None:
        name, said, parts = tag.rpartition(":")[2], "".join(self._texts.pop()).strip(), self._children.pop()
        if said:
            self._note(name, said)
            if self._children:
                self._children[-1][plain_key(name)] = said
        label = next((parts[key] for key in _NAMED if parts.get(key)), "")
        value = next((parts[key] for key in _SAID if parts.get(key)), said)
        if label and value:
            self._note(label, value)

    def _note(self, name: str, value: str) -> None:
        if len(self.pairs) >= self._most:
            raise BadXml("too many elements")
        self.pairs.append(Pair(name[:80], value[:LONGEST]))


def pairs_of_xml(content: bytes, most: int) -> list[Pair]:
    """Every element and attribute with its value, `most` at the most. Raises BadXml, also for a DTD or an entity."""
    walker, parser = _Walker(most), expat.ParserCreate()
    parser.StartElementHandler = walker.start
    parser.EndElementHandler = walker.end
    parser.CharacterDataHandler = walker.text
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.UnparsedEntityDeclHandler = _refuse
    parser.ExternalEntityRefHandler = _refuse
    try:
        parser.Parse(content.lstrip(b" \t\r\n"), True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise BadXml(str(error)) from error
    return walker.pairs


def _refuse(*_declared: Any) -> Any:
    raise BadXml("a licence file declares no entities")
