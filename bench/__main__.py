"""`python -m bench [NAME …]`: each speed as a ratio to a limit measured beside it; exit 1 if one is missed."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from pathlib import Path

from bench import annex, exporting, loading, measures, packs, printing, queueing
from bench.measuring import Result

PARTS = {"load": loading.run, "measures": measures.run, "pdf": printing.run, "export": exporting.run,
         "annex": annex.run, "pack": packs.run, "jobs": queueing.run}  # fmt: skip


def main(names: list[str]) -> int:
    """Runs the named measurements (all when none is named) and prints their table; 2 for a name that does not exist."""
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        print(f"There is no measurement {unknown[0]!r}; there are: {', '.join(PARTS)}.", file=sys.stderr)
        return 2
    results: list[Result] = []
    began = time.monotonic()
    for name in names or PARTS:
        folder = Path(tempfile.mkdtemp(prefix="licensetrack-bench-"))
        try:
            found = PARTS[name](folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        for result in found:
            print(result.line(), flush=True)
        results += found
    missed = sum(not result.passed for result in results)
    print(f"{len(results)} limits, {missed} missed, {time.monotonic() - began:.0f} s")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
