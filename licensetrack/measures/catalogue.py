"""Every figure that exists, by name: its label, its unit, its value as of a date, and the rows that make it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from licensetrack.core.errors import NotFound
from licensetrack.measures import money, service, traces
from licensetrack.measures.question import Question, Value, percent
from licensetrack.measures.reading import Reading
from licensetrack.measures.traces import Row

PRODUCTS = {"virtualization": "virtualization", "cloud_management": "cloud management", "bms": "BMS"}
STAGES = ("issued", "imported", "accepted")


@dataclass(frozen=True)
class Measure:
    """A named figure. `label` and `unit` are English msgids; a rate's trace has numerators and denominators.

    `fed_by` says what moves it: counters of the ledger, as `virtualization.accepted_sets` or, of all products,
    `*.accepted_sets`; kinds of budget entries, as `budget.payment`; service orders, as `support.order`.
    """

    name: str
    label: str
    unit: str
    _value: Callable[[Reading], Value]
    _trace: Callable[[Reading], list[Row]]
    fed_by: frozenset[str]
    is_rate: bool = False

    def value(self, db: Session, question: Question) -> Value:
        """The figure; None where nothing can be divided."""
        return self._value(Reading(db, question))

    def trace(self, db: Session, question: Question) -> list[Row]:
        """The rows that make the figure: `value` sums to it, or `numerator` over `denominator` gives it in percent."""
        return self._trace(Reading(db, question))

    def read(self, reading: Reading) -> Value:
        """The figure from a reading that others share."""
        return self._value(reading)

    def rows(self, reading: Reading) -> list[Row]:
        """The rows behind it from a reading that others share."""
        return self._trace(reading)


def _set_measure(product: str, stage: str, what: str) -> Measure:
    counter = f"{stage}_{what}"
    label = f"{PRODUCTS[product]}: {what if what == 'sets' else 'CPUs'} {stage}"
    return Measure(
        f"{product}.{counter}",
        label[0].upper() + label[1:],
        "sets" if what == "sets" else "CPUs",
        lambda reading: reading.counter(product, counter),
        lambda reading: traces.of_sets(reading, product, counter),
        frozenset({f"{product}.{counter}"}),
    )


def _of_kinds(kinds: tuple[str, ...]) -> frozenset[str]:
    return frozenset(f"budget.{kind}" for kind in kinds)


def _budget_measure(name: str, label: str, kinds: tuple[str, ...]) -> Measure:
    return Measure(
        f"budget.{name}", label, "10k yuan", lambda reading: money.budget(reading.entries, kinds),
        lambda reading: traces.of_budget(reading, kinds), _of_kinds(kinds),
    )  # fmt: skip


def _on_time(reading: Reading) -> Value:
    return percent(
        sum(service.answered_in_time(order, reading.question) for order in reading.orders), len(reading.orders)
    )


def _satisfaction(reading: Reading) -> Value:
    rated = [order for order in reading.orders if service.rated(order, reading.question)]
    return percent(sum(service.content(order) for order in rated), len(rated))


def _execution(reading: Reading) -> Value:
    return percent(money.budget(reading.entries, money.SPENT), money.budget(reading.entries, money.APPROPRIATED))


_ORDERS = frozenset({"support.order"})
_ALL = [
    Measure(
        "units.served", "Units served", "units", lambda r: r.served, traces.of_units,
        frozenset({"*.accepted_sets"}),
    ),
    *(_set_measure(product, stage, what) for product in PRODUCTS for stage in STAGES for what in ("sets", "cpus")),
    Measure(
        "import.pass_rate", "Import pass rate of formal licences", "percent",
        lambda r: percent(r.total("accepted_sets"), r.total("issued_sets")), traces.of_pass_rate,
        frozenset({"*.accepted_sets", "*.issued_sets"}), is_rate=True,
    ),
    Measure(
        "import.first_pass_rate", "Imports passed at the first attempt", "percent",
        lambda r: percent(*r.first_passes), traces.of_first_pass_rate,
        frozenset({"*.imported_sets", "*.failed_imports"}), is_rate=True,
    ),
    _budget_measure("initial", "Initial budget", money.INITIAL),
    _budget_measure("adjusted", "Budget adjustments", money.ADJUSTED),
    _budget_measure("appropriated", "Budget for the year", money.APPROPRIATED),
    _budget_measure("received", "Funds received", money.RECEIVED),
    _budget_measure("spent", "Funds spent", money.SPENT),
    Measure(
        "budget.execution_rate", "Budget execution rate", "percent", _execution, traces.of_execution_rate,
        _of_kinds((*money.SPENT, *money.APPROPRIATED)), is_rate=True,
    ),
    Measure("support.orders", "Service orders", "orders", lambda r: len(r.orders), traces.of_orders, _ORDERS),
    Measure(
        "support.on_time_rate", "Service orders answered in time", "percent", _on_time, traces.of_on_time, _ORDERS,
        is_rate=True,
    ),
    Measure(
        "support.overdue_orders", "Service orders overdue", "orders", lambda r: len(r.overdue), traces.of_overdue,
        _ORDERS,
    ),
    Measure(
        "support.satisfaction_rate", "Satisfaction with service", "percent", _satisfaction, traces.of_satisfaction,
        _ORDERS, is_rate=True,
    ),
]  # fmt: skip
MEASURES: dict[str, Measure] = {measure.name: measure for measure in _ALL}


def measure(name: str) -> Measure:
    """The measure of that name. Raises NotFound."""
    try:
        return MEASURES[name]
    except KeyError:
        raise NotFound("There is no measure “%(name)s”.", name=name) from None


def fed_by(*sources: str) -> frozenset[str]:
    """The names of the measures that any of the sources moves."""
    return frozenset(name for name, found in MEASURES.items() if not found.fed_by.isdisjoint(sources))


def figures(db: Session, question: Question) -> dict[str, Value]:
    """Every measure's value, name → figure, read in one snapshot with shared sums."""
    return figures_of(Reading(db, question))


def figures_of(reading: Reading) -> dict[str, Value]:
    """Every measure's value from a reading that others share."""
    return {name: found.read(reading) for name, found in MEASURES.items()}
