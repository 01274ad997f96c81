"""The job that opens differences again whose waiver is over, in the first minutes of every day."""

from __future__ import annotations

from licensetrack.inventory.differences import lapse_waivers
from licensetrack.jobs.handlers import Run, handles


@handles("inventory:lapse", label="Open differences whose waiver is over")
def work_lapse(_run: Run) -> dict[str, int]:
    """Done twice it does nothing the second time."""
    return {"lapsed": lapse_waivers()}
