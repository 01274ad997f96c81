"""What a new form of a year begins with: the framework that it goes by, and the lines above it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.core.errors import NotFound
from licensetrack.performance import frameworks, queries
from licensetrack.performance.codec import from_plain
from licensetrack.performance.framework import Framework, library, load
from licensetrack.performance.monitoring_models import Monitoring
from licensetrack.performance.monitoring_sheet import ProjectHeader
from licensetrack.performance.sheet import Header
from licensetrack.procurement.contract_models import Project
from licensetrack.procurement.projects import project_of


def framework_in_force(db: Session, year: int, code: str = "") -> Framework:
    """The framework of a year with the targets recorded for it: the one in force, else its evaluation's, else the
    library's. `code` says which where several are in force. Raises NotFound, Refused where it is not said.
    """
    standing = frameworks.chosen(db, year, code)
    if standing is not None:
        return standing
    made = queries.latest(db, queries.EVALUATION, year)
    if made is not None:
        return queries.framework_of(made)
    for known in map(load, library()):
        if (known.year, known.kind) == (year, queries.EVALUATION):
            return known
    raise NotFound("There is no framework for %(year)s.", year=year)


def standing_framework(db: Session, found: Monitoring) -> Framework:
    """What is in force under the code of the monitoring's framework now; else what is in force in its year."""
    newest = frameworks.newest_in_force(db, found.framework_code)
    return framework_in_force(db, found.year) if newest is None else frameworks.assembled(db, newest)


def frameworks_of(db: Session, year: int) -> list[Framework]:
    """The frameworks that a form of the year can be made by: those in force, else the one that stands in for them."""
    standing = frameworks.of_year(db, year)
    try:
        return standing or [framework_in_force(db, year)]
    except NotFound:
        return []


def header_for(db: Session, as_of: dt.date, paper: Header | None = None) -> ProjectHeader:
    """What is known for a new form: what the year's last one said, else its evaluation's paper (or the one given) and
    its project.
    """
    query = select(Monitoring).where(Monitoring.year == as_of.year).order_by(Monitoring.id.desc())
    last = db.scalars(query).first()
    if last is not None:
        return replace(from_plain(ProjectHeader, last.header), progress=progress(as_of))
    made, bought = queries.latest(db, queries.EVALUATION, as_of.year), project_of(db, as_of.year)
    paper = queries.paper_of(made).header if made is not None else paper
    header = ProjectHeader() if paper is None else header_of_paper(paper)
    if bought is not None:
        header = replace(header, **_of_project(bought))
    return replace(header, progress=progress(as_of))


def header_of_paper(known: Header) -> ProjectHeader:
    """What an evaluation's paper says of the project."""
    return ProjectHeader(
        project=known.project, project_code=known.project_code, project_class=known.project_class,
        authority=known.authority, implementer=known.implementer, fund_source=known.fund_source, author=known.author,
        phone=known.phone, period_start=known.period_start, period_end=known.period_end, goal=known.goal,
    )  # fmt: skip


def _of_project(bought: Project) -> dict[str, Any]:
    """What the project's own record says, which goes before any paper; what it leaves out is left to the paper."""
    said = {
        "project": bought.name, "project_code": bought.code, "project_class": bought.category,
        "authority": bought.authority, "implementer": bought.implementer, "leader": bought.leader,
        "phone": bought.leader_phone, "author": bought.implementer, "period_start": bought.starts_on,
        "period_end": bought.ends_on, "nature": bought.nature, "overview": bought.overview, "basis": bought.basis,
    }  # fmt: skip
    return {name: value for name, value in said.items() if value}


def progress(as_of: dt.date) -> str:
    """The sentence that a form begins with: what was reached by the cut-off, with every number a figure."""
    return (
        f"截至{as_of.year}年{as_of.month}月{as_of.day}日，已为{{units.served}}家单位提供"
        "{virtualization.accepted_sets}套虚拟化软件授权（{virtualization.accepted_cpus}个CPU）、"
        "{cloud_management.accepted_sets}套云管理软件授权（{cloud_management.accepted_cpus}个CPU）和"
        "{bms.accepted_sets}套BMS授权，正式软件授权导入通过率{import.pass_rate}；"
        "支出{budget.spent}万元，预算执行率{budget.execution_rate}。"
    )
