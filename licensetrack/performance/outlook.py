"""The years ahead by product: what is held, what units ask for, what each method foresees, what is covered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from licensetrack.measures.breakdowns import history
from licensetrack.measures.demand import Stated, Surveyed, stated_demand, stated_sum, surveyed_demand, surveyed_sum
from licensetrack.measures.question import Question
from licensetrack.performance.foresight import AHEAD, Foresight, foresee
from licensetrack.procurement.models import Entitlement
from licensetrack.procurement.queries import entitlements, products

NO_CEILING, COVERED, MAYBE, EXCEEDED = "no_ceiling", "covered", "maybe", "exceeded"


@dataclass(frozen=True)
class ProductOutlook:
    """One product: its months (`2024-06`) with what was held at the end of each, and what is foreseen after them.

    `what` is cpus or sets; `stated` is what requests that wait add, `surveyed` what the survey adds in each of its
    years; `ceiling` is what its entitlements allow together, empty for a site licence without a cap; `coverage` is
    no_ceiling, covered, maybe or exceeded.
    """

    product: str
    what: str
    months: tuple[str, ...]
    held: tuple[int, ...]
    stated: int
    surveyed: tuple[int, int, int]
    ceiling: int | None
    coverage: str
    foreseen: tuple[Foresight, ...]

    @property
    def measure(self) -> str:
        """The measure that counts what is held."""
        return f"{self.product}.accepted_{self.what}"

    def months_ahead(self) -> tuple[str, ...]:
        """The months that are foreseen."""
        if not self.months:
            return ()
        start = int(self.months[-1][:4]) * 12 + int(self.months[-1][5:7])
        return tuple(f"{month // 12:04d}-{month % 12 + 1:02d}" for month in range(start, start + AHEAD))


@dataclass(frozen=True)
class Outlook:
    """All products that anything was ever held or asked of, the lines that wait, and the survey with its first year."""

    products: tuple[ProductOutlook, ...]
    waiting: tuple[Stated, ...]
    survey_year: int | None
    survey: tuple[Surveyed, ...]


def outlook(db: Session, question: Question) -> Outlook:
    """From the full months up to the day asked for; the requests are those that wait now."""
    counted = {found.code: "cpus" if found.metric == "cpu" else "sets" for found in products(db)}
    months, lines = history(db, question, {product: f"accepted_{what}" for product, what in counted.items()})
    survey_year, survey = surveyed_demand(db, question)
    waiting, ceilings = stated_demand(db, question.scope), _ceilings(entitlements(db, begun_by=question.as_of))
    found = []
    for product, what in counted.items():
        first = next((place for place, held in enumerate(lines[product]) if held), len(months))
        held, stated = lines[product][first:], stated_sum(waiting, product, what)
        surveyed = surveyed_sum(survey, product)
        if held or stated or any(surveyed):
            foreseen, ceiling = foresee(held), ceilings.get((product, what))
            found.append(
                ProductOutlook(
                    product, what, tuple(months[first:]), tuple(held), stated, surveyed, ceiling,
                    coverage(ceiling, (held[-1] if held else 0) + max(stated, sum(surveyed)), foreseen),
                    tuple(foreseen),
                )
            )  # fmt: skip
    return Outlook(tuple(found), tuple(waiting), survey_year, tuple(survey))


def coverage(ceiling: int | None, stated: int, foreseen: Sequence[Foresight]) -> str:
    """Whether three years are covered: `covered` only if every range stays below the ceiling, `exceeded` if every
    method or what is asked for already passes it."""
    if ceiling is None:
        return NO_CEILING
    values = [found.values[-1] for found in foreseen]
    if stated > ceiling or (values and min(values) > ceiling):
        return EXCEEDED
    highest = [found.high[-1] if found.high[-1] is not None else found.values[-1] for found in foreseen]
    return MAYBE if any(high > ceiling for high in highest if high is not None) else COVERED


def _ceilings(found: Sequence[Entitlement]) -> dict[tuple[str, str], int]:
    """(product, cpus or sets) → what all its entitlements allow together; none where one of them is open."""
    caps: dict[tuple[str, str], list[int | None]] = {}
    for one in found:
        for what, cap in (("cpus", one.cap_cpus), ("sets", one.cap_sets)):
            caps.setdefault((one.product, what), []).append(None if one.cap_rule == "open" else cap)
    return {key: sum(cap for cap in each if cap) for key, each in caps.items() if None not in each}
