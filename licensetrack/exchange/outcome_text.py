"""What a load does, kept to be read later: a summary that stands in the job's row, and the rows and faults as JSON."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from licensetrack.exchange.changes import SAME, Outcome
from licensetrack.exchange.problems import Problem, Term


class Told(NamedTuple):
    """What each row does that does something, and what is wrong, cell by cell."""

    changes: list[dict[str, Any]]
    problems: list[Problem]


def summary(outcome: Outcome) -> dict[str, Any]:
    """The outcome in a few numbers; `promised` is the digest of what each row does."""
    errors = sum(problem.severity == "error" for problem in outcome.problems)
    return {
        "refused": outcome.refused,
        "counts": outcome.counts,
        "changes": sum(change.action != SAME for change in outcome.changes),
        "writes": outcome.changed_anything,
        "errors": errors,
        "warnings": len(outcome.problems) - errors,
        "promised": outcome.digest(),
    }


def told_text(outcome: Outcome) -> bytes:
    """Rows and faults as JSON, for `told`."""
    changes = [change.as_dict() for change in outcome.changes if change.action != SAME]
    problems = [_plain(problem) for problem in outcome.problems]
    return json.dumps({"changes": changes, "problems": problems}, ensure_ascii=False, default=str).encode()


def told(text: bytes) -> Told:
    """What `told_text` wrote."""
    content = json.loads(text)
    return Told(content["changes"], [_problem(one) for one in content["problems"]])


def _plain(problem: Problem) -> dict[str, Any]:
    """A problem for JSON; values that are words of ours stay marked, for they are translated when shown."""
    content = {name: getattr(problem, name) for name in problem.__dataclass_fields__ if name != "values"}
    values = {name: ["term" if isinstance(value, Term) else "value", value] for name, value in problem.values.items()}
    return content | {"values": values}


def _problem(content: dict[str, Any]) -> Problem:
    values = {name: Term(value) if kind == "term" else value for name, (kind, value) in content.pop("values").items()}
    return Problem(**content, values=values)
