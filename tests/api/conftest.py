"""The installation that tests of the interface ask."""

from tests.web.conftest import furnished, house, own_house, shared_house

__all__ = ["furnished", "house", "own_house", "shared_house"]
