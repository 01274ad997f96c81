"""docs/evaluation.md from the sample year's framework and the scoring rules: who does what, and what is scored how."""

from __future__ import annotations

from collections.abc import Iterator

from licensetrack.performance import framework
from licensetrack.performance.framework import SIGNS, Branch, Framework, Indicator
from licensetrack.performance.rules.scoring import RULES
from tools.writing import both, opening, table

SAMPLE = "department-2024"
NEEDS = {
    "target": "a target",
    "rate": "a rate",
    "band": "points within a band",
    "yes_no": "met or not",
    "hand": "points",
}


def document() -> str:
    """The whole page."""
    sample = framework.load(SAMPLE)
    rules = [
        [f"`{rule.code}`", both(rule.title), " ".join(SIGNS[one] for one in rule.natures), NEEDS[rule.basis]]
        for rule in RULES.values()
    ]
    lines = [opening("evaluation", over=sample.over, under=sample.under), "## Scoring rules", ""]
    lines += [*table(["rule", "scores", "for", "needs"], rules), ""]
    lines += [f"## {sample.name}", "", f"`{sample.code}`. Grades: {_grades(sample)}.", ""]
    for branch in sample.branches:
        lines += [f"### {branch.code} {branch.name} ({branch.weight})", ""]
        lines += table(["code", "level 2", "level 3", "weight", "target", "measure", "rule"], _rows(branch))
        lines += [""]
    return "\n".join(lines).rstrip() + "\n"


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
