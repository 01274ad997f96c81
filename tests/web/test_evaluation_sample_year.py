"""The sample year, entered only through the pages and workbooks, gives 99 with every indicator's reason visible."""

import io
import secrets
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup

from licensetrack.accounts import users
from licensetrack.accounts.permissions import SYSTEM
from licensetrack.core import blobs, db
from tests.site import PASSWORD, SAMPLE, House, open_house
from tests.web.forms import form_of
from tests.web.test_loading import confirm, upload

PAPER: dict[str, Any] = tomllib.loads((SAMPLE / "evaluation.toml").read_text("utf-8"), parse_float=Decimal)
OFFICER = "performance_officer"
LISTS = ("basis", "methods", "evidence", "paragraphs")


@pytest.fixture
def empty_house(tmp_path: Path, migrated_sqlite: Path) -> Iterator[House]:
    """An installation with nothing in it but people."""
    folder = tmp_path / "made"
    folder.mkdir()
    shutil.copyfile(migrated_sqlite, folder / "house.db")
    db.connect(f"sqlite:///{folder / 'house.db'}")
    blobs.use_folder(folder / "blobs")
    for role in ("operator", OFFICER, "reviewer", "manager", "auditor"):
        users.create_user(role, role, role, PASSWORD, actor=SYSTEM, must_change=False)
    db.engine().dispose()
    yield open_house(folder, tmp_path / "house")
    db.engine().dispose()


def as_typed(said: Mapping[str, Any]) -> dict[str, str]:
    """What somebody types who has the paper beside the keyboard."""
    typed = {}
    for name, value in said.items():
        if isinstance(value, bool):
            typed[name] = "yes" if value else "no"
        else:
            typed[name] = "\n".join(value) if name in LISTS else str(value)
    return typed


def post(house: House, path: str, form: Mapping[str, str], role: str = OFFICER) -> str:
    """Sends a form; where it leads."""
    with house.client(role).post(path, data=dict(form)) as answer:
        assert answer.status_code == 303, f"{path}: {answer.status_code}\n{answer.text[-1500:]}"
        return str(answer.location)


def fill(house: House, path: str, said: Mapping[str, Any]) -> None:
    """Opens a part's page, types, and keeps it."""
    typed = as_typed(said)
    form = form_of(house.get(path, OFFICER))
    assert typed.keys() <= form.keys(), f"{path} has no field for {typed.keys() - form.keys()}"
    post(house, path, form | typed)


def step(house: House, page: str, act: str, role: str) -> None:
    """Takes a step of the evaluation's life."""
    address = page.removesuffix("/write")
    post(house, f"{address}/{act}", form_of(house.get(page, role), f"/{act}"), role)


def test_the_sample_year_entered_through_pages_and_workbooks_gives_99(empty_house: House) -> None:
    house = empty_house
    loaded = upload(house, *((path.name, path.read_bytes()) for path in sorted(SAMPLE.glob("*.xlsx"))))
    assert "/confirm" in house.get(loaded)
    confirm(house, loaded)
    form = form_of(house.get("/evaluations/new", OFFICER)) | {"year": "2024", "as_of": "2024-12-31"}
    page = post(house, "/evaluations/new", form | {"framework": "department-2024", "source": "blank"})
    draft = page.removesuffix("/write")
    header = {name: value for name, value in PAPER["header"].items() if name != "year"}
    fill(house, f"{draft}/write/header", header)
    for code, mark in PAPER["marks"].items():
        fill(house, f"{draft}/write/marks/{code}", mark)
    write_chapters(house, draft)
    lay_evidence(house, draft)
    lacking = BeautifulSoup(house.get(page, OFFICER), "html.parser").select(".open-points li")
    assert [line.get_text(" ", strip=True) for line in lacking] == []
    step(house, page, "complete", OFFICER)
    step(house, draft, "review", "reviewer")
    step(house, draft, "sign", "manager")
    shown = BeautifulSoup(house.get(draft, "auditor"), "html.parser")
    assert [cell["data-total"] for cell in shown.select("[data-total]")] == ["99"]
    reasons = {
        str(row.select_one(".leaf-code").get_text()): str(row.select_one(".reason").get_text(strip=True))  # type: ignore[union-attr]
        for row in shown.select(".score-sheet .level-3")
    }
    assert len(reasons) == 21
    assert all(reasons.values()), reasons
    assert "扣1分。" in reasons["A22"]
    assert "{" not in "".join(reasons.values())


def lay_evidence(house: House, draft: str) -> None:
    """A paper of each kind that an indicator wants and does not have yet, laid at its place."""
    page = BeautifulSoup(house.get(f"{draft}/evidence", OFFICER), "html.parser")
    for address in sorted({str(link["href"]) for link in page.select("main a[href*='/evidence/new?']")}):
        form: dict[str, Any] = dict(form_of(house.get(address, OFFICER)))
        form["files"] = [(io.BytesIO((SAMPLE / "单位名录.xlsx").read_bytes()), "单位名录.xlsx")]
        form["evidence_class"] = "formal"
        with house.client(OFFICER).post("/evidence/new", data=form, content_type="multipart/form-data") as answer:
            assert answer.status_code == 303, answer.text[-1500:]


def write_chapters(house: House, draft: str) -> None:
    """The chapters as the paper has them: the outline's are written, and those that it lacks are added."""
    sections = PAPER["sections"]
    page = BeautifulSoup(house.get(f"{draft}/texts", OFFICER), "html.parser")
    places = [str(link["href"]) for link in page.select(".chapter-acts a[href*='/write/sections/']")]
    assert len(places) < len(sections)
    for section in sections[len(places) :]:
        form = {"once": secrets.token_hex(16), "do": "add", "level": str(section["level"]), "title": section["title"]}
        places.append(post(house, f"{draft}/texts", form | {"place": ""}))
    for place, section in zip(places, sections, strict=True):
        fill(house, place, {"insert": "", "paragraphs": []} | section)
