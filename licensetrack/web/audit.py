"""The audit trail: searched, filtered, read entry by entry, taken out as a file; its chain verified on the page."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from wtforms import IntegerField, StringField
from wtforms.validators import Length, NumberRange, Optional, Regexp

from licensetrack.core import audit as trail_of_acts
from licensetrack.core import trail
from licensetrack.core.audit import AuditEntry
from licensetrack.core.clock import BUSINESS_ZONE
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import Refused
from licensetrack.exchange.spreadsheet_out import OutputColumn
from licensetrack.verify import chain_report
from licensetrack.web import audit_words
from licensetrack.web.access import actor, needs
from licensetrack.web.acts import UNFIT, ActForm
from licensetrack.web.digits import whole
from licensetrack.web.exports import export_table, record_download

audit = Blueprint("audit", __name__, url_prefix="/audit")


class ChainForm(ActForm):
    """A checkpoint that was written down earlier, to be compared."""

    seq = IntegerField(lazy_gettext("Number of the entry"), [Optional(), NumberRange(1, 10**15)])
    digest = StringField(lazy_gettext("Its digest"), [Optional(), Length(max=64), Regexp(r"^\s*[0-9a-fA-F]{64}\s*$")])


def wanted() -> trail.Wanted:
    """What the address asks for. Raises Refused for a day that is none."""
    said = {name: request.args.get(name, "").strip()[:200] for name in ("actor", "tag", "subject", "outcome")}
    return trail.Wanted(request.args.get("q", "").strip()[:200], **said, first=_day("first"), last=_day("last"))


def _day(name: str) -> dt.date | None:
    text = request.args.get(name, "").strip()
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise Refused("“%(text)s” is not a date; dates look like 2024-12-31.", text=text[:40]) from None


@audit.get("")
@needs("audit:read")
def entries() -> ResponseReturnValue:
    """One page of the trail, the newest entry first."""
    asked = wanted()
    with reading() as db:
        page = trail.page_of_entries(
            db, asked, before=whole(request.args.get("before")), after=whole(request.args.get("after"))
        )
        tags = sorted(((tag, audit_words.tag_word(tag)) for tag in trail.tags(db)), key=lambda pair: pair[1])
        return render_template("audit/entries.html", page=page, wanted=asked, tags=tags, words=audit_words)


@audit.get("/export.<any(xlsx, csv):form>")
@needs("audit:export")
def export_entries(form: str) -> Response:
    """All matching entries as a file, in order; that it was taken out is an entry itself."""
    asked = wanted()
    said = {name: str(value) for name, value in vars(asked).items() if value}
    record_download("audit:export", "audit", format=form, **{f"filter_{name}": value for name, value in said.items()})
    columns = [
        OutputColumn(gettext("Number"), "whole"),
        *map(OutputColumn, [
            gettext("Recorded at"), gettext("Who"), gettext("What"), gettext("Tag"), gettext("About"),
            gettext("Outcome"), gettext("Details"), gettext("Operation"), gettext("Algorithm"), gettext("Digest"),
        ]),
    ]  # fmt: skip
    with reading() as db:
        return export_table(form, gettext("Audit trail"), columns, map(_cells, trail.all_entries(db, asked)))


def _cells(entry: AuditEntry) -> list[object]:
    return [
        entry.seq, entry.at.astimezone(BUSINESS_ZONE).isoformat(timespec="seconds"), entry.actor,
        audit_words.tag_word(entry.tag), entry.tag, entry.subject, audit_words.outcome_word(entry.outcome),
        entry.details, entry.operation or "", entry.algorithm, entry.digest,
    ]  # fmt: skip


@audit.get("/<int:seq>")
@needs("audit:read")
def one_entry(seq: int) -> ResponseReturnValue:
    """One entry, laid out field by field."""
    with reading() as db:
        found = trail.entry(db, seq)
        laid = [(audit_words.field_word(one.field), one) for one in trail.laid_out(found.details)]
        return render_template(
            "audit/entry.html", entry=found, laid=laid, words=audit_words, head=chain_report.chain(db).seq
        )


@audit.get("/chain")
@needs("audit:read")
def chain() -> ResponseReturnValue:
    """The chain's ends, and a button that verifies it."""
    return _chain_page(ChainForm())


@audit.post("/chain")
@needs("audit:read")
def verify_chain() -> ResponseReturnValue:
    """Recomputes the chain from its first entry to its head; the result is shown and recorded.

    It only reads: whoever may read the trail may know whether it holds.
    """
    form = ChainForm()
    if not form.validate_on_submit():
        return _chain_page(form), UNFIT
    with reading() as db:
        broken = chain_report.broken_links(db)
        ends = chain_report.chain(db)
        kept = None
        if form.seq.data and form.digest.data:
            kept = chain_report.holds_checkpoint(db, form.seq.data, form.digest.data)
    with transaction(even_read_only=True) as db:
        trail_of_acts.record(
            db, "audit:verify", "audit", actor(), entries=ends.entries, head=ends.seq, digest=ends.digest,
            broken=broken, checkpoint=form.seq.data, checkpoint_kept=kept,
        )  # fmt: skip
    return _chain_page(form, verified=ends, broken=broken, kept=kept)


def _chain_page(form: ChainForm, **result: Any) -> str:
    with reading() as db:
        return render_template("audit/chain.html", form=form, chain=chain_report.chain(db), **result)
