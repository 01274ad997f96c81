"""Papers laid with an order or with a bulletin's task: the same kinds, sizes and numbers wherever they come from."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor
from licensetrack.core import blobs
from licensetrack.core.clock import now
from licensetrack.core.errors import Refused
from licensetrack.core.names import plain_file_name
from licensetrack.requests.papers import MOST_PAPERS, check_paper
from licensetrack.support.handling_models import ServicePaper

Paper = tuple[str, bytes]
"""Name and content."""


def checked(papers: Sequence[Paper], lying: int = 0) -> list[Paper]:
    """The papers under plain names; with those that lie there already they are not too many. Raises Refused."""
    if lying + len(papers) > MOST_PAPERS:
        raise Refused("No more than %(most)s papers lie in one place.", most=MOST_PAPERS).at("papers")
    named = [(plain_file_name(name), content) for name, content in papers]
    for name, content in named:
        check_paper(name, content)
    return named


def lay(
    db: Session, papers: Sequence[Paper], actor: Actor, *, case_id: int | None = None, task_id: int | None = None
) -> list[ServicePaper]:
    """Lays papers with an order or a task, in the caller's transaction. Raises Refused.

    The caller holds the order or the task, so that nobody else lays papers there meanwhile; the bytes are written by
    `blobs.keep`, which comes last.
    """
    place = ServicePaper.case_id == case_id if task_id is None else ServicePaper.task_id == task_id
    named = checked(papers, db.scalar(select(func.count()).where(place)) or 0)
    laid = [
        ServicePaper(
            case_id=case_id, task_id=task_id, blob_id=blobs.register(db, content, name).id, name=name[:255], at=now(),
            login=actor.login,
        )
        for name, content in named
    ]  # fmt: skip
    db.add_all(laid)
    db.flush()
    return laid


def keep(papers: Sequence[Paper]) -> None:
    """Writes the papers' bytes; called last in the transaction, so that a refused act leaves no file behind."""
    for _, content in papers:
        blobs.keep(content)
