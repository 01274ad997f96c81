"""Objects of the area "bought" in the house of the access table; tests/furnishing/everything.py says more."""

from decimal import Decimal

from licensetrack.core import blobs
from licensetrack.core.db import reading, transaction
from licensetrack.procurement.contracts import ContractEntry, TermEntry, add_term, register_contract
from licensetrack.procurement.projects import ProjectEntry, register_project
from licensetrack.procurement.queries import entitlement_for
from licensetrack.procurement.surveys import Price, record_survey
from tests.furnishing.everything import Objects
from tests.site import person


def furnish(_objects: Objects) -> Objects:
    """A project of a year without money, and a contract with one payment to come; returns their names in addresses."""
    alice = person("operator")
    project = register_project(ProjectEntry(2025, "XM-2025-001", "场地授权项目"), actor=alice)
    contract = register_contract(ContractEntry("HT-2025-001", project_id=project.id), actor=alice)
    term = add_term(contract.id, TermEntry("首付款"), actor=alice)
    with transaction() as db:
        paper = blobs.store(db, "报价".encode(), "市场单价调研.txt").id
    survey = record_survey(2025, "市场单价调研", paper, "报价", [Price(2, "bms", "甲公司", Decimal(1))], actor=alice)
    with reading() as db:
        bms = entitlement_for(db, "bms").id
    return {
        "project": project.id, "contract": contract.id, "payment_term": term.id, "budget_entry": 1, "bought_line": bms,
        "survey": survey.id,
    }  # fmt: skip
