"""Editing a framework's content node by node: pure, each edit gives new content and leaves what it was given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from licensetrack.core.errors import NotFound, Refused
from licensetrack.performance.framework import HUNDRED

Content = Mapping[str, Any]
Node = dict[str, Any]
LEVELS = ("level1", "level2", "level3")
ROOT = ""


@dataclass(frozen=True)
class Place:
    """Where a node stands: its level from 1, the list that holds it and its place in it, the code of its parent."""

    node: Node
    level: int
    siblings: list[Node]
    index: int
    parent: str

    @property
    def has_children(self) -> bool:
        """Whether something stands below it."""
        return self.level < len(LEVELS) and bool(self.node.get(LEVELS[self.level]))


@dataclass(frozen=True)
class Balance:
    """The weights below a node, or below the root, against its own."""

    code: str
    whole: Decimal
    parts: Decimal

    @property
    def even(self) -> bool:
        """Whether they add up."""
        return self.whole == self.parts


def places(content: Content) -> Iterator[Place]:
    """Every node, each before those below it."""
    yield from _below(content, 1, ROOT)


def _below(holder: Content, level: int, parent: str) -> Iterator[Place]:
    siblings = holder.get(LEVELS[level - 1], [])
    for index, node in enumerate(siblings):
        yield Place(node, level, siblings, index, parent)
        if level < len(LEVELS):
            yield from _below(node, level + 1, node["code"])


def place_of(content: Content, code: str) -> Place:
    """Where a node stands. Raises NotFound."""
    for place in places(content):
        if place.node["code"] == code:
            return place
    raise NotFound("There is no indicator %(code)s.", code=code)


def add_node(content: Content, parent: str, node: Node) -> Content:
    """The content with a node more, the last below its parent. It weighs nothing yet. Raises NotFound, Refused."""
    made = deepcopy(dict(content))
    _children(made, parent).append({"weight": 0, **node})
    return made


def change_node(content: Content, code: str, fields: Node, *, recorded: bool = False) -> Content:
    """The content with a node's fields changed; an empty one is taken out, what lies below stays.

    Where targets were `recorded` for the node, its code stays, and its target is not changed here; nor is one that the
    content gives with the day it holds from. Raises NotFound, Refused.
    """
    made = deepcopy(dict(content))
    node = place_of(made, code).node
    if recorded and fields.get("code", code) != code:
        raise Refused("Targets were recorded for %(code)s, so its code stays.", code=code).at("code")
    for field, value in fields.items():
        if field == "target" and (recorded or "targets" in node):
            continue
        if value in ("", None, []):
            node.pop(field, None)
        else:
            node[field] = value
    return made


def move_node(content: Content, code: str, steps: int) -> Content:
    """The content with a node moved among its siblings, up by a negative number; at the end it stays. NotFound."""
    made = deepcopy(dict(content))
    place = place_of(made, code)
    place.siblings.insert(max(place.index + steps, 0), place.siblings.pop(place.index))
    return made


def hang_node(content: Content, code: str, parent: str) -> Content:
    """The content with a node, and all below it, under another parent of the same level. Raises NotFound, Refused."""
    made = deepcopy(dict(content))
    place = place_of(made, code)
    if place.parent == parent:
        return made
    if place.level == 1 or place_of(made, parent).level != place.level - 1:
        raise Refused("%(code)s can not stand below %(parent)s.", code=code, parent=parent).at("parent")
    _children(made, parent).append(place.siblings.pop(place.index))
    return made


def remove_node(content: Content, code: str) -> Content:
    """The content without a node. Raises NotFound; Refused while something stands below it."""
    made = deepcopy(dict(content))
    place = place_of(made, code)
    if place.has_children:
        raise Refused("First take away what stands below %(code)s.", code=code)
    place.siblings.pop(place.index)
    return made


def weigh(content: Content, weights: Mapping[str, Decimal]) -> Content:
    """The content with these weights. Raises Refused, naming each place, unless they add up at every level."""
    made = deepcopy(dict(content))
    for place in places(made):
        if place.node["code"] in weights:
            place.node["weight"] = str(weights[place.node["code"]])
    uneven = [one for one in balances(made) if not one.even]
    if uneven:
        listed = "；".join(f"{one.code or '100'}：{one.parts:f}≠{one.whole:f}" for one in uneven)
        raise Refused("The weights do not add up: %(places)s", places=listed)
    return made


def balances(content: Content) -> list[Balance]:
    """The root and every node that has or should have others below it, with what these weigh."""
    found = [Balance(ROOT, HUNDRED, _sum(content.get("level1", ())))]
    for place in places(content):
        if place.level < len(LEVELS):
            below = place.node.get(LEVELS[place.level], ())
            found.append(Balance(place.node["code"], Decimal(place.node["weight"]), _sum(below)))
    return found


def _sum(nodes: Any) -> Decimal:
    return sum((Decimal(node["weight"]) for node in nodes), Decimal(0))


def _children(content: Node, parent: str) -> list[Node]:
    """The list of what stands below a node, or of the first level. Raises NotFound, Refused below the third."""
    holder, level = content, 0
    if parent != ROOT:
        place = place_of(content, parent)
        holder, level = place.node, place.level
    if level == len(LEVELS):
        raise Refused("Below %(code)s there is no further level.", code=parent)
    children: list[Node] = holder.setdefault(LEVELS[level], [])
    return children
