"""An installation for tests of loading: a fresh database of both kinds and an empty folder for files."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from licensetrack.core import blobs


@pytest.fixture
def installation(database: Engine, tmp_path: Path) -> Path:
    """The folder for files of an installation whose database is fresh."""
    folder = tmp_path / "blobs"
    blobs.use_folder(folder)
    return folder
