"""Beginning a framework from another one: from the library or from last year's, its targets kept or to be set anew."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from licensetrack.performance.framework import Framework, framework
from licensetrack.performance.framework_edits import places


def copied(found: Framework, *, code: str, name: str, year: int, keep_targets: bool) -> dict[str, Any]:
    """The content for another code and year. A kept target is the one that held last; else each is to be set anew.

    Raises FileError where the code or the year can not be one.
    """
    last = {leaf.code: leaf.targets[-1].value for leaf in found.leaves() if leaf.targets}
    made: dict[str, Any] = deepcopy(dict(found.data)) | {"code": code, "name": name, "year": year}
    for place in places(made):
        place.node.pop("targets", None)
        place.node.pop("target", None)
        if keep_targets and place.node["code"] in last:
            place.node["target"] = format(last[place.node["code"]], "f")
        elif place.node["code"] in last:
            place.node.pop("target_source", None)
    framework(made, code, whole=False)
    return made
