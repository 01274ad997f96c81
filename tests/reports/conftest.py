"""The sample year, loaded from its workbooks and signed by three people: what every report here is printed from."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import docx
import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from licensetrack.accounts.permissions import SYSTEM, Actor
from licensetrack.core import blobs, db
from licensetrack.exchange import loading
from licensetrack.performance import queries, working_paper
from licensetrack.performance.evaluations import complete_evaluation, evaluate, review_evaluation, sign_evaluation
from licensetrack.performance.sheet import EvaluationSheet
from licensetrack.reports.outputs import FORMS, write_evaluation
from tests.performance.papers import lay_wanted

DATA = Path(__file__).parents[2] / "data" / "2024"
OFFICER = Actor(1, "pan", "潘评", "performance_officer")
REVIEWER = Actor(2, "rao", "饶核", "reviewer")
MANAGER = Actor(3, "mei", "梅签", "manager")


@dataclass(frozen=True)
class SignedYear:
    """The database it was signed in, and the frozen sheet."""

    url: str
    sheet: EvaluationSheet


@pytest.fixture(scope="session")
def signed_year(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> SignedYear:
    """2024, evaluated and signed once for all tests."""
    folder = tmp_path_factory.mktemp("signed")
    shutil.copyfile(migrated_sqlite, folder / "year.db")
    url = f"sqlite:///{folder / 'year.db'}"
    engine = db.connect(url)
    blobs.use_folder(folder / "blobs")
    assert not loading.load(loading.files_of([DATA]), actor=SYSTEM).refused
    draft = evaluate(working_paper.read(DATA / "evaluation.toml"), actor=OFFICER)
    lay_wanted(queries.framework_of(draft))
    reviewed = review_evaluation(complete_evaluation(draft, actor=OFFICER), actor=REVIEWER)
    signed = sign_evaluation(reviewed, actor=MANAGER)
    with db.reading() as session:
        sheet = queries.load_snapshot(session, signed)
    engine.dispose()
    return SignedYear(url, sheet)


@pytest.fixture(scope="session")
def sheet(signed_year: SignedYear) -> EvaluationSheet:
    """The frozen sheet of 2024."""
    return signed_year.sheet


@pytest.fixture(scope="session")
def files(sheet: EvaluationSheet) -> dict[str, bytes]:
    """The three files of 2024, by form."""
    return {form: write_evaluation(sheet, form) for form in FORMS}


@pytest.fixture(scope="session")
def pages(files: dict[str, bytes]) -> list[str]:
    """The text of every page of the PDF."""
    return [page.extract_text() for page in PdfReader(BytesIO(files["pdf"])).pages]


@pytest.fixture(scope="session")
def word_tables(files: dict[str, bytes]) -> list[list[list[str]]]:
    """Every table of the Word file as rows of texts."""
    tables = docx.Document(BytesIO(files["docx"])).tables
    return [[[cell.text for cell in row.cells] for row in table.rows] for table in tables]


@pytest.fixture(scope="session")
def word_text(files: dict[str, bytes]) -> str:
    """The paragraphs of the Word file, one a line."""
    return "\n".join(paragraph.text for paragraph in docx.Document(BytesIO(files["docx"])).paragraphs)


@pytest.fixture(scope="session")
def workbook(files: dict[str, bytes]) -> dict[str, list[list[object]]]:
    """Every sheet of the workbook as rows of values."""
    book = CalamineWorkbook.from_filelike(BytesIO(files["xlsx"]))
    return {name: list(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names}
