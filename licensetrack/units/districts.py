"""The present name of a district, however it is written or was once called; the list is data (districts.toml)."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from licensetrack.core.names import name_key, tidy_name


@cache
def _districts() -> tuple[tuple[str, ...], dict[str, str]]:
    """Present names in the order of their codes, and every way of writing → present name."""
    listed = tomllib.loads(files("licensetrack.units").joinpath("districts.toml").read_text(encoding="utf-8"))
    names, known = [], {}
    for district in listed["districts"]:
        names.append(district["name"])
        for written in (district["name"], *district["aliases"]):
            known[name_key(written)] = district["name"]
    return tuple(names), known


def district_names() -> tuple[str, ...]:
    """Every district of the city by its present name."""
    return _districts()[0]


def present_district(written: str) -> str:
    """光明新区 → 光明区; a district that is not listed stays as it was written."""
    return _districts()[1].get(name_key(written)) or tidy_name(written)


def known_district(written: str) -> str | None:
    """The present name when this is how a district of the city is written, else None."""
    return _districts()[1].get(name_key(written))
