"""Every room of pages, and the order in which they come to the application."""

from __future__ import annotations

from flask import Flask

from licensetrack.web import access, asked, digits, errors, language, read_only, request_log, security, shown, vendor
from licensetrack.web import notices as bell
from licensetrack.web.archive import archive
from licensetrack.web.audit import audit
from licensetrack.web.backups import backups
from licensetrack.web.batch import batch
from licensetrack.web.budget import budget
from licensetrack.web.bulletins import bulletins
from licensetrack.web.certificate_acts import certificate_acts
from licensetrack.web.certificates import certificates
from licensetrack.web.changes import changes
from licensetrack.web.checks import checks
from licensetrack.web.comparison import comparison
from licensetrack.web.contract_parts import contract_parts
from licensetrack.web.contracts import contracts
from licensetrack.web.corrections import corrections
from licensetrack.web.dashboard import dashboard
from licensetrack.web.deliveries import deliveries
from licensetrack.web.desk import desk
from licensetrack.web.difference_acts import difference_acts
from licensetrack.web.differences import differences
from licensetrack.web.documents import documents
from licensetrack.web.entitlements import bought
from licensetrack.web.evaluation_acts import evaluation_acts
from licensetrack.web.evaluation_differences import changed as evaluation_differences
from licensetrack.web.evaluation_drafts import drafts as evaluation_drafts
from licensetrack.web.evaluation_texts import texts as evaluation_texts
from licensetrack.web.evaluations import evaluations
from licensetrack.web.evidence import evidence
from licensetrack.web.evidence_acts import evidence_acts
from licensetrack.web.figures import figures
from licensetrack.web.framework_edits import framework_edits
from licensetrack.web.framework_targets import framework_targets
from licensetrack.web.frameworks import frameworks
from licensetrack.web.health import health
from licensetrack.web.importing import importing
from licensetrack.web.inventory import inventory
from licensetrack.web.issuing import issuing
from licensetrack.web.jobs import jobs
from licensetrack.web.ledger import ledger
from licensetrack.web.license_files import files
from licensetrack.web.loading import loading
from licensetrack.web.mapping import mapping
from licensetrack.web.metrics import metrics
from licensetrack.web.monitoring import monitoring
from licensetrack.web.monitoring_acts import acts as monitoring_acts
from licensetrack.web.months import months
from licensetrack.web.notices import notices
from licensetrack.web.outlook import outlook
from licensetrack.web.outputs import outputs
from licensetrack.web.own_account import own
from licensetrack.web.people import people
from licensetrack.web.platforms import platforms
from licensetrack.web.policy import policy
from licensetrack.web.products import products
from licensetrack.web.projects import projects
from licensetrack.web.reminders import reminders
from licensetrack.web.request_drafts import drafts
from licensetrack.web.requests import requests
from licensetrack.web.results import results
from licensetrack.web.reviews import reviews
from licensetrack.web.roles import roles
from licensetrack.web.scans import scans
from licensetrack.web.schedules import schedules
from licensetrack.web.score_reviews import score_reviews
from licensetrack.web.search import search
from licensetrack.web.service import service
from licensetrack.web.service_acts import service_acts
from licensetrack.web.service_levels import service_levels
from licensetrack.web.service_statistics import service_statistics
from licensetrack.web.sessions import sessions
from licensetrack.web.sign_in import account
from licensetrack.web.steps import steps
from licensetrack.web.surveys import surveys
from licensetrack.web.unit_acts import unit_acts
from licensetrack.web.unit_papers import unit_papers
from licensetrack.web.units import units
from licensetrack.web.webhooks import webhooks

ACCOUNTS = (account, steps, own, people, roles, policy, sessions)
REQUESTS = (requests, drafts, reviews)
ACCEPTANCE = (importing, certificates, certificate_acts, archive, unit_papers)
EVALUATIONS = (
    evaluations, evaluation_drafts, evaluation_texts, evaluation_acts, evaluation_differences, score_reviews,
)  # fmt: skip
UNITS = (units, unit_acts, platforms)
FRAMEWORKS = (frameworks, framework_edits, framework_targets)
INVENTORY = (inventory, scans, differences, difference_acts, mapping)
BOUGHT = (budget, projects, contracts, contract_parts, products, surveys, bought)
UPKEEP = (reminders, months, checks)
NOTICES = (notices, deliveries, webhooks)
SERVICE = (service, service_acts, service_levels, service_statistics, bulletins)
ROOMS = (
    *ACCOUNTS,
    *REQUESTS,
    *ACCEPTANCE,
    *SERVICE,
    desk,
    search,
    dashboard,
    ledger,
    changes,
    corrections,
    *UNITS,
    *FRAMEWORKS,
    figures,
    *EVALUATIONS,
    monitoring,
    monitoring_acts,
    outputs,
    results,
    backups,
    evidence,
    evidence_acts,
    comparison,
    outlook,
    loading,
    documents,
    audit,
    health,
    jobs,
    schedules,
    metrics,
    files,
    *BOUGHT,
    *INVENTORY,
    *UPKEEP,
    *NOTICES,
    batch,
    issuing,
)


def register(app: Flask) -> None:
    """Adds all pages, with the guard, the language and the headers around them."""
    for part in (request_log, digits, language, security, errors, vendor, shown, asked, access, read_only, bell):
        part.register(app)
    for room in ROOMS:
        app.register_blueprint(room)
