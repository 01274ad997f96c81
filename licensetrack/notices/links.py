"""Where on the site an object is shown: paths for notices; a test asks each of them of the pages themselves."""

from __future__ import annotations

from urllib.parse import quote

PATHS = {
    "request": "/requests/{}",
    "set": "/sets/{}",
    "file": "/files/{}",
    "certificate": "/certificates/{}",
    "unit": "/units/{}",
    "entitlement": "/entitlements/{}",
    "evaluation": "/evaluations/{}",
    "evaluations": "/evaluations",
    "monitoring": "/monitoring/{}",
    "monitorings": "/monitoring",
    "framework": "/frameworks/{}",
    "role": "/roles/{}",
    "order": "/service/{}",
    "bulletin": "/bulletins/{}",
    "differences": "/inventory/differences",
    "difference": "/inventory/differences/{}",
    "comparison": "/inventory/runs/{}",
    "delegations": "/requests/delegations",
    "account": "/account",
    "people": "/people",
    "jobs": "/jobs",
    "check": "/checks/{}",
    "checks": "/checks",
    "month_report": "/months/{}/report.pdf",
}


def path_of(what: str, key: object = "") -> str:
    """The path of one object by its kind and its number or name."""
    return PATHS[what].format(quote(str(key), safe="/"))
