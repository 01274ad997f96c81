"""The archive: which papers of which sets are there, as a list that can be filtered and taken out."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from licensetrack.core.db import reading
from licensetrack.exchange.spreadsheet_out import OutputColumn
from licensetrack.handover import archive as papers
from licensetrack.web import acceptance_words as words
from licensetrack.web import wording
from licensetrack.web.access import actor, needs
from licensetrack.web.digits import page_asked
from licensetrack.web.exports import export_table, record_download

archive = Blueprint("archive", __name__, url_prefix="/archive")
LACKS = ("any", "none", *papers.PAPERS)


def _asked() -> papers.ArchiveAsked:
    wanted = {name: request.args.get(name, "").strip()[:40] for name in ("lacks", "product")}
    wanted["lacks"] = wanted["lacks"] if wanted["lacks"] in LACKS else ""
    stage = request.args.get("stage", "accepted").strip()[:12]
    return papers.ArchiveAsked(**wanted, search=request.args.get("q", "")[:200], stage=stage)


@archive.get("")
@needs("handover:read")
def index() -> ResponseReturnValue:
    """One page of sets by their papers."""
    asked, scope = _asked(), actor().scope
    with reading() as db:
        return render_template(
            "acceptance/archive.html",
            page=papers.page_of_archive(db, asked, page_asked(), scope),
            counts=papers.summary(db, asked, scope),
            asked=asked,
            PAPERS=papers.PAPERS,
            words=words,
        )


@archive.get("/export.<any(xlsx, csv):form>")
@needs("exchange:export")
def export(form: str) -> Response:
    """All matching sets as a file."""
    asked, scope = _asked(), actor().scope
    record_download("handover:archive:export", "archive", format=form, lacks=asked.lacks, search=asked.search)
    columns = [
        *map(OutputColumn, [gettext("Number"), gettext("Unit"), gettext("District"), gettext("Product")]),
        OutputColumn(gettext("Stage")),
        OutputColumn(gettext("Accepted on"), "day"),
        *(OutputColumn(str(words.PAPERS[name])) for name in papers.PAPERS),
        OutputColumn(gettext("Archive")),
    ]
    with reading() as db:
        rows = (
            [
                row.number,
                row.unit,
                row.district,
                wording.word(wording.PRODUCTS, row.product),
                wording.word(wording.STAGES, row.stage),
                row.accepted_on,
                *(str(words.STATES[state]) for state in row.papers.values()),
                gettext("complete") if row.complete else gettext("incomplete"),
            ]
            for row in papers.whole_archive(db, asked, scope)
        )
        return export_table(form, gettext("Archive"), columns, rows)


@archive.app_template_global("archive_of_set")
def archive_of_set(set_id: int) -> papers.ArchiveRow:
    """The papers of one set, for the card on its page."""
    with reading() as db:
        return papers.archive_of_set(db, set_id)


@archive.app_template_global("acceptance_words")
def acceptance_words(kind: str) -> dict[str, object]:
    """Words of this area for pages of others: PAPERS, STATES."""
    found: dict[str, object] = getattr(words, kind)
    return found
