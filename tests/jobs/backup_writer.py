"""An office that works while it is backed up: issues, imports and accepts sets and lays papers until it is told to end.

Started as `python -m tests.jobs.backup_writer ADDRESS FOLDER`; prints each act once the program has confirmed it.
"""

import itertools
import os
import random
import sys
from pathlib import Path

from licensetrack.allocation import issuing, life
from licensetrack.core import blobs, db
from licensetrack.core.db import reading, transaction
from licensetrack.units.models import Unit
from tests.trade import ALICE, day


def say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


def main(address: str, folder: str) -> None:
    db.connect(address)
    blobs.use_folder(Path(folder))
    chance = random.Random(5)
    with reading() as session:
        holder = session.query(Unit).one()
    for number in itertools.count(1):
        name = f"SQ-2024-{number:04}"
        new = issuing.issue_set(name, holder, "virtualization", cpus=16, on=day("02-01"), actor=ALICE)
        say(f"issued {name}")
        life.record_import(new, actor=ALICE, on=day("02-10"))
        say(f"imported {name}")
        with transaction() as session:
            blobs.store(session, chance.randbytes(3000), f"{name}.pdf")
        life.accept_import(new, actor=ALICE, on=day("02-20"), evidence=f"{name}.pdf")
        say(f"accepted {name}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
