"""Recounting the figures of a sealed pack from its line lists, by the rules that lie in it.

This text goes into every sealed pack as part of its verifier: the standard library alone, Python 3.8.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from licensetrack.reports.pack_container import Broken, Pack, parsed

SNAPSHOT_FILE, RULES_FILE, LINES_FOLDER = "评价快照.json", "复算规则.json", "逐笔明细/"
DATA = "数据/"
SNAPSHOT, RULES, LINES, EVIDENCE = DATA + SNAPSHOT_FILE, DATA + RULES_FILE, DATA + LINES_FOLDER, "佐证材料/"
GOALS = DATA + "绩效目标.jsonl"


def number(value: Any) -> Decimal:
    """A number as the snapshot writes it: whole, or a decimal as text."""
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise ValueError("“%r”不是数" % (value,))
    return Decimal(value)


def percent(over: Decimal, under: Decimal) -> Decimal:
    """A rate in percent, two decimals, half up."""
    return (over * 100 / under).quantize(Decimal("0.01"), ROUND_HALF_UP)


def recounted(rule: dict[str, Any], rows: Sequence[dict[str, Any]], value: Callable[[str], Decimal]) -> Decimal | None:
    """What a rule gives: from the rows of a list, or from other figures; None where it has nothing to divide by."""
    kind = rule["rule"]
    if "where" in rule:
        rows = [row for row in rows if all(row.get(key) == wanted for key, wanted in rule["where"].items())]
    if kind == "sum":
        return sum((number(row[rule["column"]]) for row in rows), Decimal(0))
    if kind == "count":
        return Decimal(len({row[rule["column"]] for row in rows}))
    if kind == "rate":
        over = sum((number(row[rule["numerator"]]) for row in rows), Decimal(0))
        under = sum((number(row[rule["denominator"]]) for row in rows), Decimal(0))
        return percent(over, under) if under else None
    parts = [value(name) for name in rule["of"]]
    if kind == "add":
        return sum(parts, Decimal(0))
    if kind == "subtract":
        return parts[0] - sum(parts[1:], Decimal(0))
    if kind == "percent":
        return percent(parts[0], parts[1]) if parts[1] else None
    raise Broken("不认识的复算规则“%s”" % kind)


def lines_of(measure: str, folder: str = DATA) -> str:
    """Where the rows behind a measure lie, one JSON text a line."""
    return folder + LINES_FOLDER + measure + ".jsonl"


def rows_of(pack: Pack, name: str) -> list[dict[str, Any]]:
    """A list of the pack, one JSON text a line."""
    lines = pack.content(name).split(b"\n")[:-1]
    return list(parsed(b"[" + b",".join(lines) + b"]", name))


class Recount:
    """Every figure of a snapshot, by the rules and line lists that lie in its folder of the pack."""

    def __init__(self, pack: Pack, figures: dict[str, Any], traced: Sequence[str], folder: str = DATA) -> None:
        self._pack, self._figures, self._traced, self._folder = pack, figures, traced, folder
        rules = folder + RULES_FILE
        self._rules: dict[str, dict[str, Any]] = parsed(pack.content(rules), rules)
        self._rows: dict[str, list[dict[str, Any]]] = {}
        self.from_rows = self.from_others = self.stated = 0

    def rows(self, measure: str) -> list[dict[str, Any]]:
        """The line list of a measure."""
        if measure not in self._rows:
            self._rows[measure] = rows_of(self._pack, lines_of(measure, self._folder))
        return self._rows[measure]

    def count(self) -> int:
        """How many rows all lists have."""
        return sum(len(self.rows(measure)) for measure in self._traced)

    def told(self) -> str:
        """What was recounted."""
        counts = (self.from_rows, self.from_others, self.stated)
        return "由明细复算%d项、由其他数据推算%d项，均与快照一致；%d项为评分、指标值等载明的数，不复算" % counts

    def faults(self) -> list[str]:
        """Figures that their rows or rules do not give, and figures without a rule."""
        if set(self._rules) != set(self._figures):
            raise Broken("复算规则与快照中的数据不是同一批")
        return [fault for fault in map(self._fault, self._figures) if fault]

    def _value(self, name: str) -> Decimal:
        return number(self._figures[name]["value"])

    def _fault(self, name: str) -> str:
        rule, stated = self._rules[name], self._figures[name]["value"]
        if rule["rule"] == "stated":
            self.stated += 1
            return "“%s”没有复算规则" % name if name in self._traced else ""
        if "rows" in rule:
            self.from_rows += 1
        else:
            self.from_others += 1
        found = recounted(rule, self.rows(rule["rows"]) if "rows" in rule else [], self._value)
        if found == (None if stated is None else number(stated)):
            return ""
        return "“%s”载明为%s，复算为%s" % (name, stated, found)
