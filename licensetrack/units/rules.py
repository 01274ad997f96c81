"""Rules of the unit directory: values in; nothing, a word or a refusal in words out."""

from __future__ import annotations

import datetime as dt
from typing import Protocol

from licensetrack.core.clock import today
from licensetrack.core.errors import Refused

IN_USE, MERGED, SPLIT, CLOSED = "in_use", "merged", "split", "closed"
STAGES = (IN_USE, MERGED, SPLIT, CLOSED)
NETWORKS = ("extranet", "internet", "dedicated")  # 政务外网, 互联网, 专网
FIRST_DAY = dt.date(2000, 1, 1)

_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015 leaves out I, O, S, V and Z
# What the first two signs say: who registered it, and as what (GB 32100-2015, table 1).
_KINDS = {
    "11": "organ", "12": "institution", "13": "group", "19": "group", "21": "foreign", "29": "foreign",
    "31": "law", "32": "law", "33": "law", "34": "law", "35": "law", "39": "law",
    "41": "foreign_culture", "49": "foreign_culture", "51": "association", "52": "association", "53": "association",
    "54": "association", "55": "association", "59": "association", "61": "tourism", "62": "tourism", "69": "tourism",
    "71": "religion", "72": "religion", "79": "religion", "81": "union", "89": "union",
    "91": "company", "92": "company", "93": "cooperative", "A1": "army", "A9": "army",
    "N1": "village", "N2": "village", "N3": "village", "N9": "village", "Y1": "other",
}  # fmt: skip
_IN_SCOPE = ("organ", "institution", "group", "union")  # party and government, public institutions, mass organizations


class Standing(Protocol):
    """What the rules need of a unit."""

    @property
    def name(self) -> str: ...
    @property
    def stage(self) -> str: ...
    @property
    def ended_on(self) -> dt.date | None: ...


def check_credit_code(code: str) -> None:
    """A unified social credit code has 18 signs, the last of which follows from the others. Raises Refused.

    GB 32100-2015: the check sign is 31 minus the sum of each sign's value times 3 to the power of its place, modulo 31.
    """
    if len(code) != 18 or any(sign not in _SIGNS for sign in code):
        raise Refused(
            "A unified social credit code has 18 signs, digits and capital letters without I, O, S, V and Z;"
            " “%(code)s” is none.",
            code=code,
        ).at("credit_code")
    if code[-1] != check_sign(code[:17]):
        raise Refused(
            "The credit code “%(code)s” is mistyped: its check sign does not fit. Please compare it with the paper.",
            code=code,
        ).at("credit_code")


def check_sign(body: str) -> str:
    """The 18th sign for the first 17."""
    total = sum(_SIGNS.index(sign) * pow(3, place, 31) for place, sign in enumerate(body))
    return _SIGNS[-total % 31]


def kind_of_code(code: str) -> str:
    """What a credit code says its bearer is: organ, institution, group, company …; empty where it does not say."""
    return _KINDS.get(code[:2], "")


def scope_concern(credit_code: str, in_scope: bool) -> str:
    """A msgid that warns, or nothing: a company is outside the site licence, which is for government and institutions.

    It is a warning and no refusal: whether a unit is in scope is decided by people and recorded with the unit.
    """
    kind = kind_of_code(credit_code)
    if not in_scope:
        return "This unit is recorded as outside the scope of the site licence."
    if kind == "company":
        return "The credit code begins with 91: this is a company, and companies are outside the site licence."
    if kind and kind not in _IN_SCOPE:
        return "The credit code is not one of an organ or a public institution; please check whether it is in scope."
    return ""


def check_in_use(unit: Standing, on: dt.date) -> None:
    """Nothing can be asked for by or given to a unit from the day on which it ended. Raises Refused."""
    if unit.ended_on is None or on < unit.ended_on:
        return
    words = {
        MERGED: "“%(name)s” was merged into another unit on %(ended)s; it can hold nothing from that day on.",
        SPLIT: "“%(name)s” was split up on %(ended)s; it can hold nothing from that day on.",
    }
    message = words.get(unit.stage, "“%(name)s” was closed on %(ended)s; it can hold nothing from that day on.")
    raise Refused(message, name=unit.name, ended=unit.ended_on)


def check_stands(unit: Standing) -> None:
    """What has ended is not changed any more, unless it is reopened first. Raises Refused."""
    if unit.ended_on is not None:
        check_in_use(unit, unit.ended_on)


def check_change_day(on: dt.date, last: dt.date | None = None) -> None:
    """A change lies between 2000 and today, and not before the `last` one of its kind. Raises Refused."""
    if on > today():
        raise Refused("The date %(on)s lies in the future.", on=on).at("on")
    if on < FIRST_DAY:
        raise Refused("The date %(on)s lies before the year 2000.", on=on).at("on")
    if last is not None and on < last:
        raise Refused(
            "A later change is recorded for %(last)s already; %(on)s lies before it. Take that one back first.",
            last=last, on=on,
        ).at("on")  # fmt: skip


def check_network(network: str) -> None:
    """A network is one of three, or not known. Raises Refused."""
    if network and network not in NETWORKS:
        raise Refused("There is no network “%(network)s”.", network=network).at("network")
