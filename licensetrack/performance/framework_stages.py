"""The life of a framework's version on one screen: a draft is edited, then in force for ever, or discarded."""

from __future__ import annotations

from types import MappingProxyType

DRAFT, IN_FORCE, DISCARDED = "draft", "in_force", "discarded"
START = "start"

FRAMEWORK_MOVES = MappingProxyType(
    {
        (START, "draft"): DRAFT,
        (DRAFT, "edit"): DRAFT,
        (DRAFT, "put_in_force"): IN_FORCE,
        (DRAFT, "discard"): DISCARDED,
    }
)

# Whoever took one of these steps with a version does not put it in force.
WRITING = ("draft", "edit")
