"""Requests for tests: drafted, submitted, accepted and approved through the verbs that the program uses."""

from __future__ import annotations

from typing import Any

from licensetrack.accounts.permissions import Actor, Scope
from licensetrack.core.db import reading
from licensetrack.requests.drafting import draft_request, submit_request
from licensetrack.requests.models import LicenseRequest, RequestLine
from licensetrack.requests.reviewing import accept_request, approve_request, lines_of
from licensetrack.units.models import Unit

ALICE = Actor(None, "alice", "Alice", "operator")  # accepts
RITA = Actor(None, "rita", "Rita", "reviewer")  # approves
DANA = Actor(None, "dana", "Dana", "auditor")


def bob(holder: Unit) -> Actor:
    """The person of a unit who asks."""
    return Actor(None, "bob", "Bob", "unit_user", Scope("unit", str(holder.id)))


def line(kind: str = "new", **more: Any) -> dict[str, str]:
    """A line as it is typed; a new one asks for 16 CPUs of virtualization."""
    usual = {
        "product": "virtualization", "license_kind": "formal", "platform": "政务云一号", "cpus": "16",
        "hosts": "node-1\t8\t16\nnode-2\t8\t16", "fingerprint": "ESN-0001",
    }  # fmt: skip
    return {"kind": kind, **(usual if kind == "new" else {}), **{name: str(value) for name, value in more.items()}}


def typed(*lines: dict[str, str], **more: str) -> dict[str, Any]:
    """A form as it is typed."""
    return {"contact": "王工", "phone": "0755-1", "reason": "业务上云", "lines": list(lines) or [line()], **more}


def drafted(holder: Unit, *lines: dict[str, str], actor: Actor | None = None) -> LicenseRequest:
    """A request that its unit still writes."""
    return draft_request(holder, typed(*lines), actor=actor or bob(holder))


def submitted(holder: Unit, *lines: dict[str, str], actor: Actor | None = None) -> LicenseRequest:
    """A request that waits for review."""
    return submit_request(drafted(holder, *lines, actor=actor), actor=actor or bob(holder))


def taken_on(holder: Unit, *lines: dict[str, str]) -> LicenseRequest:
    """A request that was accepted (受理) and waits for approval."""
    return accept_request(submitted(holder, *lines), actor=ALICE)


def approved(holder: Unit, *lines: dict[str, str], grants: dict[str, int | None] | None = None) -> LicenseRequest:
    """A request that was approved and waits for its licences."""
    return approve_request(taken_on(holder, *lines), actor=RITA, grants=grants)


def its_lines(request: LicenseRequest) -> list[RequestLine]:
    """The lines as they are recorded now."""
    with reading() as db:
        return list(lines_of(db, request.id))
