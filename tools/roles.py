"""docs/roles.md from the table of permissions: what each role may do."""

from __future__ import annotations

from licensetrack.accounts.permissions import GRANTS, ROLES
from licensetrack.web.wording import ROLES as WORDS
from tools.writing import both, opening, table


def document() -> str:
    """The whole page."""
    rows = [
        [f"`{role}`", both(str(WORDS[role])), ", ".join(f"`{permission}`" for permission in GRANTS[role])]
        for role in ROLES
    ]
    return "\n".join([opening("roles"), *table(["role", "name", "permissions"], rows)]) + "\n"
