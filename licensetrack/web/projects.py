"""Projects: what the head of every form says, registered and changed, with the project's money and contracts."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from licensetrack.accounts.permissions import require_city
from licensetrack.core.clock import today
from licensetrack.core.db import reading
from licensetrack.measures import money
from licensetrack.measures.question import Question
from licensetrack.procurement import contracts
from licensetrack.procurement import projects as kept
from licensetrack.procurement.contract_models import Project
from licensetrack.procurement.projects import ProjectEntry
from licensetrack.web import bought_words
from licensetrack.web.access import actor, needs
from licensetrack.web.acts import ActForm, perform
from licensetrack.web.asked import as_of, known_at
from licensetrack.web.fields import WholeField, day_field, text_field, typed_in

projects = Blueprint("projects", __name__, url_prefix="/projects")

READ = "procurement:read"
_SAID = bought_words.PROJECT


class ProjectForm(ActForm):
    """What is told of a project."""

    year = WholeField(_SAID["year"], [InputRequired()])
    code = text_field(_SAID["code"], 64, needed=True)
    name = text_field(_SAID["name"], 200, needed=True)
    category = text_field(_SAID["category"], 80)
    nature = SelectField(_SAID["nature"], choices=[SelectChoice(*one) for one in bought_words.NATURES.items()])
    authority = text_field(_SAID["authority"], 120)
    authority_code = text_field(_SAID["authority_code"], 40)
    implementer = text_field(_SAID["implementer"], 120)
    implementer_code = text_field(_SAID["implementer_code"], 40)
    leader = text_field(_SAID["leader"], 80)
    leader_phone = text_field(_SAID["leader_phone"], 40)
    finance_leader = text_field(_SAID["finance_leader"], 80)
    starts_on = day_field(_SAID["starts_on"], needed=False)
    ends_on = day_field(_SAID["ends_on"], needed=False)
    overview = TextAreaField(_SAID["overview"], [Length(max=2000)])
    basis = TextAreaField(_SAID["basis"], [Length(max=2000)])

    def entry(self) -> ProjectEntry:
        """What was typed."""
        return ProjectEntry(**typed_in(self, ProjectEntry))

    def fill(self, project: Project) -> None:
        """Shows a project as it is recorded."""
        for name in ProjectEntry.__dataclass_fields__:
            self._fields[name].data = getattr(project, name)


@projects.get("")
@needs(READ)
def index() -> ResponseReturnValue:
    """All projects, the newest year first."""
    require_city(actor(), READ)
    with reading() as db:
        return render_template("budget/projects.html", rows=kept.projects(db), words=bought_words)


@projects.get("/new")
@needs("procurement:project:register")
def new() -> ResponseReturnValue:
    """Where a project is registered."""
    return _form_page(ProjectForm(None, year=today().year))


@projects.post("/new")
@needs("procurement:project:register")
def register() -> ResponseReturnValue:
    """Registers a project."""
    form = ProjectForm()

    def act() -> str:
        return url_for("projects.one", project_id=kept.register_project(form.entry(), actor=actor()).id)

    return perform(form, act, lambda: _form_page(form))


@projects.get("/<int:project_id>")
@needs(READ)
def one(project_id: int) -> ResponseReturnValue:
    """One project: its head, its money as of a day, its contracts."""
    project = _project(project_id)
    asked = Question(min(as_of(), dt.date(project.year, 12, 31)), known_at())
    with reading() as db:
        entries = [entry for entry in money.all_entries(db, asked) if entry.on.year == project.year]
        return render_template(
            "budget/project.html",
            project=project,
            asked=asked,
            sums=money.parts(entries, "project_id").get(project_id),
            contracts=contracts.contracts(db, project_id),
            words=bought_words,
        )


@projects.get("/<int:project_id>/edit")
@needs("procurement:project:change")
def edit(project_id: int) -> ResponseReturnValue:
    """Where a project is changed."""
    form = ProjectForm(None)
    form.fill(_project(project_id))
    return _form_page(form, project_id)


@projects.post("/<int:project_id>/edit")
@needs("procurement:project:change")
def change(project_id: int) -> ResponseReturnValue:
    """Changes what is told of a project."""
    form = ProjectForm()

    def act() -> str:
        kept.change_project(project_id, form.entry(), actor=actor(), seen=form.seen)
        return url_for("projects.one", project_id=project_id)

    return perform(form, act, lambda: _form_page(form, project_id))


def _project(project_id: int) -> Project:
    require_city(actor(), READ)
    with reading() as db:
        return kept.project(db, project_id)


def _form_page(form: ProjectForm, project_id: int | None = None) -> str:
    project = None if project_id is None else _project(project_id)
    return render_template("budget/project_form.html", form=form, project=project)
