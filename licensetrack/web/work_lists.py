"""The work lists: what waits for whom, each with its count, its oldest row first and a link to each row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, allows
from licensetrack.web import (
    work_evaluations,
    work_evidence,
    work_frameworks,
    work_handover,
    work_inventory,
    work_performance,
    work_requests,
    work_service,
    work_sets,
)
from licensetrack.web.work_rows import Asked, WorkRow

WAITING, LEFT = lazy_gettext("Days waiting"), lazy_gettext("Days left")


@dataclass(frozen=True)
class WorkList:
    """One list: its words, who may see it, how it is read. `since` heads the day that the days are counted from."""

    key: str
    title: Any
    hint: Any
    read: Callable[[Session, Asked], list[WorkRow]]
    permission: str
    since: Any
    sign: str = "hourglass-split"
    days: Any = WAITING
    empty: Any = field(default_factory=lambda: lazy_gettext("Nothing waits here."))
    ahead: bool = False  # its days are those left, not those waited
    whose: Any = field(default_factory=lambda: lazy_gettext("Unit"))  # heads who it belongs to or comes from
    windows: bool = False  # asks for what ends within so many days

    def is_late(self, row: WorkRow) -> bool:
        """Whether a row has waited longer than is usual, or has no time left."""
        return row.days < 0 if self.ahead else row.days > 30


_READ, _ASKED, _HANDED = "allocation:read", "requests:read", "handover:read"
_ISSUED, _SINCE, _DRAWN = lazy_gettext("Issued on"), lazy_gettext("Since"), lazy_gettext("Drawn on")
_BY, _OWNER = lazy_gettext("Last step by"), lazy_gettext("Owner")
LISTS: Mapping[str, WorkList] = {
    made.key: made
    for made in (
        WorkList(
            "to_review", lazy_gettext("Requests to take on or return"),
            lazy_gettext("Submitted by units; another person approves them."),
            work_requests.to_review, "requests:request:accept", _SINCE, "file-earmark-text",
        ),
        WorkList(
            "to_approve", lazy_gettext("Requests to approve"),
            lazy_gettext("Taken on by an operator; whoever took part can not approve."),
            work_requests.to_approve, "requests:request:approve", _SINCE, "check-circle",
        ),
        WorkList(
            "delegated", lazy_gettext("Delegated to me"),
            lazy_gettext("Requests that you approve in the stead of a colleague who is away."),
            work_requests.delegated, "requests:request:accept", _SINCE, "person-circle",
        ),
        WorkList(
            "to_issue", lazy_gettext("To issue"), lazy_gettext("Approved requests whose licences are not yet issued."),
            work_requests.to_issue, "requests:request:fulfill", _SINCE, "patch-check",
        ),
        WorkList(
            "to_confirm", lazy_gettext("Consents to confirm"),
            lazy_gettext("Somebody asks to go above a soft cap; a second person says whether they may."),
            work_requests.to_confirm, "allocation:cap:confirm", _SINCE, "cash-coin",
        ),
        WorkList(
            "frameworks", lazy_gettext("Frameworks to put in force"),
            lazy_gettext("Drafted by somebody else, and whole; from then on they never change."),
            work_frameworks.to_put_in_force, "performance:framework:put_in_force", _SINCE, "card-checklist",
        ),
        WorkList(
            "returned", lazy_gettext("Requests to correct"),
            lazy_gettext("The centre returned them with a reason; correct and submit them again."),
            work_requests.returned, _ASKED, _SINCE, "exclamation-triangle",
        ),
        WorkList(
            "with_the_unit", lazy_gettext("Waits for the unit"),
            lazy_gettext("Returned requests, certificates and receipts that a unit has to sign."),
            work_handover.with_the_unit, _HANDED, _SINCE, "building",
        ),
        WorkList(
            "to_receive", lazy_gettext("Receipts to sign"),
            lazy_gettext("Licence files that were handed out and not signed for."),
            work_handover.to_receive, _HANDED, _SINCE, "inbox",
        ),
        WorkList(
            "imports", lazy_gettext("To import"), lazy_gettext("Issued; load the licence file and say how it went."),
            work_handover.to_import, _HANDED, _ISSUED, "cloud-arrow-up",
        ),
        WorkList(
            "to_import", lazy_gettext("Issued, and not imported within the limit"),
            lazy_gettext("Remind the unit, or help it to import."),
            work_sets.to_import, _READ, _ISSUED, "cloud-arrow-up",
        ),
        WorkList(
            "to_accept", lazy_gettext("Imported, not accepted"),
            lazy_gettext("A certificate has to be drawn and signed by both sides."),
            work_handover.to_accept, _HANDED, lazy_gettext("Imported on"), "patch-check",
        ),
        WorkList(
            "to_sign", lazy_gettext("Certificates to sign"),
            lazy_gettext("Drawn for sets that were imported; sign them, or decline."),
            work_handover.to_sign, _HANDED, _DRAWN, "card-checklist",
        ),
        WorkList(
            "to_countersign", lazy_gettext("Certificates to counter-sign"),
            lazy_gettext("Signed by the unit; the centre signs last."),
            work_handover.to_countersign, "handover:certificate:countersign", _DRAWN, "card-checklist",
        ),
        WorkList(
            "declined", lazy_gettext("Declined, to be put right"),
            lazy_gettext("The acceptance was declined; the reason says what has to be done."),
            work_sets.declined, _READ, lazy_gettext("Declined on"), "exclamation-triangle",
        ),
        WorkList(
            "revocations", lazy_gettext("Revocation codes awaited"),
            lazy_gettext("A licence file became void; its revocation code is due within sixty days."),
            work_handover.revocations, _READ, lazy_gettext("Due on"), "hourglass-split", LEFT, ahead=True,
        ),
        WorkList(
            "to_file", lazy_gettext("Papers missing in the archive"),
            lazy_gettext("Accepted sets whose papers are not all there."),
            work_handover.to_file, _HANDED, lazy_gettext("Accepted on"), "archive",
        ),
        WorkList(
            "evaluation_drafts", lazy_gettext("My drafts of evaluations and monitorings"),
            lazy_gettext("Begun or written by you, or sent back to you; they wait until they are handed over."),
            work_evaluations.drafts, "performance:evaluation:complete", _SINCE, "pencil-square", whose=_BY,
        ),
        WorkList(
            "evaluations_to_review", lazy_gettext("Evaluations to review"),
            lazy_gettext("Completed by somebody else; look at scores, reasons and evidence."),
            work_evaluations.to_review, "performance:evaluation:review", _SINCE, "card-checklist", whose=_BY,
        ),
        WorkList(
            "evaluations_to_sign", lazy_gettext("Evaluations to sign"),
            lazy_gettext("Completed and reviewed by two others; with your signature everything in them is frozen."),
            work_evaluations.to_sign, "performance:evaluation:sign", _SINCE, "patch-check", whose=_BY,
        ),
        WorkList(
            "evidence_missing", lazy_gettext("Evidence missing"),
            lazy_gettext("An evaluation can not be completed before these papers are there."),
            work_evidence.missing, "performance:evidence:add", lazy_gettext("Read on"), "link-45deg",
        ),
        WorkList(
            "differences", lazy_gettext("Differences to work off"),
            lazy_gettext("What runs differs from ledger or contract; work it off, or say until when it may stay."),
            work_inventory.to_work_off, "inventory:difference:work_off", lazy_gettext("Found on"), "arrow-down-up",
        ),
        WorkList(
            "to_explain", lazy_gettext("Differences to explain"),
            lazy_gettext("What runs differs from what was issued, and nobody said yet why."),
            work_inventory.to_explain, "inventory:difference:explain", lazy_gettext("Found on"), "arrow-down-up",
        ),
        WorkList(
            "waivers", lazy_gettext("Waivers to answer"),
            lazy_gettext("Somebody asks to leave a difference as it is for a time; a second person says whether."),
            work_inventory.to_answer, "inventory:difference:confirm", _SINCE, "check-circle",
        ),
        WorkList(
            "expiring", lazy_gettext("Ending soon"),
            lazy_gettext("Validity or support ends; renew, replace or return the set."),
            work_sets.expiring, _READ, lazy_gettext("Ends on"), "calendar3", LEFT, ahead=True, windows=True,
        ),
        WorkList(
            "idle", lazy_gettext("Idle: never imported"),
            lazy_gettext("Issued long ago and never used; ask the unit whether it still needs the set."),
            work_sets.idle, _READ, _ISSUED, "inbox",
        ),
        WorkList(
            "held", lazy_gettext("What is held, and until when"),
            lazy_gettext("Every set that is held now; first what ends first."),
            work_sets.held, _READ, lazy_gettext("Ends on"), "patch-check", LEFT, ahead=True,
        ),
        WorkList(
            "to_report", lazy_gettext("Monitorings to report"),
            lazy_gettext("Submitted by the performance officer; another person reports them."),
            work_performance.to_report, "performance:monitoring:report", _SINCE, "calendar3", whose=_BY,
        ),
        WorkList(
            "to_mend", lazy_gettext("To be put right after a monitoring"),
            lazy_gettext("Say on which day and how it was put right; somebody else accepts it."),
            work_performance.to_mend, "performance:follow_up:mend", lazy_gettext("Due on"), "exclamation-triangle",
            LEFT, ahead=True, whose=_OWNER,
        ),
        WorkList(
            "mended", lazy_gettext("Put right, to be accepted"),
            lazy_gettext("Somebody says that it was put right; accept it, or return it with what is missing."),
            work_performance.mended, "performance:follow_up:accept", lazy_gettext("Due on"), "check-circle", LEFT,
            ahead=True, whose=_OWNER,
        ),
        WorkList(
            "service_to_accept", lazy_gettext("Service orders to accept"),
            lazy_gettext("Say how severe each is, and who handles it; the clock runs already."),
            work_service.to_accept, "support:order:accept", _SINCE, "headset",
        ),
        WorkList(
            "service_to_handle", lazy_gettext("Service orders to handle"),
            lazy_gettext("Accepted or in work; the note says which limit comes next."),
            work_service.to_handle, "support:order:answer", _SINCE, "headset",
        ),
        WorkList(
            "service_with_unit", lazy_gettext("Service orders that wait for the unit"),
            lazy_gettext("Something is asked of it, a solution is to be confirmed, or its mark is missing."),
            work_service.with_the_unit, "support:order:confirm", _SINCE, "headset",
        ),
        WorkList(
            "service_overdue", lazy_gettext("Overdue service orders"),
            lazy_gettext("A limit was passed; the note says which, and since when."),
            work_service.overdue, "support:order:read", _SINCE, "exclamation-triangle",
        ),
        WorkList(
            "bulletin_tasks", lazy_gettext("Bulletins to act on"),
            lazy_gettext("Patches, vulnerabilities and feature libraries that concern the unit's platforms."),
            work_service.to_report, "support:task:report", lazy_gettext("Due on"), "shield-check", LEFT, ahead=True,
        ),
        WorkList(
            "bulletin_reported", lazy_gettext("Bulletins reported as done"),
            lazy_gettext("Look at what the unit did; confirm it, or return it."),
            work_service.to_confirm, "support:task:confirm", lazy_gettext("Due on"), "shield-check", LEFT, ahead=True,
        ),
        WorkList(
            "bulletin_overdue", lazy_gettext("Bulletins overdue at units"),
            lazy_gettext("The deadline has passed and the unit has not reported."),
            work_service.late_tasks, "support:bulletin:read", lazy_gettext("Due on"), "shield-check", LEFT, ahead=True,
        ),
    )
}  # fmt: skip
_LAGGARDS = ("to_import", "to_accept", "declined", "revocations", "expiring", "idle")
_SERVICE = ("service_overdue", "bulletin_overdue")
HOMES: Mapping[str, tuple[str, ...]] = {
    "operator": (
        "to_review", "delegated", "to_issue", "to_countersign", "declined", "to_accept", "with_the_unit", "to_import",
        "revocations", "differences", "expiring", "idle", "to_file", "evidence_missing", "to_mend",
        "service_to_accept", "service_overdue", "service_to_handle", "bulletin_reported", "bulletin_overdue",
    ),
    "reviewer": (
        "to_approve", "delegated", "to_review", "to_confirm", "waivers", "frameworks", "evaluations_to_review",
        "to_report", "mended", "expiring",
    ),
    "manager": ("evaluations_to_sign", "frameworks", "waivers", "with_the_unit", *_LAGGARDS, "mended", *_SERVICE),
    "performance_officer": ("evaluation_drafts", "evidence_missing", "to_mend"),
    "district_manager": ("with_the_unit", *_LAGGARDS, *_SERVICE),
    "unit_user": (
        "returned", "to_receive", "imports", "declined", "to_accept", "to_sign", "service_with_unit", "bulletin_tasks",
        "to_explain", "revocations", "expiring", "held",
    ),
    "vendor_engineer": ("service_to_handle", "imports", "declined", "expiring"),
}  # fmt: skip


def lists_of(actor: Actor) -> list[WorkList]:
    """The lists on the home page of the actor's role, in their order."""
    return [LISTS[key] for key in HOMES.get(actor.role, ()) if allows(actor, LISTS[key].permission)]


@dataclass(frozen=True)
class Read:
    """A list as it was read."""

    of: WorkList
    rows: list[WorkRow]

    @property
    def oldest(self) -> dt.date | None:
        """The day of its first row."""
        return self.rows[0].since if self.rows else None

    @property
    def late(self) -> int:
        """How many rows are late."""
        return sum(self.of.is_late(row) for row in self.rows)
