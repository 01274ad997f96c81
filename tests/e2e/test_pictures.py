"""The pictures of the READMEs can be taken again from the demonstration as it is."""

from pathlib import Path

from playwright.sync_api import Browser

from tests import documents
from tests.e2e.conftest import Site
from tools import screenshots


def test_every_picture_of_the_readme_is_taken_from_the_running_program(
    browser: Browser, site: Site, tmp_path: Path
) -> None:
    screenshots.take_all(browser, site.url, site.logins["performance_officer"], tmp_path)
    taken = {path.name: path.stat().st_size for path in tmp_path.iterdir()}
    shown = documents.images((documents.ROOT / "README.md").read_text(encoding="utf-8"))
    assert set(taken) == {Path(name).name for name in shown}
    assert all(20_000 < size < screenshots.LARGEST for size in taken.values())
