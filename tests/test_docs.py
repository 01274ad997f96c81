"""The documents tell the truth: what they name exists, what they count comes out, what is generated is fresh."""

from __future__ import annotations

import datetime as dt
import re
import struct
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

import run
from licensetrack import cli
from licensetrack.accounts.permissions import ROLES, SYSTEM, Actor
from licensetrack.allocation.models import LedgerEvent, LicenseSet
from licensetrack.core import blobs, db
from licensetrack.exchange import loading
from licensetrack.exchange.ledgers import reader
from licensetrack.exchange.problems import Bad
from licensetrack.measures.catalogue import MEASURES, figures, measure
from licensetrack.measures.question import Question
from licensetrack.terminal import shown as shown_as
from licensetrack.web.definitions import definition
from tests import architecture, documents
from tools import docs, formats, glossary, schema
from tools.writing import storeys

ROOT = documents.ROOT
ENGLISH, CHINESE = ROOT / "README.md", ROOT / "README.zh-CN.md"
READMES = [ENGLISH, CHINESE]
DECISIONS = sorted((ROOT / "docs" / "adr").glob("*.md"))
HAND_WRITTEN = [path for path in documents.written() if path.name not in docs.DOCUMENTS]
YEAR_END = dt.date(2024, 12, 31)


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def said(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", docs.DOCUMENTS)
def test_a_generated_document_is_fresh(name: str) -> None:
    assert said(docs.DOCS / name) == docs.DOCUMENTS[name](), "run: .venv/bin/python -m tools.docs"


@pytest.mark.parametrize("path", documents.written(), ids=named)
def test_every_link_leads_somewhere(path: Path) -> None:
    assert documents.broken_links(path, said(path)) == []


@pytest.mark.parametrize("path", documents.written(), ids=named)
def test_every_file_that_is_named_exists(path: Path) -> None:
    assert documents.unknown_paths(said(path)) == []


@pytest.mark.parametrize("path", documents.written(), ids=named)
def test_every_command_that_is_named_exists_with_its_options(path: Path) -> None:
    assert documents.wrong_calls(said(path)) == []


@pytest.mark.parametrize("path", [*DECISIONS, ROOT / "docs" / "architecture.md"], ids=named)
def test_every_name_in_backquotes_occurs_in_the_code(path: Path) -> None:
    assert documents.unknown_names(said(path)) == []
    assert documents.misplaced_names(said(path)) == []


@pytest.mark.parametrize("path", documents.written(), ids=named)
def test_every_measure_that_is_named_exists(path: Path) -> None:
    rooms = {name.partition(".")[0] for name in MEASURES}
    mentioned = {one for one in documents.quoted(said(path)) if re.fullmatch(rf"(?:{'|'.join(rooms)})\.[a-z_]+", one)}
    assert mentioned - set(MEASURES) - {f"{room}.py" for room in rooms} == set()


def test_every_measure_is_described_by_a_sentence() -> None:
    page = said(ROOT / "docs" / "measures.md")
    for name in MEASURES:
        assert definition(name), f"{name} has no sentence in web/definitions.py"
        assert f"| `{name}` |" in page


@pytest.mark.parametrize("path", [ROOT / "docs" / "architecture.md"], ids=named)
def test_quoted_code_is_the_program_s_own(path: Path) -> None:
    quotations = documents.quotations(said(path))
    assert len(quotations) == said(path).count("```python")
    for file, code in quotations:
        assert code in said(ROOT / file)


@pytest.mark.parametrize("path", [*READMES, ROOT / "docs" / "architecture.md"], ids=named)
def test_the_drawing_of_the_house_shows_its_storeys(path: Path) -> None:
    drawings = [block for block in documents.blocks(said(path)) if "measures" in block and "core" in block]
    [drawing] = [block for block in drawings if "licensetrack " not in block]
    rooms = [line[:36].replace(".py", "").split() for line in reversed(drawing.splitlines())]
    by_storey = [room for line in rooms for room in line if room in storeys() and (documents.PACKAGE / room).is_dir()]
    assert set(by_storey) == {path.parent.name for path in documents.PACKAGE.glob("*/__init__.py")}
    layers = tomllib.loads(said(ROOT / "pyproject.toml"))["tool"]["importlinter"]["contracts"][0]["layers"]
    level = {room: -number for number, layer in enumerate(layers) for room in re.findall(r"\w+", layer)}
    assert [level[room] for room in by_storey] == sorted(level[room] for room in by_storey)


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.name[:4])
def test_a_decision_has_context_decision_and_consequences_on_one_page(path: Path) -> None:
    text = said(path)
    assert re.match(rf"# {path.name[:4]}[.:] \S", text), "its title bears its number"
    assert re.findall(r"^## (\w+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]
    assert re.search(r"^Status: (accepted|superseded by \[)", text, re.MULTILINE)
    assert len(text.splitlines()) <= 60


def test_no_two_decisions_share_a_number() -> None:
    numbers = [path.name[:4] for path in DECISIONS]
    assert len(numbers) == len(set(numbers)) >= 8


def test_every_word_of_the_glossary_occurs_in_the_code() -> None:
    words = set(re.findall(r"\w+", documents.source())) | set(MEASURES)
    wanted = [(term.en, name) for term in glossary.terms() for name in term.code]
    assert len(wanted) > 80
    assert [(term, name) for term, name in wanted if name not in words] == []


def test_the_glossary_says_each_word_once_in_both_languages() -> None:
    terms = glossary.terms()
    for spelling in ([term.en for term in terms], [term.zh for term in terms]):
        assert sorted(spelling) == sorted(set(spelling))
    assert all(term.means.endswith(".") and term.means_zh.endswith("。") for term in terms)


@pytest.mark.parametrize("shape", formats.EXAMPLES)
def test_cells_are_read_and_refused_as_the_page_of_formats_says(shape: str) -> None:
    read, refused = formats.EXAMPLES[shape]
    assert [cell for cell in read if isinstance(reader(shape)(cell), Bad)] == []
    assert [cell for cell in refused if not isinstance(reader(shape)(cell), Bad)] == []


def test_the_schema_tells_the_remarks_of_the_source() -> None:
    assert schema.comments(LicenseSet)["cpus"] == "empty where the product is counted in sets (BMS)"
    assert {"ledger_event", "audit_entry", "budget_entry"} <= schema.append_only()
    assert "license_set" not in schema.append_only()


def test_both_readmes_have_the_same_sections_pictures_and_commands() -> None:
    one, other = map(said, READMES)
    assert documents.sections(one) == documents.sections(other)
    assert documents.images(one) == documents.images(other)
    calls, others = ([b for b in documents.blocks(text) if not b.startswith("  ")] for text in (one, other))
    assert calls == others
    for left, right in zip(documents.tables(one), documents.tables(other), strict=True):
        assert [len(row) for row in left] == [len(row) for row in right]
        assert [documents.quoted(" ".join(row)) for row in left] == [documents.quoted(" ".join(row)) for row in right]


def test_the_two_commands_stand_at_the_top() -> None:
    for path in READMES:
        assert documents.blocks(said(path))[0] == "python3 run.py demo\npython3 run.py test"
    assert "run.py test" in said(ROOT / ".ci" / "run")


@pytest.mark.parametrize("path", READMES, ids=named)
@pytest.mark.parametrize(("tool", "known"), [("python3 run.py", run.COMMANDS), ("licensetrack", cli.main.commands)])
def test_the_readme_lists_every_command(path: Path, tool: str, known: Mapping[str, object]) -> None:
    rows = documents.table(said(path), f"`{tool}`")
    assert {name for row in rows for name in documents.quoted(row[0])} == set(known)


@pytest.mark.parametrize("path", READMES, ids=named)
def test_the_readme_shows_real_pictures(path: Path) -> None:
    assert len(documents.images(said(path))) >= 3
    for name in documents.images(said(path)):
        picture = (ROOT / name).read_bytes()
        width, height = struct.unpack(">II", picture[16:24])
        assert picture.startswith(b"\x89PNG")
        assert width >= 1000
        assert height >= 500
        assert 20_000 < len(picture) < 300_000


@pytest.fixture
def sample_year(sqlite_url: str, tmp_path: Path) -> None:
    """The process bound to a database with the sample year in it."""
    db.connect(sqlite_url)
    blobs.use_folder(tmp_path / "blobs")
    outcome = loading.load(loading.files_of([ROOT / "data" / "2024"]), actor=SYSTEM)
    assert not outcome.refused


@pytest.mark.usefixtures("sample_year")
def test_the_steps_of_an_evaluation_run_as_they_are_written() -> None:
    [steps] = re.findall(r"^```python\n(.*?)^```$", said(ROOT / "docs" / "evaluation.md"), re.MULTILINE | re.DOTALL)
    roles = {"officer": "performance_officer", "reviewer": "reviewer", "manager": "manager"}
    names: dict[str, Any] = {name: Actor(None, name, name, role) for name, role in roles.items()}
    exec(steps.replace('Path("data', f'Path("{ROOT}/data'), names)  # noqa: S102 - the page's own example
    assert names["signed"].stage == "signed"
    assert names["signed"].total == 99


@pytest.mark.usefixtures("sample_year")
def test_the_readme_s_figures_are_those_of_the_sample_year() -> None:
    with db.reading() as session:
        values = figures(session, Question(YEAR_END))
        rows = measure("virtualization.accepted_cpus").trace(session, Question(YEAR_END))
    for path, heading in zip(READMES, ("figure", "数据"), strict=True):
        shown = documents.table(said(path), heading)
        assert len(shown) == 8
        for _, name, figure in shown:
            assert shown_as(values[name.strip("`")]) == figure, name
        assert f" {len(rows)} " in said(path)


@pytest.mark.usefixtures("sample_year")
def test_the_readme_s_way_to_the_paper_is_that_of_the_set() -> None:
    event = LedgerEvent
    query = select(event.on, event.cpus, event.place).join(LicenseSet, LicenseSet.id == event.set_id)
    with db.reading() as session:
        story = session.execute(query.where(LicenseSet.number == "SQ-2024-0011").order_by(event.seq)).all()
        counted = {day: _value_of("SQ-2024-0011", session, day) for day in (dt.date(2024, 8, 31), YEAR_END)}
    assert counted == {dt.date(2024, 8, 31): 136, YEAR_END: 142}
    recorded = [(str(row.on), str(row.cpus or ""), row.place) for row in story]
    for path, heading in zip(READMES, ("day", "日期"), strict=True):
        assert [(row[0], row[2], row[3]) for row in documents.table(said(path), heading)] == recorded
        assert "142" in said(path)


def _value_of(number: str, session: Any, day: dt.date) -> int:
    rows = measure("virtualization.accepted_cpus").trace(session, Question(day))
    return next(int(row["value"]) for row in rows if row["number"] == number)


def test_the_changelog_counts_right_and_names_the_version() -> None:
    text = said(ROOT / "CHANGELOG.md")
    version = tomllib.loads(said(ROOT / "pyproject.toml"))["project"]["version"]
    assert re.search(rf"^## {re.escape(version)}\b", text, re.MULTILINE)
    assert f"{len(MEASURES)} measures" in text
    assert len(ROLES) == 11
    assert "Eleven roles" in text


def test_every_setting_is_described_and_every_described_one_is_read() -> None:
    page = said(ROOT / "docs" / "operations.md")
    read = set(re.findall(r"\b(?:LICENSETRACK_[A-Z_]+|DATABASE_URL|SECRET_KEY)\b", documents.source()))
    rows = documents.table(page, "variable")
    assert {name for row in rows for name in documents.quoted(row[0])} == read


def test_no_document_names_a_registry_or_a_path_of_one_machine() -> None:
    found = documents.written()
    assert len(found) > 15
    assert architecture.foreign_addresses(found) + architecture.machine_paths(found) == []


def test_the_checks_of_documents_can_fail(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    text = "[a](gone.md) [b](#nowhere) [c](https://example.org)\n\n# Here\n\n`core/gone.py` `never_written_name`\n\n"
    text += "```\npython3 run.py dance\n.venv/bin/licensetrack load X --dry-walk\nlicensetrack user vanish bob\n```\n"
    page.write_text(text, encoding="utf-8")
    assert len(documents.broken_links(page, text)) == 3
    assert documents.unknown_paths(text) == ["core/gone.py"]
    assert documents.unknown_names(text) == ["never_written_name"]
    assert documents.misplaced_names("`fold` in `allocation/rules.py`") == ["fold in allocation/rules.py"]
    assert (
        documents.wrong_calls(text) == ["dance", "load X --dry-walk", "user vanish bob"]
        or len(documents.wrong_calls(text)) == 3
    )
