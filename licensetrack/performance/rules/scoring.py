"""The scoring rules by their codes: what each goes by, which indicators it fits, which parameters a framework may set.

All are pure functions with results between nothing and the weight; `values.py` has those that go by a value,
`methods.py` those that go by what an evaluator finds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType

from licensetrack.core.errors import Refused
from licensetrack.performance.rules.arithmetic import Names
from licensetrack.performance.rules.methods import by_conditions, by_elements, by_faults, by_formula
from licensetrack.performance.rules.settings import OWN_NAMES, Settings, read_settings
from licensetrack.performance.rules.values import (
    EXECUTION_STEPS,
    SATISFACTION_STEPS,
    ZERO,
    above_pass_mark,
    by_steps,
    equal_or_share,
    excess_linear,
    excess_ratio,
    execution_share,
    reach_or_share,
)  # fmt: skip

TARGET, RATE, NAMES, ELEMENTS, FAULTS, ANSWERS = "target", "rate", "names", "elements", "faults", "answers"
BAND, YES_NO, HAND = "band", "yes_no", "hand"


@dataclass(frozen=True)
class Case:
    """What one indicator is scored from.

    `counts` are the numbers of the elements met, or how many faults of each kind; `names` every measure by its name.
    """

    weight: Decimal
    settings: Settings
    actual: Decimal | None = None
    target: Decimal | None = None
    counts: tuple[int, ...] = ()
    names: Names = field(default_factory=dict)

    def own_names(self) -> dict[str, Decimal | None]:
        """All that a formula may speak of: measures, constants, and the indicator's own value, target and weight."""
        own = {"value": self.actual, "target": self.target, "weight": self.weight}
        return (
            dict(self.names) | dict(self.settings.constants) | {word: own[meant] for word, meant in OWN_NAMES.items()}
        )


@dataclass(frozen=True)
class ScoringRule:
    """A selectable rule. `basis` says what it goes by: a value against a `target`, a `rate`, `names` in a formula,
    `elements` met, `faults` or `answers` counted; or the evaluator's own points (`band`, `yes_no`, `hand`).

    `title` is an English msgid; `natures` are those of the indicators it fits; `compute` is missing where the
    evaluator gives the points.
    """

    code: str
    title: str
    basis: str
    natures: tuple[str, ...]
    compute: Callable[[Case], Decimal] | None = None
    parameters: tuple[str, ...] = ()

    def read(self, data: Mapping[str, object]) -> Settings:
        """Its settings from plain data. Raises Refused at the parameter that is wrong."""
        return read_settings(self.parameters, data)


AT_LEAST, AT_MOST = (">=", ">"), ("<=", "<")
FLOORS, ANY = (*AT_LEAST, "="), (*AT_LEAST, "=", *AT_MOST, "qualitative")
QUALITATIVE = ("qualitative",)
Compare = Callable[[Decimal, Decimal, Decimal], Decimal]


def _against(compare: Compare) -> Callable[[Case], Decimal]:
    return lambda case: compare(case.actual or ZERO, case.target or ZERO, case.weight)


def _answers(case: Case) -> Decimal:
    """The mean worth of the answers is the value: against the target, or its own share of the weight without one."""
    if case.target is None:
        return execution_share(case.actual or ZERO, case.weight)
    return reach_or_share(case.actual or ZERO, case.target, case.weight)


_ALL = (
    ScoringRule("POS_FULL_PROP", "Full from the target on, below it the share reached", TARGET, AT_LEAST,
                _against(reach_or_share)),
    ScoringRule("EQ", "Full at the target, below it the share reached", TARGET, ("=",), _against(equal_or_share)),
    ScoringRule("NEG_LINEAR", "Full up to the target, nothing at twice the target", TARGET, AT_MOST,
                _against(excess_linear)),
    ScoringRule("NEG_RATIO", "Full up to the target, above it target over actual", TARGET, AT_MOST,
                _against(excess_ratio)),
    ScoringRule("PASS60", "Nothing below the pass mark, then in proportion", TARGET, FLOORS,
                lambda c: above_pass_mark(c.actual or ZERO, c.target or ZERO, c.weight, c.settings.pass_mark),
                ("pass_mark",)),
    ScoringRule("EXEC_PROP", "Budget execution rate times the weight", RATE, FLOORS,
                lambda c: execution_share(c.actual or ZERO, c.weight)),
    ScoringRule("EXEC_STEP", "Budget execution rate by steps", RATE, FLOORS,
                lambda c: by_steps(c.actual or ZERO, c.weight, c.settings.steps or EXECUTION_STEPS), ("steps",)),
    ScoringRule("SATIS_STEP", "Satisfaction by steps", RATE, FLOORS,
                lambda c: by_steps(c.actual or ZERO, c.weight, c.settings.steps or SATISFACTION_STEPS), ("steps",)),
    ScoringRule("FORMULA", "The points that a formula gives", NAMES, ANY,
                lambda c: by_formula(c.settings.formula, c.own_names(), c.weight), ("formula", "constants")),
    ScoringRule("CONDITION", "Points by the first condition that holds", NAMES, ANY,
                lambda c: by_conditions(c.settings.conditions, c.own_names(), c.weight), ("conditions", "constants")),
    ScoringRule("ELEMENTS", "The share of the elements that are met", ELEMENTS, QUALITATIVE,
                lambda c: by_elements(c.counts, len(c.settings.elements), c.weight), ("elements",)),
    ScoringRule("DEDUCT", "Points taken off for each fault", FAULTS, ANY,
                lambda c: by_faults(c.counts, [cost for _, cost in c.settings.faults], c.weight), ("faults",)),
    ScoringRule("LIKERT", "The mean of a survey's answers on a scale of grades", ANSWERS, (*AT_LEAST, "qualitative"),
                _answers, ("scale",)),
    ScoringRule("QUAL_3BAND", "Judged within one of three bands", BAND, QUALITATIVE),
    ScoringRule("BANDS", "Judged within one of the framework's own bands", BAND, QUALITATIVE, None, ("bands",)),
    ScoringRule("YESNO", "Met or not", YES_NO, QUALITATIVE),
    ScoringRule("HAND", "Judged by hand, with a reason", HAND, ANY),
)  # fmt: skip
RULES: Mapping[str, ScoringRule] = MappingProxyType({rule.code: rule for rule in _ALL})


def computed(rule: ScoringRule, case: Case) -> Decimal:
    """The points of a rule that computes them. Raises Refused for one that does not, or without its target."""
    if rule.compute is None:
        raise Refused("The rule %(rule)s does not go by a value.", rule=rule.code)
    if rule.basis == TARGET and case.target is None:
        raise Refused("The rule %(rule)s needs a target.", rule=rule.code)
    return rule.compute(case)
