"""Every kind of notice: what it is called, what it says, who may see it, and how it goes out unless a person decides.

Kinds stand by areas in files of their own (`*_kinds.py`), which are added to `_ALL` here. Each kind has a folder
`templates/email/<code>/` with `subject.txt` and `body.txt`.
"""

from __future__ import annotations

from licensetrack.notices.account_kinds import ACCOUNT_KINDS
from licensetrack.notices.inventory_kinds import INVENTORY_KINDS
from licensetrack.notices.performance_kinds import PERFORMANCE_KINDS
from licensetrack.notices.reminder_kinds import REMINDER_KINDS, SYSTEM_KINDS
from licensetrack.notices.service_kinds import SERVICE_KINDS
from licensetrack.notices.shape import AT_ONCE, DIGEST, MAIL_MODES, OFF, Kind, filled, outward, outward_subject
from licensetrack.notices.work_kinds import ACCEPTANCE_KINDS, BOUGHT_KINDS, REQUEST_KINDS, SET_KINDS

__all__ = ["AT_ONCE", "DIGEST", "GROUPS", "KINDS", "MAIL_MODES", "OFF", "Kind", "filled", "outward", "outward_subject"]

GROUPS: dict[str, str] = {
    "requests": "Requests",
    "sets": "Licence sets",
    "acceptance": "Importing and acceptance",
    "service": "Service orders and bulletins",
    "inventory": "What runs",
    "bought": "What was bought",
    "performance": "Performance",
    "reminders": "Reminders",
    "accounts": "Accounts and security",
    "system": "The program itself",
}
_ALL = (
    *REQUEST_KINDS, *SET_KINDS, *ACCEPTANCE_KINDS, *BOUGHT_KINDS, *PERFORMANCE_KINDS, *ACCOUNT_KINDS, *REMINDER_KINDS,
    *SYSTEM_KINDS, *SERVICE_KINDS, *INVENTORY_KINDS,
)  # fmt: skip
KINDS: dict[str, Kind] = {kind.code: kind for kind in _ALL}
