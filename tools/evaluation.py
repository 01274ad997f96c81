"""docs/evaluation.md from the sample year's framework and the scoring rules: who does what, and what is scored how."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from licensetrack.performance import framework
from licensetrack.performance.framework import SIGNS, Branch, Framework, Indicator
from licensetrack.performance.rules.scoring import RULES, Case, computed
from licensetrack.performance.rules.settings import PARAMETERS, Settings
from tools.writing import both, opening, table

SAMPLE = "department-2024"
TEN, HUNDRED = Decimal(10), Decimal(100)
KINDS = {
    "number": "a number",
    "text": "a text",
    "texts": "a list of texts",
    "numbers": "a list of numbers",
    "steps": "pairs of numbers",
    "named": "pairs of a text and a number",
}
NEEDS = {
    "target": "a target",
    "rate": "a rate",
    "names": "the figures it names",
    "elements": "which elements are met",
    "faults": "how many faults, or a measure of them",
    "answers": "answers of each grade, or a measure of their mean",
    "band": "points within a band",
    "yes_no": "met or not",
    "hand": "points",
}

# (rule, what `scoring` holds, what is found, weight): the page shows what each of them gives.
EXAMPLES: tuple[tuple[str, str, str, Case], ...] = (
    ("PASS60", "pass_mark = 50", "75 of 100", Case(TEN, Settings(), Decimal(75), HUNDRED)),
    ("SATIS_STEP", "steps = [[95, 100], [80, 70]]", "94", Case(TEN, Settings(), Decimal(94))),
    ("FORMULA", 'formula = "min(实际值 ÷ 指标值, 1) × 权重"', "80 of 100", Case(TEN, Settings(), Decimal(80), HUNDRED)),
    ("FORMULA", 'formula = "(1 - value / budget.appropriated) / goal × weight"\nconstants = [["goal", 0.05]]',
     "7,400 of a budget of 7,515", Case(TEN, Settings(), Decimal(7400), names={"budget.appropriated": Decimal(7515)})),
    ("CONDITION", 'conditions = [["value ≥ target", 100], ["value ≥ 60% × target and value < target", 50]]',
     "75 of 100", Case(TEN, Settings(), Decimal(75), HUNDRED)),
    ("ELEMENTS", 'elements = ["有制度", "合法合规", "完整", "已落实"]', "elements = [1, 2, 4]",
     Case(TEN, Settings(), counts=(1, 2, 4))),
    ("DEDUCT", 'faults = [["超时一次", 0.5], ["投诉一次", 2]]', "faults = [3, 1]",
     Case(TEN, Settings(), counts=(3, 1))),
    ("LIKERT", "scale = [100, 75, 50, 25, 0]", "answers = [50, 30, 15, 4, 1], which is 81, of 90",
     Case(TEN, Settings(), Decimal(81), Decimal(90))),
)  # fmt: skip


def document() -> str:
    """The whole page."""
    sample = framework.load(SAMPLE)
    rules = [
        [f"`{rule.code}`", both(rule.title), " ".join(SIGNS[one] for one in rule.natures), NEEDS[rule.basis]]
        for rule in RULES.values()
    ]
    lines = [opening("evaluation", over=sample.over, under=sample.under), "## Scoring rules", ""]
    lines += [*table(["rule", "scores", "for", "needs"], rules), ""]
    lines += [*_parameters(), *_examples()]
    lines += [f"## {sample.name}", "", f"`{sample.code}`. Grades: {_grades(sample)}.", ""]
    for branch in sample.branches:
        lines += [f"### {branch.code} {branch.name} ({branch.weight})", ""]
        lines += table(["code", "level 2", "level 3", "weight", "target", "measure", "rule"], _rows(branch))
        lines += [""]
    return "\n".join(lines).rstrip() + "\n"


def _parameters() -> Iterator[str]:
    yield from opening("evaluation_rules").splitlines()
    yield ""
    users = {
        name: ", ".join(f"`{rule.code}`" for rule in RULES.values() if name in rule.parameters) for name in PARAMETERS
    }
    rows = [[f"`{one.name}`", both(one.title), KINDS[one.kind], users[one.name]] for one in PARAMETERS.values()]
    yield from table(["parameter", "says", "written as", "rules"], rows)
    yield ""


def _examples() -> Iterator[str]:
    rows = []
    for code, text, found, case in EXAMPLES:
        rule = RULES[code]
        settings = rule.read(tomllib.loads(text, parse_float=Decimal))
        said = "<br>".join(f"`{line}`" for line in text.splitlines())
        rows.append([f"`{code}`", said, found, str(computed(rule, replace(case, settings=settings)))])
    yield from ("What they give at a weight of 10:", "")
    yield from table(["rule", "`scoring`", "found", "points"], rows)
    yield ""


def _grades(found: Framework) -> str:
    return ", ".join(f"{name} from {start}" for name, start in found.grades)


def _rows(branch: Branch) -> Iterator[list[str]]:
    for group in branch.branches:
        for leaf in group.indicators:
            measure = f"`{leaf.measure}`" if leaf.measure else "by hand"
            if leaf.per:
                measure += f" / `{leaf.per}`"
            yield [
                leaf.code, f"{group.name} ({group.weight})", leaf.name, str(leaf.weight), _target(leaf), measure,
                f"`{leaf.rule.code}`",
            ]  # fmt: skip


def _target(leaf: Indicator) -> str:
    if leaf.target_text:
        return leaf.target_text
    if leaf.target_from:
        return f"{SIGNS[leaf.nature]} `{leaf.target_from}`"
    return f"{SIGNS[leaf.nature]} {leaf.targets[-1].value:,}{leaf.unit}" if leaf.targets else "none stated"
