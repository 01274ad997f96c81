"""Scoring rules give the points that the finance bureau's tables give, and never leave their span."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensetrack.core.errors import Refused
from licensetrack.performance.rules.methods import ACHIEVED, MISSED, PARTIAL, banded, by_hand, yes_or_no
from licensetrack.performance.rules.scoring import RATE, RULES, TARGET, Case, computed
from licensetrack.performance.rules.settings import Settings

D = Decimal
EXAMPLES = [
    # rule, actual, target, weight, points
    ("POS_FULL_PROP", "4375", "4000", "7", "7.00"),
    ("POS_FULL_PROP", "4000", "4000", "7", "7.00"),
    ("POS_FULL_PROP", "3999", "4000", "7", "7.00"),  # 6.998… rounds to the full weight
    ("POS_FULL_PROP", "2681", "4000", "7", "4.69"),
    ("POS_FULL_PROP", "0", "4000", "7", "0.00"),
    ("POS_FULL_PROP", "-5", "4000", "7", "0.00"),
    ("POS_FULL_PROP", "0", "0", "7", "7.00"),
    ("POS_FULL_PROP", "1", "3", "10", "3.33"),
    ("POS_FULL_PROP", "0.1", "2", "0.1", "0.01"),  # 0.005: halves go up
    ("EQ", "100", "100", "8", "8.00"),
    ("EQ", "87.23", "100", "8", "6.98"),
    ("EQ", "120", "100", "8", "8.00"),
    ("EQ", "0", "0", "8", "8.00"),
    ("EQ", "-1", "0", "8", "8.00"),
    ("EQ", "1", "0", "8", "0.00"),
    ("NEG_LINEAR", "7515", "7515", "5", "5.00"),
    ("NEG_LINEAR", "7000", "7515", "5", "5.00"),
    ("NEG_LINEAR", "-7000", "7515", "5", "5.00"),
    ("NEG_LINEAR", "150", "100", "5", "2.50"),
    ("NEG_LINEAR", "199", "100", "5", "0.05"),
    ("NEG_LINEAR", "200", "100", "5", "0.00"),
    ("NEG_LINEAR", "250", "100", "5", "0.00"),
    ("NEG_LINEAR", "300", "100", "5", "0.00"),
    ("NEG_LINEAR", "0", "0", "5", "5.00"),
    ("NEG_LINEAR", "1", "0", "5", "0.00"),
    ("NEG_RATIO", "100", "100", "5", "5.00"),
    ("NEG_RATIO", "125", "100", "5", "4.00"),
    ("NEG_RATIO", "1000", "100", "5", "0.50"),
    ("NEG_RATIO", "0", "0", "5", "5.00"),
    ("NEG_RATIO", "1", "0", "5", "0.00"),
    ("PASS60", "100", "100", "10", "10.00"),
    ("PASS60", "130", "100", "10", "10.00"),
    ("PASS60", "80", "100", "10", "5.00"),
    ("PASS60", "60", "100", "10", "0.00"),
    ("PASS60", "59.99", "100", "10", "0.00"),
    ("PASS60", "0", "0", "10", "10.00"),
    ("EXEC_PROP", "100", None, "10", "10.00"),
    ("EXEC_PROP", "98.765", None, "10", "9.88"),
    ("EXEC_PROP", "104", None, "10", "10.00"),
    ("EXEC_PROP", "-3", None, "10", "0.00"),
    ("EXEC_STEP", "100", None, "10", "10.00"),
    ("EXEC_STEP", "99.99", None, "10", "7.00"),
    ("EXEC_STEP", "80", None, "10", "7.00"),
    ("EXEC_STEP", "79.99", None, "10", "5.00"),
    ("EXEC_STEP", "60", None, "10", "5.00"),
    ("EXEC_STEP", "59.99", None, "10", "0.00"),
    ("SATIS_STEP", "90", None, "10", "10.00"),
    ("SATIS_STEP", "89.99", None, "10", "8.00"),
    ("SATIS_STEP", "80", None, "10", "8.00"),
    ("SATIS_STEP", "79.99", None, "10", "5.00"),
    ("SATIS_STEP", "60", None, "10", "5.00"),
    ("SATIS_STEP", "59.99", None, "10", "0.00"),
]


BY_VALUE = {code for code, rule in RULES.items() if rule.basis in (TARGET, RATE)}


def score(rule: str, actual: str, target: str | None, weight: str, settings: Settings | None = None) -> Decimal:
    aim = None if target is None else D(target)
    return computed(RULES[rule], Case(D(weight), settings or Settings(), D(actual), aim))


@pytest.mark.parametrize(("rule", "actual", "target", "weight", "points"), EXAMPLES)
def test_a_value_gives_the_points_of_the_table(
    rule: str, actual: str, target: str | None, weight: str, points: str
) -> None:
    found = score(rule, actual, target, weight)
    assert found == D(points)
    assert found.as_tuple().exponent == -2


def test_every_rule_that_goes_by_a_value_has_examples() -> None:
    assert {rule for rule, *_ in EXAMPLES} == BY_VALUE


def test_an_office_may_set_its_own_steps_and_pass_mark() -> None:
    steps = Settings(steps=((D(95), D(100)), (D(50), D(40))))
    assert score("SATIS_STEP", "94", None, "10", steps) == D("4.00")
    assert score("EXEC_STEP", "95", None, "10", steps) == D("10.00")
    assert score("PASS60", "75", "100", "10", Settings(pass_mark=D(50))) == D("5.00")


@pytest.mark.parametrize("rule", ["POS_FULL_PROP", "EQ", "NEG_LINEAR", "NEG_RATIO", "PASS60"])
def test_a_rule_that_compares_is_of_no_use_without_a_target(rule: str) -> None:
    with pytest.raises(Refused, match="needs a target"):
        score(rule, "1", None, "10")


@pytest.mark.parametrize("rule", ["QUAL_3BAND", "YESNO", "HAND"])
def test_what_is_judged_is_not_computed(rule: str) -> None:
    with pytest.raises(Refused, match="does not go by a value"):
        score(rule, "1", "1", "10")


@pytest.mark.parametrize(
    ("band", "inside", "outside"),
    [
        (ACHIEVED, ["8", "9.5", "10"], ["7.99", "10.01", "-1"]),
        (PARTIAL, ["6", "7.99"], ["5.99", "8", "10"]),
        (MISSED, ["0", "5.99"], ["6", "-0.01"]),
    ],
)
def test_a_band_takes_its_own_scores_and_no_others(band: str, inside: list[str], outside: list[str]) -> None:
    for mark in inside:
        assert banded(D(mark), band, D(10)) == D(mark)
    for mark in outside:
        with pytest.raises(Refused, match="outside the band"):
            banded(D(mark), band, D(10))


def test_there_are_three_bands() -> None:
    with pytest.raises(Refused, match="not a band"):
        banded(D(5), "middling", D(10))


def test_a_question_of_yes_or_no_knows_nothing_between() -> None:
    assert yes_or_no(True, D(4)) == D("4.00")
    assert yes_or_no(False, D(4)) == D("0.00")


def test_a_score_by_hand_stays_within_the_weight() -> None:
    assert by_hand(D(0), D(4)) == D("0.00")
    assert by_hand(D("3.456"), D(4)) == D("3.46")
    assert by_hand(D(4), D(4)) == D("4.00")
    for mark in ("-0.01", "4.01"):
        with pytest.raises(Refused, match="outside 0 to 4"):
            by_hand(D(mark), D(4))


VALUES = st.decimals(min_value=-100, max_value=10_000, places=2)
TARGETS = st.decimals(min_value=0, max_value=5_000, places=2)
WEIGHTS = st.integers(min_value=1, max_value=10_000).map(lambda cents: D(cents) / 100)
COMPUTED = st.sampled_from(sorted(BY_VALUE))


@given(COMPUTED, VALUES, TARGETS, WEIGHTS)
def test_no_score_leaves_the_span_from_nothing_to_the_weight(
    code: str, actual: Decimal, target: Decimal, weight: Decimal
) -> None:
    found = computed(RULES[code], Case(weight, Settings(), actual, target))
    assert 0 <= found <= weight


@given(COMPUTED, VALUES, VALUES, TARGETS, WEIGHTS)
def test_doing_better_never_costs_points(
    code: str, one: Decimal, other: Decimal, target: Decimal, weight: Decimal
) -> None:
    rule = RULES[code]
    low, high = sorted((one, other))
    scores = [computed(rule, Case(weight, Settings(), value, target)) for value in (low, high)]
    less_is_better = "<=" in rule.natures or (code == "EQ" and target == 0)
    assert scores == sorted(scores, reverse=less_is_better)


@given(TARGETS, WEIGHTS)
def test_reaching_the_target_gives_the_full_weight(target: Decimal, weight: Decimal) -> None:
    for code in ("POS_FULL_PROP", "EQ", "NEG_LINEAR", "NEG_RATIO", "PASS60"):
        assert computed(RULES[code], Case(weight, Settings(), target, target)) == weight
