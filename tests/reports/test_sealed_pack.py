"""The sealed pack of the sample year: what lies in it, and that a bare Python says it is whole."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from unittest.mock import patch
from zipfile import ZipFile

import pytest
from sqlalchemy.orm import Session

from licensetrack.core import blobs, db, signing
from licensetrack.core.errors import NotFound
from licensetrack.performance import queries
from licensetrack.performance.sheet import EvaluationSheet
from licensetrack.reports import sealed_pack
from licensetrack.reports.outputs import FORMS, KIND_NAMES
from licensetrack.reports.pack_recount import recounted
from licensetrack.reports.pack_rules import STATED, rules_of
from licensetrack.reports.pack_writing import safe_name
from licensetrack.reports.sealed_pack import DIGESTS, verifier_text, write_pack
from licensetrack.reports.verify_pack import verify
from tests.reports.conftest import SignedYear


@contextmanager
def opened(year: SignedYear) -> Iterator[Session]:
    engine = db.connect(year.url)
    blobs.use_folder(Path(year.url.removeprefix("sqlite:///")).parent / "blobs")
    signing.use_key("5a" * 32)
    with db.reading() as session:
        yield session
    engine.dispose()


def printed(sheet: EvaluationSheet, form: str, kind: str) -> bytes:
    """Stands for a document; tests/reports/test_evaluation_bytes.py asks that documents are always the same."""
    return f"{kind} of {sheet.digest} as {form}".encode()


@pytest.fixture(scope="module")
def pack(signed_year: SignedYear) -> bytes:
    target = BytesIO()
    with opened(signed_year) as session, patch.object(sealed_pack, "write_evaluation", printed):
        write_pack(session, queries.latest_signed(session, 2024), target, digests=DIGESTS)
    return target.getvalue()


def test_every_check_passes_and_is_told(pack: bytes, sheet: EvaluationSheet) -> None:
    found = verify(pack)
    assert [one.title for one in found if not one.ok] == []
    told = {one.title: one.detail for one in found}
    assert list(told) == [
        "压缩包结构", "签名（ed25519）", "文件摘要（SHA256）", "文件摘要（SM3）", "评价快照", "逐笔明细", "数据复算",
        "绩效目标", "佐证材料",
    ]  # fmt: skip
    assert signing.fingerprint() in told["签名（ed25519）"]
    assert sheet.digest is not None
    assert sheet.digest in told["评价快照"]
    assert f"{sum(map(len, sheet.traces.values()))}行" in told["逐笔明细"]
    assert f"由明细复算{len(sheet.traces)}项" in told["数据复算"]
    assert f"{len(sheet.papers) + len(sheet.evidence)}份" in told["佐证材料"]


def test_the_pack_is_an_ordinary_zip_with_documents_and_papers(pack: bytes, sheet: EvaluationSheet) -> None:
    with ZipFile(BytesIO(pack)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        for kind, name in KIND_NAMES.items():
            for form in FORMS:
                assert archive.read(f"报告和表单/{name}.{form}") == printed(sheet, form, kind)
        assert names[:4] == ["manifest.json", "signature.json", "说明.txt", "verify_pack.py"]
        assert signing.fingerprint() in archive.read("说明.txt").decode()
        papers = [name for name in names if name.startswith("佐证材料/")]
        count = len(sheet.papers)
        assert count > 0
        assert papers[:count] == [f"佐证材料/{paper.number}-{paper.name}" for paper in sheet.papers]
        assert [name.split("-", 1)[1] for name in papers[count:]] == [paper.name for paper in sheet.evidence]


def test_the_same_evaluation_gives_the_same_pack(pack: bytes, signed_year: SignedYear) -> None:
    again = BytesIO()
    with opened(signed_year) as session, patch.object(sealed_pack, "write_evaluation", printed):
        write_pack(session, queries.latest_signed(session, 2024), again, digests=DIGESTS)
    assert again.getvalue() == pack


def test_python_alone_verifies_the_pack_with_the_script_inside_it(pack: bytes, tmp_path: Path) -> None:
    (tmp_path / "pack.zip").write_bytes(pack)
    with ZipFile(tmp_path / "pack.zip") as archive:
        script = archive.read("verify_pack.py")
    (tmp_path / "verify_pack.py").write_bytes(script)
    run = [sys.executable, "-I", "-W", "error", "verify_pack.py", "pack.zip"]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "✗" not in done.stdout
    assert done.stdout.splitlines()[-1] == "结论：核验通过，本包与封存时一致。"
    changed = bytearray(pack)
    changed[len(pack) // 2] ^= 1
    (tmp_path / "pack.zip").write_bytes(changed)
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (1, "结论：核验不通过，本包与封存时不一致。")


def test_the_script_is_python_of_years_ago_and_imports_nothing_else() -> None:
    tree = ast.parse(verifier_text(), feature_version=(3, 8))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    assert {str(name).partition(".")[0] for name in imported} <= sys.stdlib_module_names
    named = [node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    assert len(named) == len(set(named))


def test_every_figure_has_its_rule_and_only_what_people_gave_is_stated(sheet: EvaluationSheet) -> None:
    rules = rules_of(sheet)
    assert rules.keys() == sheet.figures.keys()
    stated = {name.partition(".")[0] for name, rule in rules.items() if rule == STATED}
    assert stated <= {"weight", "score", "target", "value", "count"}
    measured = {f"value.{leaf.code}" for leaf in sheet.leaves() if leaf.measure}
    assert not [name for name, rule in rules.items() if rule == STATED and name in {*measured, *sheet.trace_digests}]


def test_what_was_signed_before_the_initial_budget_was_a_measure_is_recounted_from_all_grants(
    sheet: EvaluationSheet,
) -> None:
    older = {name: digest for name, digest in sheet.trace_digests.items() if name != "budget.initial"}
    rule = rules_of(replace(sheet, trace_digests=older))["budget.initial"]
    rows = [row | {"value": str(row["value"])} for row in sheet.traces["budget.appropriated"]]
    assert recounted(rule, rows, lambda name: Decimal(0)) == sheet.figures["budget.initial"].value


def test_a_paper_that_is_missing_or_damaged_stops_the_pack(signed_year: SignedYear, sheet: EvaluationSheet) -> None:
    with opened(signed_year) as session, patch.object(sealed_pack, "write_evaluation", printed):
        found, path = queries.latest_signed(session, 2024), blobs.path_of(sheet.evidence[0].digest)
        content = path.read_bytes()
        try:
            path.write_bytes(content[:-1])
            with pytest.raises(NotFound, match="missing or damaged"):
                write_pack(session, found, BytesIO())
            path.unlink()
            with pytest.raises(NotFound, match="missing or damaged"):
                write_pack(session, found, BytesIO())
        finally:
            path.write_bytes(content)


def test_names_of_papers_never_become_paths() -> None:
    assert safe_name("../../a:b\\c\n.pdf") == "_.._a_b_c_.pdf"
