"""The real console script in an installation of its own, as a person or a script calls it."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "data" / "2024"


class Installation:
    """A database, a folder for files, and the command `licensetrack`."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder = url, folder
        self._script = ROOT / ".venv" / ("Scripts/licensetrack.cmd" if os.name == "nt" else "bin/licensetrack")

    def run(self, *arguments: object, language: str = "en", within: int = 120) -> subprocess.CompletedProcess[str]:
        """Runs `licensetrack ARGUMENTS` from the installation's folder; `within` so many seconds, or it hangs."""
        environment = os.environ | {
            "DATABASE_URL": self.url,
            "LICENSETRACK_INSTANCE": str(self.folder / "instance"),
            "LICENSETRACK_BLOBS": str(self.folder / "blobs"),
            "LICENSETRACK_LANG": language,
        }
        command = [str(self._script), *map(str, arguments)]
        return subprocess.run(
            command,
            env=environment,
            cwd=self.folder,
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=within,
        )

    def json(self, *arguments: object) -> Any:
        """Runs a command with --json that succeeds; what it says."""
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stderr or done.stdout
        assert not done.stderr, done.stderr
        return json.loads(done.stdout)
