"""What a framework's nodes must be beside each other: weights that add up, rules that fit, names that exist."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from licensetrack.measures.catalogue import MEASURES
from licensetrack.performance.file_tables import Table
from licensetrack.performance.rules.scoring import ELEMENTS, TARGET
from licensetrack.performance.rules.settings import OWN_NAMES

if TYPE_CHECKING:
    from licensetrack.performance.framework import Branch, Indicator


def check_branch(top: Table, branch: Branch) -> None:
    """The weights below a branch, the lowest first; whatever weighs nothing does not belong in the tree."""
    for lower in branch.branches:
        check_branch(top, lower)
    parts: list[Branch | Indicator] = [*branch.branches, *branch.indicators]
    for part in (branch, *parts):
        place = Table({}, f"{top.place}: {part.code} {part.name}")
        place.demand(part.weight > 0, "its weight must be above zero")
    check_weights(Table({}, f"{top.place}: {branch.code} {branch.name}"), branch.weight, parts)


def check_weights(table: Table, whole: Decimal, parts: Sequence[Branch | Indicator]) -> None:
    """The parts add up to the whole. Raises FileError that lists them."""
    total = sum((part.weight for part in parts), Decimal(0))
    listed = " + ".join(f"{part.code} {part.weight}" for part in parts) or "nothing"
    table.demand(total == whole, "the weights below it add up to %(total)s (%(listed)s), not to %(whole)s",
                 total=total, listed=listed, whole=whole)  # fmt: skip


def check_indicator(table: Table, indicator: Indicator, *, whole: bool) -> None:
    """Nature, rule, measures, target and evidence fit each other. Raises FileError with the indicator's place."""
    rule, nature = indicator.rule, indicator.nature
    table.demand(nature in rule.natures, "the rule %(rule)s does not fit an indicator of nature %(nature)s",
                 rule=rule.code, nature=nature)  # fmt: skip
    table.demand(indicator.weight >= 0, "its weight must not be negative")
    for name in filter(None, (indicator.measure, indicator.per, indicator.target_from)):
        table.demand(name in MEASURES, "there is no measure %(name)s", name=name)
    table.demand(not indicator.per or bool(indicator.measure), "`per` needs a `measure`")
    if whole and rule.basis == TARGET:
        has_target = bool(indicator.targets) or bool(indicator.target_from)
        table.demand(has_target, "the rule %(rule)s needs a target", rule=rule.code)
    if nature == "qualitative":
        table.demand(bool(indicator.target_text) or not whole, "a qualitative indicator needs its `target_text`")
        table.demand(not indicator.targets, "a qualitative indicator has no target number")
    wanted = indicator.wanted_evidence
    table.demand(len(set(wanted)) == len(wanted) and all(wanted), "a kind of evidence is wanted twice or has no name")
    table.demand(all(len(kind) <= 80 for kind in wanted), "the name of a kind of evidence is too long")
    _check_settings(table, indicator)


def _check_settings(table: Table, indicator: Indicator) -> None:
    """What the rule's parameters must be beside the indicator: names that exist, points within its weight."""
    if indicator.rule.basis == ELEMENTS:
        table.demand(bool(indicator.settings.elements), "the rule %(rule)s needs elements", rule=indicator.rule.code)
    for name in sorted(indicator.settings.names_used()):
        table.demand(name in OWN_NAMES or name in MEASURES, "the formula speaks of %(name)s, which is not known",
                     name=name)  # fmt: skip
