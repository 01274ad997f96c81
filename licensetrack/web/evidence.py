"""Evidence on pages: the list, one file with its preview, its bytes to keep, and what an evaluation has and lacks."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, Response, render_template, request, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from licensetrack.core import blobs
from licensetrack.core.clock import today
from licensetrack.core.db import reading
from licensetrack.core.errors import NotFound
from licensetrack.exchange.spreadsheet_out import OutputColumn
from licensetrack.performance import evidence_queries as queries
from licensetrack.performance import queries as evaluation_queries
from licensetrack.performance.evidence_kinds import SHOWN_AS
from licensetrack.performance.evidence_models import EvidenceFile, EvidenceLink
from licensetrack.performance.evidence_rules import CLASSES
from licensetrack.performance.evidence_wanted import target_of, wanted_of
from licensetrack.performance.pdf_actions import acts
from licensetrack.performance.stages import SIGNED
from licensetrack.web import evidence_words as words
from licensetrack.web.access import actor, needs
from licensetrack.web.digits import page_asked
from licensetrack.web.evaluations import see_all
from licensetrack.web.exports import attachment, export_table, record_download
from licensetrack.web.wording import word

evidence = Blueprint("evidence", __name__)

MOST_REMEMBERED = 10_000
# A browser sets a picture by a style of its own; nothing else is allowed, and no script ever runs.
PREVIEW = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"


def _asked() -> queries.EvidenceAsked:
    state, chosen = request.args.get("state", ""), request.args.get("class", "")
    return queries.EvidenceAsked(
        search=request.args.get("q", "").strip()[:200],
        evidence_class=chosen if chosen in CLASSES else "",
        state=state if state in queries.STATES else "standing",
    )


@evidence.get("/evidence")
@needs("performance:read")
def index() -> ResponseReturnValue:
    """All files that the visitor may see, the newest first."""
    asked = _asked()
    with reading() as db:
        page = queries.page_of_evidence(db, asked, page_asked(), actor().scope)
        links = queries.standing_links(db, [row.id for row in page.rows])
        return render_template(
            "evidence/index.html", page=page, links=links, asked=asked, words=words, today=today()
        )  # fmt: skip


@evidence.get("/evidence/export.<any(xlsx, csv):form>")
@needs("performance:read")
def export(form: str) -> Response:
    """All matching files as a list."""
    asked, scope = _asked(), actor().scope
    record_download("performance:evidence:export", "evidence", format=form, state=asked.state, search=asked.search)
    texts = [
        gettext("Number"), gettext("Title"), gettext("Class of evidence"), gettext("Document number"),
        gettext("Proves"), gettext("How long it is kept"), gettext("Added by"), gettext("Digest"),
    ]  # fmt: skip
    columns = [
        *map(OutputColumn, texts[:4]), OutputColumn(gettext("Date of the document"), "day"),
        *map(OutputColumn, texts[4:6]), OutputColumn(gettext("Keep until"), "day"), *map(OutputColumn, texts[6:]),
        OutputColumn(gettext("Size (bytes)"), "whole"),
    ]  # fmt: skip
    with reading() as db:
        rows = queries.whole_evidence(db, asked, scope)
        links = queries.standing_links(db, [row.id for row in rows])
        lines = [_line(row, links.get(row.id, ())) for row in rows]
    return export_table(form, gettext("Evidence"), columns, lines)


def _line(row: EvidenceFile, links: Sequence[EvidenceLink]) -> list[object]:
    return [
        row.number, row.title, str(word(words.CLASSES, row.evidence_class)), row.document_number, row.document_date,
        "；".join(words.proved(link) for link in links), words.retention(row.retention), words.kept_until(row),
        row.added_name, row.digest, row.size,
    ]  # fmt: skip


@evidence.get("/evidence/<number>/content")
@needs("performance:read")
def content(number: str) -> Response:
    """A PDF or picture for the page of the file; in its frame it may run nothing and reach nothing."""
    found, data = _bytes(number, shown=True)
    record_download("performance:evidence:show", f"evidence:{number}", name=found.name, digest=found.digest)
    answer = send_file(io.BytesIO(data), mimetype=SHOWN_AS[found.kind], download_name=found.name)
    answer.headers["Content-Security-Policy"] = PREVIEW
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer


@evidence.get("/evidence/<number>/file")
@needs("performance:read")
def download(number: str) -> Response:
    """The file under its own name, to keep."""
    found, data = _bytes(number)
    record_download("performance:evidence:download", f"evidence:{number}", name=found.name, digest=found.digest)
    return attachment(io.BytesIO(data), found.name, "application/octet-stream")


@evidence.get("/evaluations/<int:evaluation_id>/evidence")
@needs("performance:read")
def wanted(evaluation_id: int) -> ResponseReturnValue:
    """Indicator by indicator: what is wanted, what is there, and what is missing."""
    see_all()
    with reading() as db:
        found = evaluation_queries.evaluation(db, evaluation_id)
        lines = wanted_of(db, found)
        return render_template(
            "evidence/wanted.html",
            found=found,
            lines=lines,
            missing=sum(line.missing for line in lines),
            asked=sum(bool(line.wanted) for line in lines),
            address=lambda line: target_of(found, line).address,
            SIGNED=SIGNED,
            words=words,
        )


@evidence.app_template_global("evidence_for")
def evidence_for(kind: str, subject: str) -> Sequence[EvidenceFile]:
    """The files of a set, a voucher or a service order that the visitor may see, for a card on its page."""
    with reading() as db:
        return queries.evidence_for(db, kind, subject, actor().scope)


def facts(db: Session, number: str) -> dict[str, Any]:
    """What the page of one file shows. Raises NotFound."""
    found = queries.evidence_file(db, number, actor().scope)
    return {
        "found": found,
        "links": queries.links_of(db, found.id),
        "shown": found.kind in SHOWN_AS,
        "acts": found.kind == "pdf" and _acts(found.digest, lambda: blobs.load(db, found.blob_id)[1]),
        "words": words,
        "today": today(),
    }


_LOOKED_THROUGH: dict[str, bool] = {}


def _acts(digest: str, content: Callable[[], bytes]) -> bool:
    """Whether a PDF holds scripts or the like; looked through once, for its bytes never change."""
    if digest not in _LOOKED_THROUGH:
        if len(_LOOKED_THROUGH) >= MOST_REMEMBERED:
            _LOOKED_THROUGH.clear()
        _LOOKED_THROUGH[digest] = acts(content())
    return _LOOKED_THROUGH[digest]


def _bytes(number: str, *, shown: bool = False) -> tuple[EvidenceFile, bytes]:
    with reading() as db:
        found = queries.evidence_file(db, number, actor().scope)
        if shown and found.kind not in SHOWN_AS:
            raise NotFound("There is no such file.")
        _, data = blobs.load(db, found.blob_id)
        db.expunge(found)
    if shown and found.kind == "pdf" and _acts(found.digest, lambda: data):
        raise NotFound("There is no such file.")
    return found, data
