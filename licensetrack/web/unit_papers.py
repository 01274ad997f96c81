"""A unit's papers: proof of allocation and rows for its ledgers of genuine software, shown and as files."""

from __future__ import annotations

import io

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from licensetrack.core.clock import now
from licensetrack.core.db import reading
from licensetrack.reports import unit_papers as papers
from licensetrack.reports.outputs import MEDIA_TYPES
from licensetrack.reports.unit_holdings import holdings
from licensetrack.units import queries
from licensetrack.web.access import actor, needs
from licensetrack.web.asked import question
from licensetrack.web.certificates import office
from licensetrack.web.exports import attachment, record_download

unit_papers = Blueprint("unit_papers", __name__)

KINDS = {
    papers.PROOF: (
        lazy_gettext("Proof of allocation"),
        lazy_gettext("授权配发证明: what the unit holds, by numbers, with CPUs and validity, issued by the centre."),
    ),
    papers.SUMMARY: (
        lazy_gettext("Rows for the summary of software in use"),
        lazy_gettext("For 《软件使用情况汇总表》: one row for each software and version, source 上级配发."),
    ),
    papers.MAINTENANCE: (
        lazy_gettext("Rows for the details of installation and maintenance"),
        lazy_gettext("For 《软件安装维护情况明细表》: a sheet for each software, with what was installed when."),
    ),
}
WORDS = {
    "install": lazy_gettext("Installed"),
    "uninstall": lazy_gettext("Uninstalled"),
}


@unit_papers.get("/units/<int:unit_id>/papers")
@needs("handover:paper:print")
def index(unit_id: int) -> ResponseReturnValue:
    """The papers, and the rows that they hold; every number leads to its set."""
    asked = question()
    with reading() as db:
        unit = queries.unit(db, unit_id, actor().scope)
        return render_template(
            "papers/papers.html",
            unit=unit,
            held=holdings(db, unit, asked.as_of),
            asked=asked,
            KINDS=KINDS,
            WORDS=WORDS,
        )


@unit_papers.get("/units/<int:unit_id>/papers/<any(proof, summary, maintenance):kind>.<any(pdf, xlsx):form>")
@needs("handover:paper:print")
def download(unit_id: int, kind: str, form: str) -> Response:
    """One paper as a file."""
    asked = question()
    with reading() as db:
        held = holdings(db, queries.unit(db, unit_id, actor().scope), asked.as_of)
    content = papers.write_unit_paper(kind, held, papers.Printed(office(), now()), form)
    record_download(
        "handover:paper:print", f"unit:{held.code}", kind=kind, format=form, as_of=held.as_of, sets=len(held.formal)
    )
    return attachment(io.BytesIO(content), papers.paper_name(kind, held, form), MEDIA_TYPES[form])  # type: ignore[index]
