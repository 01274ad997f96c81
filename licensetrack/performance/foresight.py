"""Simple ways to look ahead from monthly figures, each with what it got wrong before: pure and transparent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

ZERO, HUNDRED = Decimal(0), Decimal(100)
YEAR = 12
AHEAD = 36  # months: 满足未来三年
SPANS = (12, 6, 3, 1)  # months ahead over which a method is tried on the past, the longest that can be
FEWEST = 3  # trials that a span needs
Extend = Callable[[Sequence[int], int], list[Decimal]]


def stays(history: Sequence[int], ahead: int) -> list[Decimal]:
    """Everything stays as it is."""
    return [Decimal(history[-1])] * ahead


def mean_growth(history: Sequence[int], ahead: int) -> list[Decimal]:
    """Every month adds what a month of the last year added on the average."""
    months = min(YEAR, len(history) - 1)
    step = Decimal(history[-1] - history[-1 - months]) / months
    return [history[-1] + step * month for month in range(1, ahead + 1)]


def straight_line(history: Sequence[int], ahead: int) -> list[Decimal]:
    """The line that lies closest to the last two years (least squares), continued."""
    known = history[-2 * YEAR :]
    count = len(known)
    middle, mean = Decimal(count - 1) / 2, Decimal(sum(known)) / count
    spread = sum(((place - middle) ** 2 for place in range(count)), ZERO)
    slope = sum(((place - middle) * (value - mean) for place, value in enumerate(known)), ZERO) / spread
    return [mean + slope * (count - 1 + month - middle) for month in range(1, ahead + 1)]


def same_growth(history: Sequence[int], ahead: int) -> list[Decimal]:
    """Every month adds what the same month added a year before, so that busy months stay busy."""
    changes = [history[place] - history[place - 1] for place in range(len(history) - YEAR, len(history))]
    found, value = [], Decimal(history[-1])
    for month in range(ahead):
        value += changes[month % YEAR]
        found.append(value)
    return found


@dataclass(frozen=True)
class Method:
    """One way to look ahead; `title` is an English msgid, `needs` the months of history that it takes."""

    code: str
    title: str
    needs: int
    extend: Extend


METHODS = (
    Method("stays", "Everything stays as it is", 1, stays),
    Method("mean_growth", "Mean growth of the last twelve months", 4, mean_growth),
    Method("straight_line", "Straight line through the last two years", 6, straight_line),
    Method("same_growth", "The same growth as in the same months of the last year", YEAR + 1, same_growth),
)  # fmt: skip


@dataclass(frozen=True)
class PastError:
    """How far a method was off when it was tried on the past: `trials` times, each `span` months ahead.

    `mean` and `worst` are in the figure's own unit; `percent` is the mean in percent of what came, None for nothing.
    """

    span: int
    trials: int
    mean: Decimal
    worst: Decimal
    percent: Decimal | None


@dataclass(frozen=True)
class Foresight:
    """What a method says for each month ahead, with the range that its past errors leave; `error` None: untried."""

    method: Method
    values: tuple[int, ...]
    low: tuple[int | None, ...]
    high: tuple[int | None, ...]
    error: PastError | None


def past_error(method: Method, history: Sequence[int]) -> PastError | None:
    """The method tried at every month of the past from which enough was known; None where there are too few trials."""
    for span in SPANS:
        origins = range(method.needs, len(history) - span + 1)
        if len(origins) < FEWEST:
            continue
        pairs = [(_floored(method.extend(history[:end], span)[-1]), history[end + span - 1]) for end in origins]
        errors = [abs(Decimal(said - came)) for said, came in pairs]
        came = sum(came for _, came in pairs)
        mean = sum(errors, ZERO) / len(errors)
        share = None if not came else (sum(errors, ZERO) * HUNDRED / came).quantize(Decimal("0.1"), ROUND_HALF_UP)
        return PastError(span, len(errors), mean.quantize(Decimal("0.1"), ROUND_HALF_UP), max(errors), share)
    return None


def foresee(history: Sequence[int], ahead: int = AHEAD) -> list[Foresight]:
    """What every method says that has enough history. The range is the worst past error, in proportion to the time.

    A method that was off by at most 100 over twelve months is given 300 either way over thirty-six.
    """
    found = []
    for method in METHODS:
        if len(history) < method.needs:
            continue
        error = past_error(method, history)
        values = [_floored(value) for value in method.extend(history, ahead)]
        margins = [None if error is None else error.worst * month / error.span for month in range(1, ahead + 1)]
        low = tuple(None if m is None else _floored(value - m) for value, m in zip(values, margins, strict=True))
        high = tuple(None if m is None else _floored(value + m) for value, m in zip(values, margins, strict=True))
        found.append(Foresight(method, tuple(values), low, high, error))
    return found


def _floored(value: Decimal) -> int:
    """A whole number, never below nothing: nobody holds fewer than no licences."""
    return max(int(value.to_integral_value(ROUND_HALF_UP)), 0)
