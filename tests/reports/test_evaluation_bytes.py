"""A signed evaluation printed again is the same file, wherever and whenever that happens."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from licensetrack.core.errors import NotFound
from licensetrack.performance.sheet import EvaluationSheet
from licensetrack.reports.outputs import FORMS, file_name, write_evaluation
from tests.reports.conftest import SignedYear

PRINT_AGAIN = """
import hashlib, sys
from licensetrack.core import db
from licensetrack.performance import queries
from licensetrack.reports.outputs import FORMS, write_evaluation
db.connect(sys.argv[1])
with db.reading() as session:
    sheet = queries.load_snapshot(session, queries.latest_signed(session, 2024))
for form in FORMS:
    print(form, hashlib.sha256(write_evaluation(sheet, form)).hexdigest())
"""


@pytest.mark.parametrize("form", FORMS)
def test_printing_again_gives_the_same_bytes(sheet: EvaluationSheet, files: dict[str, bytes], form: str) -> None:
    assert write_evaluation(sheet, form) == files[form]


def test_another_process_in_another_zone_prints_the_same_bytes(
    signed_year: SignedYear, files: dict[str, bytes]
) -> None:
    place = {"TZ": "America/New_York", "PYTHONHASHSEED": "77", "LC_ALL": "C", "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", PRINT_AGAIN, signed_year.url],
        env=os.environ | place,
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    digests = dict(line.split() for line in done.stdout.splitlines())
    assert digests == {form: hashlib.sha256(content).hexdigest() for form, content in files.items()}


def test_a_file_s_name_tells_year_version_and_draft(sheet: EvaluationSheet) -> None:
    assert file_name(sheet, "pdf") == "evaluation-2024.pdf"
    assert file_name(replace(sheet, version=2), "docx") == "evaluation-2024-v2.docx"
    assert file_name(replace(sheet, frozen=False), "xlsx") == "evaluation-2024-draft.xlsx"


def test_an_unknown_form_is_refused(sheet: EvaluationSheet) -> None:
    with pytest.raises(NotFound, match="odt"):
        write_evaluation(sheet, "odt")
