"""What each figure counts, in a sentence: shown above its rows, so that nobody has to guess."""

from __future__ import annotations

from flask_babel import lazy_gettext

_SETS = {
    "issued": lazy_gettext("Formal sets of this product that were issued and are still held at the end of the day."),
    "imported": lazy_gettext(
        "Formal sets of this product, still held, that their unit had imported by the end of the day."
    ),
    "accepted": lazy_gettext(
        "Formal sets of this product, still held, whose import was accepted by the end of the day."
    ),
}
_CPUS = {
    "issued": lazy_gettext(
        "CPUs of the formal sets issued and still held, with expansions and reductions up to the day."
    ),
    "imported": lazy_gettext(
        "CPUs of the formal sets imported and still held, with expansions and reductions up to the day."
    ),
    "accepted": lazy_gettext(
        "CPUs of the formal sets accepted and still held, with expansions and reductions up to the day."
    ),
}
_OTHERS = {
    "units.served": lazy_gettext(
        "Units that hold at least one formal, accepted set at the end of the day. A unit counts once."
    ),
    "import.pass_rate": lazy_gettext(
        "Formal sets accepted, divided by formal sets issued, both still held on the day."
    ),
    "import.first_pass_rate": lazy_gettext(
        "Of the formal sets held whose import succeeded, the share that succeeded at the first attempt."
    ),
    "budget.initial": lazy_gettext("The year's budget as granted first, without any adjustment."),
    "budget.adjusted": lazy_gettext("What adjustments added to the year's budget or took from it, up to the day."),
    "budget.appropriated": lazy_gettext("The year's budget as granted, with adjustments up to the day."),
    "budget.received": lazy_gettext("Funds received in the budget year up to the day."),
    "budget.spent": lazy_gettext("Payments of the budget year up to the day."),
    "budget.execution_rate": lazy_gettext("Payments of the year, divided by the year's budget."),
    "support.orders": lazy_gettext("Service orders received in the year up to the day."),
    "support.on_time_rate": lazy_gettext(
        "Service orders of the year that were answered within the time of their service level; four hours for orders"
        " of ledgers."
    ),
    "support.overdue_orders": lazy_gettext(
        "Service orders of any year over their time to answer or to restore at the end of the day, and not answered or"
        " not restored by then; four hours to answer where no service level is stated. Of a day that is not over,"
        " limits that end later on it count until they are met."
    ),
    "support.satisfaction_rate": lazy_gettext("Of the service orders with a mark, the share with 4 or 5 of 5."),
}


def definition(name: str) -> str:
    """What a measure counts; empty for one that nobody has described yet."""
    if name in _OTHERS:
        return str(_OTHERS[name])
    stage, _, what = name.split(".", maxsplit=1)[1].partition("_")
    words = {"sets": _SETS, "cpus": _CPUS}.get(what, {})
    return str(words[stage]) if stage in words else ""
