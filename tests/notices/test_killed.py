"""The sender is killed in the middle, over and over: no mail twice, none lost without a word."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from licensetrack.core.db import reading
from licensetrack.notices.models import Delivery
from tests.notices.hearing import person
from tests.notices.mail_server import mail_server
from tests.notices.sending import SENDER, abandon, reaching, send, states, tell

ROOT = Path(__file__).resolve().parents[2]
SENDER_PROCESS = """
import sys
from licensetrack.core import blobs, db, sealing
from licensetrack.jobs.running import run_queued
from licensetrack.notices import channels
from licensetrack.notices.channels import Channels, MailServer
from tests.notices.sending import send
url, port, sender = sys.argv[1:]
db.connect(url)
mail = MailServer(host="127.0.0.1", port=int(port), security="none", sender=sender, timeout=5)
channels.use(Channels(base_url="https://licences.example", mail=mail, office="市数据中心"))
run_queued()
print("ready", flush=True)
while True:
    send()
"""
MAILS, KILLS = 60, 8


@pytest.mark.slow
def test_a_sender_killed_over_and_over_sends_no_mail_twice_and_loses_none_without_a_word(
    database: Engine, database_url: str
) -> None:
    people = [person(f"rosa{n}", email=f"rosa{n}@center.example") for n in range(3)]
    for number in range(MAILS // len(people)):
        tell(*people, number=f"XQ-{number}")
    chance = random.Random(20)
    with mail_server() as box:
        box.slowly = 0.05
        for _ in range(KILLS):
            process = subprocess.Popen(
                [sys.executable, "-c", SENDER_PROCESS, database_url, str(box.port), SENDER],
                stdout=subprocess.PIPE, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
            )  # fmt: skip
            assert process.stdout is not None
            with process.stdout:
                assert process.stdout.readline() == b"ready\n"
                time.sleep(chance.uniform(0.02, 0.5))
                os.kill(process.pid, signal.SIGKILL)
                process.wait()
        left = Counter(states())
        abandon()
        box.slowly = 0
        with reaching(box.port):
            send()
            send()
        arrived = Counter(str(message["Message-ID"]).split("@")[0].strip("<") for _, message in box.taken)
    assert left["sending"] >= 1, "no kill met a mail in flight: the test saw nothing"
    assert max(arrived.values()) == 1
    with reading() as db:
        rows = db.scalars(select(Delivery)).all()
    assert len(rows) == MAILS
    assert {row.state for row in rows} <= {"sent", "uncertain"}
    for row in rows:
        if row.state == "sent":
            assert arrived[row.code] == 1
    uncertain = sum(row.state == "uncertain" for row in rows)
    assert uncertain == left["sending"]
    assert len(arrived) >= MAILS - uncertain
