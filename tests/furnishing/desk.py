"""Objects of the area "desk" in the house of the access table; tests/furnishing/everything.py says more."""

from tests.furnishing.everything import Objects


def furnish(objects: Objects) -> Objects:
    """Makes own and foreign objects; returns their names in addresses."""
    return {}
