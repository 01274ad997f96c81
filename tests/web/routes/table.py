"""The whole access table, put together from the areas."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Mapping

from tests.web import routes
from tests.web.routes.shape import Key, Route

PARTS = ("shape", "table")
NO_SUCH_ID = 987654321


def areas() -> dict[str, dict[Key, Route]]:
    """The lines of each area, by its name."""
    names = sorted(module.name for module in pkgutil.iter_modules(routes.__path__) if module.name not in PARTS)
    return {name: importlib.import_module(f"{routes.__name__}.{name}").ROUTES for name in names}


def table() -> dict[Key, Route]:
    """Every line. A line that two areas have is an error."""
    lines: dict[Key, Route] = {}
    for name, own in areas().items():
        twice = lines.keys() & own.keys()
        assert not twice, f"{name}: {twice}"
        lines |= own
    return lines


def placed(text: str, objects: Mapping[str, int | str]) -> str:
    """The text with the names of objects filled in."""
    return text.format_map(objects)


def missing(route: Route, objects: Mapping[str, int | str]) -> str:
    """The address of an object that does not exist."""
    if route.missing:
        return placed(route.missing, objects)
    return placed(route.foreign, {name: _nothing(value) for name, value in objects.items()})


def _nothing(value: int | str) -> int | str:
    return NO_SUCH_ID if isinstance(value, int) else re.sub(r"\d", "9", value)
