"""What a forecast means and what the officer has to say about it: lights, likelihoods, causes, what is to be mended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from licensetrack.core.errors import Refused
from licensetrack.performance.rules.methods import ACHIEVED, MISSED, PARTIAL

GREEN, YELLOW, RED = "green", "yellow", "red"
CERTAIN, POSSIBLE, IMPOSSIBLE = "certain", "possible", "impossible"
LIKELIHOODS = (CERTAIN, POSSIBLE, IMPOSSIBLE)
CAUSES = ("funds", "rules", "staff", "equipment", "other")  # 经费保障 制度保障 人员保障 硬件条件保障 其他
LONGEST = 500

_OF_BAND: Mapping[str, str] = MappingProxyType({ACHIEVED: GREEN, PARTIAL: YELLOW, MISSED: RED})
_OF_LIGHT: Mapping[str, str] = MappingProxyType({GREEN: CERTAIN, YELLOW: POSSIBLE})


@dataclass(frozen=True)
class Judgement:
    """What the officer says of one indicator; empty where the ledger says it all.

    `value` and `value_text` are for what no measure counts, `band` (achieved, partial, missed) for what is judged in
    words. `forecast` replaces the trend's, with its reason. `owner` and `due_on` are wanted where something has to be
    mended.
    """

    value: Decimal | None = None
    value_text: str = ""
    band: str = ""
    forecast: Decimal | None = None
    forecast_text: str = ""
    forecast_reason: str = ""
    causes: tuple[str, ...] = ()
    cause_note: str = ""
    likelihood: str = ""
    mend: bool = False
    requirement: str = ""
    owner: str = ""
    due_on: dt.date | None = None
    remark: str = ""


@dataclass(frozen=True)
class Gap:
    """Something that is still missing before a monitoring can be submitted; `message` is an English msgid."""

    code: str
    name: str
    message: str


class Incomplete(Refused):
    """The monitoring cannot be submitted; `gaps` lists everything it lacks."""

    def __init__(self, gaps: list[Gap]) -> None:
        self.gaps = gaps
        first = gaps[0]
        super().__init__(
            "The monitoring is not complete (%(count)s open points); the first: %(code)s %(name)s.",
            count=len(gaps), code=first.code, name=first.name,
        )  # fmt: skip


def light(nature: str, forecast: Decimal | None, target: Decimal | None, *, under: Decimal) -> str:
    """green, yellow or red by the forecast's share of the target; empty where there is nothing to compare.

    For what is to be reached (≥ > =): green from the target on, yellow from `under` of it (0.9), red below. For what
    is not to be exceeded (≤ <): green up to the target, yellow up to 2 − `under` of it (1.1), red above.
    """
    if forecast is None or target is None:
        return ""
    if nature in ("<=", "<"):
        if forecast < target or (nature == "<=" and forecast == target):
            return GREEN
        return YELLOW if forecast <= target * (2 - under) else RED
    if nature == "=" and target == 0:
        return GREEN if forecast <= 0 else RED
    if forecast > target or (nature != ">" and forecast == target):
        return GREEN
    return YELLOW if forecast >= target * under else RED


def light_of_band(band: str) -> str:
    """The light of what is judged in words; empty where it was not judged yet."""
    return _OF_BAND.get(band, "")


def likelihood_of(shown: str) -> str:
    """The likelihood that a light stands for; red asks for a judgement."""
    return _OF_LIGHT.get(shown, "")


def check_judgement(judgement: Judgement, *, measured: bool, qualitative: bool) -> None:
    """Every word fits its indicator. Raises Refused at the field that is wrong."""
    if judgement.value is not None and (measured or qualitative):
        raise Refused("This value is read from the ledger; it is not typed.").at("value")
    if judgement.band and (not qualitative or judgement.band not in _OF_BAND):
        raise Refused("Only what is judged in words has a band.").at("band")
    if judgement.forecast is not None and qualitative:
        raise Refused("What is judged in words has no number.").at("forecast")
    if judgement.forecast is not None and judgement.forecast < 0:
        raise Refused("A forecast is not below zero.").at("forecast")
    if judgement.forecast is not None and measured and not judgement.forecast_reason.strip():
        raise Refused("A forecast other than the ledger's trend needs its reason.").at("forecast_reason")
    if set(judgement.causes) - set(CAUSES):
        raise Refused("There is no such cause.").at("causes")
    if judgement.likelihood and judgement.likelihood not in LIKELIHOODS:
        raise Refused("There is no such likelihood.").at("likelihood")
    if judgement.mend:
        _check_mending(judgement)


def _check_mending(judgement: Judgement) -> None:
    if not judgement.requirement.strip():
        raise Refused("Say what has to be put right.").at("requirement")
    if not judgement.owner.strip():
        raise Refused("Say who puts it right.").at("owner")
    if judgement.due_on is None:
        raise Refused("Say until when it has to be put right.").at("due_on")


def missing(judgement: Judgement, shown: str, *, has_value: bool, qualitative: bool) -> list[str]:
    """What an indicator still lacks, as msgids: value, likelihood, the causes of a deviation, what is mended."""
    found = []
    if qualitative and not judgement.band:
        found.append("Say how far it has been reached.")
    if not qualitative and not has_value:
        found.append("The value to date is missing.")
    if not (judgement.likelihood or likelihood_of(shown)):
        found.append("Say how likely it is that the target will be reached.")
    if shown in (YELLOW, RED) and not (judgement.causes and judgement.cause_note.strip()):
        found.append("A deviation needs its causes and their explanation.")
    if shown == RED and not judgement.mend:
        found.append("A red light needs something to be put right: what, who, until when.")
    return found
