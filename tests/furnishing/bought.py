"""Objects of the area "bought" in the house of the access table; tests/furnishing/everything.py says more."""

from licensetrack.core.db import reading
from licensetrack.procurement.contracts import ContractEntry, TermEntry, add_term, register_contract
from licensetrack.procurement.projects import ProjectEntry, register_project
from licensetrack.procurement.queries import entitlement_for
from tests.furnishing.everything import Objects
from tests.site import person


def furnish(_objects: Objects) -> Objects:
    """A project of a year without money, and a contract with one payment to come; returns their names in addresses."""
    alice = person("operator")
    project = register_project(ProjectEntry(2025, "XM-2025-001", "场地授权项目"), actor=alice)
    contract = register_contract(ContractEntry("HT-2025-001", project_id=project.id), actor=alice)
    term = add_term(contract.id, TermEntry("首付款"), actor=alice)
    with reading() as db:
        bms = entitlement_for(db, "bms").id
    return {
        "project": project.id, "contract": contract.id, "payment_term": term.id, "budget_entry": 1, "bought_line": bms,
    }  # fmt: skip
