"""What is done with evidence: laid, described, linked, unlinked and withdrawn, each by a form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session
from wtforms import SelectChoice

from licensetrack.core.db import reading
from licensetrack.core.errors import NotFound, Refused
from licensetrack.performance import evidence_queries as queries
from licensetrack.performance import queries as evaluation_queries
from licensetrack.performance.evidence import Added, add_evidence, describe_evidence, withdraw_evidence
from licensetrack.performance.evidence_kinds import ENDINGS, LARGEST, MB, MOST_FILES
from licensetrack.performance.evidence_links import link_evidence, unlink_evidence
from licensetrack.performance.evidence_models import EvidenceFile
from licensetrack.performance.evidence_rules import INDICATOR, Target, retention_policy, target_at
from licensetrack.performance.stages import SIGNED
from licensetrack.web import evidence_words as words
from licensetrack.web.access import actor, may, needs
from licensetrack.web.acts import ActForm, perform
from licensetrack.web.evidence import facts
from licensetrack.web.evidence_forms import DescribeForm, LinkForm, UnlinkForm, UploadForm, WithdrawForm
from licensetrack.web.held_files import let_go

evidence_acts = Blueprint("evidence_acts", __name__, url_prefix="/evidence")


@evidence_acts.get("/new")
@needs("performance:evidence:add")
def new() -> ResponseReturnValue:
    """The form for many files; the address may say what they are to prove."""
    form = UploadForm(formdata=None)
    try:
        _prefill(form, target_at(request.args.get("for", ""))) if request.args.get("for") else None
    except Refused:
        raise NotFound("There is no such evidence.") from None
    return _upload_page(form)


@evidence_acts.post("/new")
@needs("performance:evidence:add")
def add() -> ResponseReturnValue:
    """Takes the files in, all or none."""
    form = UploadForm()

    def act() -> str:
        targets = form.targets()
        added = add_evidence(
            form.sent(), form.about(), actor=actor(), targets=targets, reason=form.reason.data or ""
        )  # fmt: skip
        let_go(form.held.data)
        _tell(added)
        return _after(added, targets)

    return perform(form, act, lambda: _upload_page(form))


@evidence_acts.get("/<number>")
@needs("performance:read")
def one(number: str) -> ResponseReturnValue:
    """One file: what it is, what it proves, how it looks, and what may be done with it."""
    return _page(number)


@evidence_acts.post("/<number>/describe")
@needs("performance:evidence:describe")
def describe(number: str) -> ResponseReturnValue:
    """Corrects what is said of the file."""
    form, found = DescribeForm(), _found(number)
    return _perform(
        "describe", form, found, lambda: describe_evidence(found, form.about(), actor=actor(), seen=form.seen)
    )  # fmt: skip


@evidence_acts.post("/<number>/link")
@needs("performance:evidence:link")
def link(number: str) -> ResponseReturnValue:
    """Says what the file proves."""
    form, found = LinkForm(), _found(number)

    def act() -> None:
        targets = form.targets()
        if not targets:
            raise Refused("Choose what the file is evidence for.").at("indicator")
        for target in targets:
            link_evidence(found, target, actor=actor(), reason=form.reason.data or "")

    return _perform("link", form, found, act)


@evidence_acts.post("/<number>/links/<int:link_id>/undo")
@needs("performance:evidence:unlink")
def unlink(number: str, link_id: int) -> ResponseReturnValue:
    """Takes back what was said of the file."""
    form, found = UnlinkForm(), _found(number)
    with reading() as db:
        links = {one.id: one for one in queries.links_of(db, found.id)}
        db.expunge_all()
    if link_id not in links:
        raise NotFound("There is no such evidence.")
    return _perform(
        f"unlink-{link_id}", form, found,
        lambda: unlink_evidence(links[link_id], actor=actor(), reason=form.reason.data or ""),
    )  # fmt: skip


@evidence_acts.post("/<number>/withdraw")
@needs("performance:evidence:withdraw")
def withdraw(number: str) -> ResponseReturnValue:
    """Takes the file out of use; it stays where it is."""
    form, found = WithdrawForm(), _found(number)
    return _perform(
        "withdraw", form, found,
        lambda: withdraw_evidence(found, actor=actor(), reason=form.reason.data or "", seen=form.seen),
    )  # fmt: skip


def _found(number: str) -> EvidenceFile:
    with reading() as db:
        found = queries.evidence_file(db, number, actor().scope)
        db.expunge(found)
    return found


def _perform(name: str, form: ActForm, found: EvidenceFile, act: Callable[[], object]) -> ResponseReturnValue:
    def done() -> str:
        act()
        return url_for("evidence_acts.one", number=found.number)

    return perform(form, done, lambda: _page(found.number, **{name: form}))


def _page(number: str, **sent: ActForm) -> str:
    with reading() as db:
        shown = facts(db, number)
        found: EvidenceFile = shown["found"]
        forms = dict(sent)
        if found.withdrawn_at is None:
            if may("performance:evidence:describe") and "describe" not in forms:
                forms["describe"] = DescribeForm(formdata=None, obj=found)
            if may("performance:evidence:link") and "link" not in forms:
                forms["link"] = LinkForm(formdata=None)
            if may("performance:evidence:withdraw") and "withdraw" not in forms:
                forms["withdraw"] = WithdrawForm(formdata=None)
            if may("performance:evidence:unlink"):
                for one in shown["links"]:
                    forms.setdefault(f"unlink-{one.id}", UnlinkForm(formdata=None))
        _choices(db, *forms.values())
        for name, form in forms.items():
            form.told_apart(name)
        return render_template("evidence/one.html", forms=forms, **shown)


def _upload_page(form: UploadForm) -> str:
    held = form.hold_good() if request.method == "POST" else []
    with reading() as db:
        _choices(db, form)
        return render_template(
            "evidence/new.html", form=form, held=held, ENDINGS=ENDINGS, most=LARGEST // MB, MOST_FILES=MOST_FILES
        )  # fmt: skip


def _prefill(form: UploadForm, target: Target) -> None:
    if target.kind == INDICATOR:
        form.indicator.data = target.address
        form.reason.data = target.wanted and gettext(
            "“%(wanted)s” of indicator %(code)s", wanted=target.wanted, code=target.subject
        )
    else:
        form.target.data, form.subject.data = target.kind, target.subject


def _choices(db: Session, *forms: Any) -> None:
    """Fills the selects: retention classes, and indicators of evaluations that are not signed yet."""
    kept = [SelectChoice("", gettext("As usual for its class"))]
    kept += [SelectChoice(code, words.retention(code)) for code in retention_policy().classes]
    for form in forms:
        if isinstance(form, DescribeForm):
            form.retention.choices = kept if isinstance(form, UploadForm) else kept[1:]
        if isinstance(form, LinkForm):
            form.indicator.choices = _indicators(db, form.indicator.data or "")


def _indicators(db: Session, chosen: str) -> list[SelectChoice]:
    found = [SelectChoice("", gettext("None"))]
    for evaluation in evaluation_queries.evaluations(db):
        if evaluation.stage == SIGNED:
            continue
        for leaf in evaluation_queries.framework_of(evaluation).leaves():
            for wanted in (*leaf.wanted_evidence, ""):
                target = Target(INDICATOR, leaf.code, evaluation.framework_code, evaluation.year, wanted)
                label = f"{evaluation.year} {leaf.code} {leaf.name}" + (f" · {wanted}" if wanted else "")
                found.append(SelectChoice(target.address, label))
    if chosen and chosen not in {choice.value for choice in found}:
        found.append(SelectChoice(chosen, chosen.split(":", 1)[-1].replace(":", " · ")))
    return found


def _tell(added: list[Added]) -> None:
    fresh = sum(one.fresh for one in added)
    if fresh:
        flash(ngettext("%(num)s file was added.", "%(num)s files were added.", fresh))
    if fresh < len(added):
        flash(
            ngettext(
                "%(num)s file was there already; it was linked and not stored again.",
                "%(num)s files were there already; they were linked and not stored again.",
                len(added) - fresh,
            )
        )


def _after(added: list[Added], targets: list[Target]) -> str:
    """Back to the evaluation whose evidence was laid; else to the one file, or the list of all."""
    for target in targets:
        if target.kind == INDICATOR:
            with reading() as db:
                for evaluation in evaluation_queries.evaluations(db):
                    if (evaluation.framework_code, evaluation.year) == (target.framework, target.year):
                        return url_for("evidence.wanted", evaluation_id=evaluation.id)
    if len(added) == 1:
        return url_for("evidence_acts.one", number=added[0].evidence.number)
    return url_for("evidence.index")
