"""A parameter of a scoring rule as the lines of a form, and lines as the plain data that a framework's file holds."""

from __future__ import annotations

from typing import Any

from licensetrack.core.errors import Refused
from licensetrack.performance.rules.settings import NAMED, NUMBER, NUMBERS, STEPS, TEXT, TEXTS

BAR = "|"


def as_lines(kind: str, content: Any) -> str:
    """Plain data as a form shows it: a row a line, its two parts with a bar between them (`value >= target | 100`)."""
    if kind in (NUMBER, TEXT):
        return str(content)
    if kind in (STEPS, NAMED):
        return "\n".join(f"{one} {BAR} {other}" for one, other in content)
    return "\n".join(str(one) for one in content)


def from_lines(kind: str, text: str) -> Any:
    """What a form gave, as plain data; numbers stay texts until the parameter is read. Raises Refused for a line."""
    lines = [line.strip() for line in text.replace("｜", BAR).splitlines() if line.strip()]
    if kind in (NUMBER, TEXT):
        return " ".join(lines)
    if kind in (TEXTS, NUMBERS):
        return lines
    rows = []
    for line in lines:
        name, bar, number = line.rpartition(BAR)
        if not bar or not name.strip() or not number.strip():
            raise Refused("“%(line)s”: write the two parts of a line with a bar between them: “… | 100”.", line=line)
        rows.append([name.strip(), number.strip()])
    return rows
