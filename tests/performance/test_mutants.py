"""A changed sign in the scoring rules turns a test red: a few mutants here, all by `python -m tools.mutants`."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_a_changed_rule_is_found_out() -> None:
    asked = [sys.executable, "-m", "tools.mutants", "values", "methods", "grading", "--every", "13", "--json"]
    ran = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    verdicts = json.loads(ran.stdout)
    survivors = [verdict for verdict in verdicts if not verdict["killed"]]
    assert len(verdicts) >= 12
    assert len(survivors) <= len(verdicts) // 10, survivors
    assert ran.returncode == 0
