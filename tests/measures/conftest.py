"""Tests here ask every invariant of the books, so each has a folder for files of its own."""

from __future__ import annotations

import pytest

from licensetrack.core import blobs


@pytest.fixture(autouse=True)
def own_files(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Files that other tests left behind belong to no row of this one."""
    blobs.use_folder(tmp_path_factory.mktemp("files"))
