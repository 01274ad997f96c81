"""Mutation testing of the scoring rules: one sign is changed, and a test has to turn red; `python -m tools.mutants`.

Each mutant lives in a child of a process that holds the libraries ready, so that a thousand of them take minutes.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import resource
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path
from types import ModuleType

from tools.mutating import Mutant, mutants

ROOT = Path(__file__).resolve().parent.parent
RULES = ROOT / "licensetrack" / "performance" / "rules"
TESTS = ROOT / "tests" / "performance"
# The tests that are asked for each file of rules, the likeliest to turn red first.
ASKED = {
    "arithmetic": ("arithmetic", "methods"),
    "grading": ("grading",),
    "methods": ("methods", "scoring"),
    "scoring": ("methods", "scoring", "settings"),
    "separation": ("grading",),
    "settings": ("settings", "methods"),
    "values": ("scoring", "methods"),
}
LONGEST = 4  # seconds of work for one mutant; whoever runs in circles is found out
LARGEST = 2_000_000_000  # bytes
GREEN = 0


@dataclass(frozen=True)
class Verdict:
    """What became of one mutant."""

    module: str
    line: int
    change: str
    killed: bool


class _Replaced(MetaPathFinder, Loader):
    """Gives the mutant for its module's name; all others come from their files."""

    def __init__(self, name: str, program: ast.Module, path: Path) -> None:
        self._name, self._program, self._path = name, program, path

    def find_spec(self, fullname: str, path: object, target: object = None) -> ModuleSpec | None:
        return spec_from_loader(fullname, self, origin=str(self._path)) if fullname == self._name else None

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self._program, str(self._path), "exec"), module.__dict__)  # noqa: S102 - that is the purpose


def judged(module: str, mutant: Mutant) -> Verdict:
    """The tests with the mutant in place, in a child of this process."""
    child = os.fork()
    if not child:
        _die(module, mutant)
    _, status = os.waitpid(child, 0)
    return Verdict(module, mutant.line, mutant.change, os.waitstatus_to_exitcode(status) != GREEN)


def _die(module: str, mutant: Mutant) -> None:
    """What the child does: run the tests and leave with their answer."""
    import pytest

    code = 1
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (LONGEST, LONGEST))
        resource.setrlimit(resource.RLIMIT_AS, (LARGEST, LARGEST))
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 1)
        os.dup2(nothing, 2)
        sys.meta_path.insert(0, _Replaced(f"licensetrack.performance.rules.{module}", mutant.program, RULES))
        tests = [str(TESTS / f"test_{name}.py") for name in ASKED[module]]
        code = pytest.main(
            ["-x", "-q", "--noconftest", "-p", "no:cacheprovider", "-p", "no:xdist", "--assert=plain", *tests]
        )
    finally:
        os._exit(int(code))


def _make_ready() -> None:
    """Loads what every child needs, but none of the rules, and asks random tests for fewer examples."""
    import hypothesis
    import pytest  # noqa: F401

    import licensetrack.measures.catalogue  # noqa: F401

    hypothesis.settings.register_profile(
        "mutants", max_examples=25, derandomize=True, database=None, deadline=None,
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],  # one red example is enough
        suppress_health_check=list(hypothesis.HealthCheck),
    )  # fmt: skip
    hypothesis.settings.load_profile("mutants")
    rules = [name for name in sys.modules if name.startswith("licensetrack.performance.rules.")]
    if rules:
        raise RuntimeError(f"loaded too early: {rules}")


def main(arguments: Sequence[str]) -> int:
    """Judges the mutants that were asked for; 0 when the share killed is high enough."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", choices=[*ASKED, []], help="files of rules; all without one")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only every Nth mutant")
    parser.add_argument("--least", type=float, default=90, help="percent that must be killed (90)")
    parser.add_argument("--told", action="store_true", help="each verdict on standard error as it comes")
    parser.add_argument("--json", action="store_true", help="the verdicts as JSON")
    asked = parser.parse_args(arguments)
    _make_ready()
    made = [
        (module, mutant)
        for module in asked.modules or ASKED
        for mutant in mutants((RULES / f"{module}.py").read_text(encoding="utf-8"))
    ]
    for module in (asked.modules or ASKED) if asked.every == 1 else ():  # the suite asks the tests themselves
        unchanged = Mutant(0, "nothing", ast.parse((RULES / f"{module}.py").read_text(encoding="utf-8")))
        if judged(module, unchanged).killed:
            raise SystemExit(f"the tests of {module} are red without any change")
    verdicts = []
    for module, mutant in made[:: asked.every]:
        verdicts.append(judged(module, mutant))
        if asked.told:
            sys.stderr.write(f"{len(verdicts)} of {len(made) // asked.every}: {verdicts[-1]}\n")
    killed = sum(verdict.killed for verdict in verdicts)
    share = 100 * killed / len(verdicts)
    if asked.json:
        sys.stdout.write(json.dumps([vars(verdict) for verdict in verdicts], ensure_ascii=False) + "\n")
    else:
        sys.stdout.write(_report(verdicts) + f"{killed} of {len(verdicts)} mutants killed, {share:.1f} %\n")
    return 0 if share >= asked.least else 1


def _report(verdicts: Sequence[Verdict]) -> str:
    """The survivors with their places, then a line for each file."""
    lines = [f"{one.module}.py:{one.line}: {one.change}" for one in verdicts if not one.killed]
    for module in ASKED:
        of = [one for one in verdicts if one.module == module]
        if of:
            lines.append(f"{module:12} {sum(one.killed for one in of):4} of {len(of):4}")
    return "".join(line + "\n" for line in lines)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
