"""docs/measures.md from the catalogue of measures: every figure's name, label, unit and what it counts."""

from __future__ import annotations

from licensetrack.measures.catalogue import MEASURES, Measure
from licensetrack.web.definitions import definition
from tools.writing import both, opening, table

GROUPS = {
    "units": "Units",
    "virtualization": "Virtualization",
    "cloud_management": "Cloud management",
    "bms": "BMS",
    "import": "Imports",
    "budget": "Budget",
    "support": "Service",
}
LATEST = "([ADR 0006](adr/0006-latest-year-with-entries.md))"
NOTES = {
    "budget": f"Figures of the latest budget year with an entry up to the day asked for {LATEST}. "
    "A scope below the whole city has none.",
    "support": f"Figures of the latest year with an order up to the day asked for {LATEST}.",
    "bms": "BMS is counted in sets; its CPU figures are 0 unless a ledger states CPUs.",
}


def document() -> str:
    """The whole page."""
    lines = [opening("measures")]
    groups: dict[str, list[Measure]] = {}
    for measure in MEASURES.values():
        groups.setdefault(measure.name.partition(".")[0], []).append(measure)
    for group, measures in groups.items():
        lines += [f"## {GROUPS.get(group, group)}", ""]
        if group in NOTES:
            lines += [NOTES[group], ""]
        rows = [[f"`{one.name}`", both(one.label), both(one.unit), both(definition(one.name))] for one in measures]
        lines += [*table(["name", "label", "unit", "counts"], rows), ""]
    return "\n".join(lines).rstrip() + "\n"
