"""Programs that tests need and the package index does not have: taken from Debian when they are missing."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

QUIET = {"DEBIAN_FRONTEND": "noninteractive"}


def tool(name: str, package: str, *, search: str | None = None) -> Path:
    """The path of a program, installed by apt-get if it is missing and we may; else the test fails and says how.

    `package` may name several packages with blanks between; `search` replaces PATH.
    """
    if found := shutil.which(name, path=search):
        return Path(found)
    by_hand = f"This test needs the program {name!r}. On Debian: apt-get install {package}"
    if not (hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get", path=search)):
        pytest.fail(by_hand, pytrace=False)
    said = install(package)
    if found := shutil.which(name, path=search):
        return Path(found)
    pytest.fail(f"{by_hand}\napt-get was tried and did not bring it:\n{said}", pytrace=False)


def install(package: str) -> str:
    """Install by apt-get, with fresh lists if the ones here do not know the package; what apt-get said.

    Test processes come one after another: apt's own lock on its lists does not wait.
    """
    import fcntl

    command = ["apt-get", "install", "--yes", "--no-install-recommends", *package.split()]
    with (Path(tempfile.gettempdir()) / "licensetrack-apt.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        said = []
        for step in (command, ["apt-get", "update"], command):
            answer = subprocess.run(
                [step[0], "-o", "DPkg::Lock::Timeout=600", *step[1:]],
                env=os.environ | QUIET,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            said.append(answer.stdout[-2000:])
            if step is command and answer.returncode == 0:
                break
    return "\n".join(said)
