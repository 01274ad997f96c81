"""The quality gates that the code passes beside its tests: format, lint, storeys, templates, types; fastest first."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

GATES = {
    "format": ["-m", "ruff", "format", "--check", "."],
    "lint": ["-m", "ruff", "check", "--output-format=concise", "."],
    "storeys": ["-c", "from importlinter.cli import lint_imports_command as main; main()"],
    "templates": ["-m", "djlint", "--lint", "--allow-empty-input", "templates"],
    "types": ["-m", "mypy", "--no-error-summary"],
}


def ask(name: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """The gate's answer about the project in this folder: exit code 0 when it stands open, else its reasons."""
    command = [sys.executable, *GATES[name]]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False)


def main(names: list[str]) -> int:
    """Ask these gates, or all; the exit code of the first that is shut."""
    for name in names or GATES:
        print(f"== {name}", flush=True)
        answer = ask(name)
        print(answer.stdout + answer.stderr, flush=True)
        if answer.returncode:
            return answer.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
