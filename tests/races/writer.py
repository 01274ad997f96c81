"""A program that is killed again and again while it issues sets: it says which set is in the books, then goes on.

Started as `python -m tests.races.writer ADDRESS ROUNDS`; prints each act once the program has confirmed it.
"""

import os
import random
import signal
import sys
import time

from licensetrack.allocation import issuing, life
from licensetrack.core import db
from licensetrack.core.db import reading
from licensetrack.units.models import Unit
from tests.trade import ALICE, day


def write_for_ever(address: str, number: int) -> None:
    """Issues, imports and accepts sets until somebody ends it."""
    db.connect(address)
    with reading() as session:
        holder = session.query(Unit).one()
    count = 0
    while True:
        count += 1
        name = f"SQ-{number:02}-{count:04}"
        new = issuing.issue_set(name, holder, "virtualization", cpus=16, on=day("02-01"), actor=ALICE)
        say(f"issued {name}")
        life.record_import(new, actor=ALICE, on=day("02-10"))
        say(f"imported {name}")


def say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


def main(address: str, rounds: int) -> None:
    """Forks a writer, kills it after a moment, and so on."""
    for number in range(rounds):
        child = os.fork()
        if child == 0:
            write_for_ever(address, number)
        time.sleep(random.uniform(0.05, 0.35))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        say(f"killed {number}")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
