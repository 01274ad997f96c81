"""Which act informs whom: a table from the tags of the outbox to those who tell of them.

The whole story of an act is found by its tag: permission, audit entry, message, and here the notice. A tag that stands
in `SILENT` tells nobody; the test of this table says that every tag of the program stands in one of the two.
"""

from __future__ import annotations

from licensetrack.notices import (
    account_tellers,
    bulletin_tellers,
    inventory_tellers,
    performance_tellers,
    service_tellers,
    set_tellers,
    work_tellers,
)
from licensetrack.notices.telling_of import Act, Teller, Telling

__all__ = ["SILENT", "SILENT_ROOMS", "TELLERS", "Act", "Teller", "Telling"]

TELLERS: dict[str, Teller] = {
    **work_tellers.TELLERS,
    **set_tellers.TELLERS,
    **performance_tellers.TELLERS,
    **account_tellers.TELLERS,
    **service_tellers.TELLERS,
    **bulletin_tellers.TELLERS,
    **inventory_tellers.TELLERS,
}
# Worked off on desks and pages of their own; what is not in the table above tells nobody.
SILENT_ROOMS = ("support:",)
SILENT = frozenset(
    (
        # The attempt, the certificate and the request say the same, and more.
        "allocation:import:record", "allocation:import:fail", "allocation:import:accept", "allocation:import:decline",
        "requests:line:fulfill", "requests:line:drop", "requests:request:draft",
        # Between the desks of one room.
        "handover:file:reveal", "handover:file:download", "handover:paper:print", "allocation:cap:use",
        "allocation:cap:withdraw", "allocation:set:reclassify", "allocation:set:supersede",
        "performance:evaluation:evaluate", "performance:evaluation:rework", "performance:evaluation:reopen",
        "performance:evaluation:write", "performance:monitoring:draft", "performance:monitoring:rework",
        "performance:monitoring:judge", "performance:monitoring:reopen", "performance:monitoring:close",
        "performance:framework:edit", "performance:framework:discard", "measures:month:close",
        # Steps that nobody waits for; the comparison after them tells what is new.
        "inventory:scan:record", "inventory:difference:change", "inventory:difference:close",
        "inventory:difference:reopen", "inventory:difference:waive", "inventory:difference:work_off",
    )
)  # fmt: skip
