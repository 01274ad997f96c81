"""The installation that tests of the interface ask."""

from tests.web.conftest import (
    fully_furnished,
    furnished,
    house,
    own_full_house,
    own_house,
    shared_house,
)

__all__ = ["fully_furnished", "furnished", "house", "own_full_house", "own_house", "shared_house"]
