"""The installation that tests of pages walk through."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from licensetrack.core import db
from tests import site
from tests.furnishing.everything import furnish_areas


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Path:
    """A folder with the sample year in a database, to be copied."""
    folder = tmp_path_factory.mktemp("furnished")
    site.furnish(folder, migrated_sqlite)
    return folder


@pytest.fixture(scope="module")
def shared_house(furnished: Path, tmp_path_factory: pytest.TempPathFactory) -> site.House:
    """An installation that the tests of one file share."""
    return site.open_house(furnished, tmp_path_factory.mktemp("house"))


@pytest.fixture
def house(shared_house: site.House) -> Iterator[site.House]:
    """The installation that the tests of one file share; they only look. The process is bound to it again."""
    shared_house.bind()
    yield shared_house
    db.engine().dispose()


@pytest.fixture
def own_house(furnished: Path, tmp_path: Path) -> Iterator[site.House]:
    """An installation of one test's own, which it may change."""
    yield site.open_house(furnished, tmp_path)
    db.engine().dispose()


@pytest.fixture
def altered_house(furnished: Path, tmp_path: Path) -> Iterator[site.House]:
    """An installation of one test's own, with a program of its own that the test may change, too."""
    yield site.open_house(furnished, tmp_path, altered=True)
    db.engine().dispose()


@pytest.fixture(scope="session")
def fully_furnished(furnished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample year with objects of every area, to be copied; tests/furnishing/everything.py says more."""
    folder = tmp_path_factory.mktemp("fully-furnished")
    shutil.copytree(furnished, folder, dirs_exist_ok=True)
    furnish_areas(folder)
    return folder


@pytest.fixture(scope="module")
def shared_full_house(fully_furnished: Path, tmp_path_factory: pytest.TempPathFactory) -> site.House:
    """An installation with objects of every area, which the tests of one file share."""
    return site.open_house(fully_furnished, tmp_path_factory.mktemp("full-house"))


@pytest.fixture
def full_house(shared_full_house: site.House) -> Iterator[site.House]:
    """The shared installation with objects of every area (`full_house.objects`); tests leave it as it is."""
    shared_full_house.bind()
    yield shared_full_house
    db.engine().dispose()


@pytest.fixture
def own_full_house(fully_furnished: Path, tmp_path: Path) -> Iterator[site.House]:
    """An installation with objects of every area, of one test's own."""
    yield site.open_house(fully_furnished, tmp_path)
    db.engine().dispose()
