"""One measurement: both sides in turn, each round in a process of its own, and the median of the rounds."""

from __future__ import annotations

import importlib
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Result:
    """What was measured against its limit; `at_least` says on which side of the limit is well."""

    name: str
    measured: float
    limit: float
    unit: str
    note: str = ""
    at_least: bool = False

    @property
    def passed(self) -> bool:
        """Whether the limit is kept."""
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit

    def line(self) -> str:
        """One line of the table."""
        sign = "≥" if self.at_least else "≤"
        verdict = "PASS" if self.passed else "FAIL"
        return f"{verdict}  {self.name:<46} {self.measured:8.2f} {sign} {self.limit:<6g} {self.unit:<8} {self.note}"


@dataclass(frozen=True)
class Side:
    """One side's rounds: seconds of each, and the largest memory of its process in MB."""

    seconds: list[float]
    peak: float

    @property
    def median(self) -> float:
        """The median of its seconds."""
        return statistics.median(self.seconds)


def side_by_side(functions: Sequence[str], arguments: dict[str, Any], rounds: int) -> list[Side]:
    """Runs functions (`module:name`) in turn, so that a slow minute of the machine slows all of them."""
    found: dict[str, list[dict[str, float]]] = {function: [] for function in functions}
    for _ in range(rounds):
        for function in functions:
            found[function].append(in_child(function, arguments))
    return [
        Side([one["seconds"] for one in answers], max(one["peak"] for one in answers)) for answers in found.values()
    ]


def in_child(function: str, arguments: dict[str, Any]) -> dict[str, float]:
    """Runs `module:name` in a fresh process; what it returns, with the process's largest memory as `peak` (MB)."""
    command = [sys.executable, "-m", "bench.measuring", function, json.dumps(arguments)]
    done = subprocess.run(command, check=False, capture_output=True, encoding="utf-8")
    if done.returncode:
        raise RuntimeError(f"{function} failed:\n{done.stderr}")
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return answer


@contextmanager
def stopwatch(answer: dict[str, float]) -> Iterator[None]:
    """Puts the wall time of its block into `answer["seconds"]`."""
    began = time.perf_counter()
    yield
    answer["seconds"] = time.perf_counter() - began


def peak() -> float:
    """The largest memory that this process has held, in MB."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage would count what the parent held when it started this process
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def main(function: str, arguments: str) -> None:
    """The child's side of `in_child`."""
    module, name = function.split(":")
    answer = getattr(importlib.import_module(module), name)(**json.loads(arguments))
    print(json.dumps({**answer, "peak": peak()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
