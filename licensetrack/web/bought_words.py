"""Words of the bought side: where funds come from, what a project is, what the head of a form says."""

from __future__ import annotations

from flask_babel import lazy_gettext

SOURCES = {
    "fiscal": lazy_gettext("Fiscal appropriation of the year"),
    "carried_over": lazy_gettext("Carried over from last year"),
    "special_account": lazy_gettext("Special fiscal account"),
    "own": lazy_gettext("Own funds of the unit"),
    "other": lazy_gettext("Other funds"),
    "": lazy_gettext("Not told"),
}
NATURES = {
    "": lazy_gettext("Not told"),
    "new": lazy_gettext("New project"),
    "continuing": lazy_gettext("Continuing project"),
}
PROJECT = {
    "year": lazy_gettext("Budget year"),
    "code": lazy_gettext("Project code"),
    "name": lazy_gettext("Project name"),
    "category": lazy_gettext("Class of the project"),
    "nature": lazy_gettext("New or continuing"),
    "authority": lazy_gettext("Competent authority"),
    "authority_code": lazy_gettext("Code of the authority"),
    "implementer": lazy_gettext("Implementing unit"),
    "implementer_code": lazy_gettext("Code of the implementing unit"),
    "leader": lazy_gettext("Project leader"),
    "leader_phone": lazy_gettext("Leader's phone"),
    "finance_leader": lazy_gettext("Finance leader"),
    "starts_on": lazy_gettext("Begins on"),
    "ends_on": lazy_gettext("Ends on"),
    "overview": lazy_gettext("What the project is"),
    "basis": lazy_gettext("Basis of the project"),
}
COLUMNS = {
    "initial": lazy_gettext("Initial budget"),
    "adjusted": lazy_gettext("Budget adjustments"),
    "appropriated": lazy_gettext("Budget for the year"),
    "received": lazy_gettext("Funds received"),
    "spent": lazy_gettext("Funds spent"),
}
CONTRACT = {
    "number": lazy_gettext("Contract number"),
    "name": lazy_gettext("Contract name"),
    "supplier": lazy_gettext("Supplier"),
    "amount": lazy_gettext("Contract amount (yuan)"),
    "project_id": lazy_gettext("Project"),
    "signed_on": lazy_gettext("Signed on"),
    "starts_on": lazy_gettext("Begins on"),
    "ends_on": lazy_gettext("Ends on"),
    "note": lazy_gettext("Note"),
}
METRICS = {"cpu": lazy_gettext("CPUs"), "set": lazy_gettext("sets")}
SURVEYS = {"demand": lazy_gettext("Demand survey"), "prices": lazy_gettext("Price survey")}
DEMAND = {
    "servers": lazy_gettext("Servers"),
    "cpus": lazy_gettext("CPUs now"),
    "first_year": lazy_gettext("New CPUs"),
    "second_year": lazy_gettext("New CPUs"),
    "third_year": lazy_gettext("New CPUs"),
    "cloud_cpus": lazy_gettext("CPUs to manage"),
    "bms_sets": lazy_gettext("BMS sets"),
}
