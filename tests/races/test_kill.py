"""A program killed at any moment leaves whole acts behind, and among them every one that it had confirmed."""

import subprocess
import sys
from pathlib import Path

from sqlalchemy import Engine, select

from licensetrack.allocation.models import LedgerEvent, LicenseSet
from licensetrack.core.db import reading
from licensetrack.verify.report import verify
from tests.trade import unit

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 12


def test_no_confirmed_act_is_lost_and_none_is_half_done(database: Engine) -> None:
    unit()
    address = database.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.races.writer", address, str(ROUNDS)]
    spoken = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=120).stdout
    said = [line.split() for line in spoken.splitlines()]
    confirmed = {stage: {name for told, name in said if told == stage} for stage in ("issued", "imported", "killed")}
    with reading() as db:
        stages = {row.number: row.stage for row in db.execute(select(LicenseSet.number, LicenseSet.stage))}
        events = db.execute(
            select(LicenseSet.number, LedgerEvent.action).join(LedgerEvent, LedgerEvent.set_id == LicenseSet.id)
        ).all()
    recorded = {(row.action, row.number) for row in events}
    assert len(confirmed["killed"]) == ROUNDS
    assert confirmed["issued"] <= set(stages)
    assert confirmed["imported"] <= {number for number, stage in stages.items() if stage == "imported"}
    in_doubt = len(recorded) - len(confirmed["issued"]) - len(confirmed["imported"])
    assert 0 <= in_doubt <= ROUNDS, "at the most one act for each kill was done and could not be confirmed any more"
    assert [finding for finding in verify() if finding.broken] == []
