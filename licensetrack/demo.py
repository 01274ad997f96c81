"""The demonstration: a fresh database, the sample year, its evaluation signed by three people, three reports."""

from __future__ import annotations

import json
import os
from pathlib import Path

from sqlalchemy import inspect, select
from sqlalchemy.engine import make_url

from config import INSTANCE, from_environment
from licensetrack.accounts import users
from licensetrack.accounts.passwords import random_password
from licensetrack.accounts.permissions import ROLES, SYSTEM, Actor, Scope
from licensetrack.binding import bind
from licensetrack.core import audit, db, schema
from licensetrack.core.errors import Refused
from licensetrack.demo_bought import tell_what_was_bought
from licensetrack.demo_inventory import look_at_what_runs
from licensetrack.demo_monitoring import watch_the_year
from licensetrack.demo_papers import lay_papers
from licensetrack.demo_service import leave_service
from licensetrack.demo_work import leave_work
from licensetrack.exchange import loading
from licensetrack.jobs.reporting import write_report
from licensetrack.performance import evaluations, framework, framework_drafting, queries, working_paper
from licensetrack.performance.framework import Framework
from licensetrack.performance.framework_copying import copied
from licensetrack.performance.working_paper import WorkingPaper
from licensetrack.reports.outputs import FORMS
from licensetrack.terminal import Progress, say, table, translate
from licensetrack.units.models import Unit

SAMPLE = Path(__file__).resolve().parent.parent / "data" / "2024"
MARK = "system:demo:fill"  # the first audit entry of a database that a demonstration made and may make again
NAMES = {
    "system_administrator": ("sysadmin", "系统管理员"),
    "security_administrator": ("secadmin", "安全管理员"),
    "audit_administrator": ("auditadmin", "审计管理员"),
    "operator": ("operator", "授权管理员"),
    "reviewer": ("reviewer", "审核员"),
    "performance_officer": ("performance", "绩效专员"),
    "manager": ("manager", "中心领导"),
    "district_manager": ("district", "区级管理员"),
    "unit_user": ("unit", "单位用户"),
    "vendor_engineer": ("vendor", "厂商工程师"),
    "auditor": ("auditor", "审计人员"),
}


def run_demo(data: Path | None, out: Path | None, logins_file: str | None) -> None:
    """Fills a fresh database and writes the reports to `out`; prints where they are and one login per role.

    Raises Refused where the database holds anything that no demonstration put there.
    """
    data, out = data or SAMPLE, out or INSTANCE / "reports"
    settings = from_environment()
    bind(settings)
    _make_fresh(settings.database_url, settings.blobs)
    with db.transaction() as session:
        audit.record(session, MARK, "database", SYSTEM)
    with Progress() as progress:
        outcome = loading.load(loading.files_of([data]), actor=SYSTEM, progress=progress)
    if outcome.refused:
        for problem in outcome.problems:
            say(problem.line(translate), err=True)
        raise Refused("The sample year in “%(path)s” can not be loaded.", path=data)
    logins = _make_logins()
    leave_work(_person)
    leave_service(_person)
    look_at_what_runs(_person("operator"))
    paper = working_paper.read(data / "evaluation.toml")
    tell_what_was_bought(paper.header, _person("operator"))
    _put_in_force(paper)
    watch_the_year(paper.header, _person)
    year = _sign_evaluation(paper)
    out.mkdir(parents=True, exist_ok=True)
    say(translate("Reports:"))
    for form in FORMS:
        target = out / f"evaluation-{year}.{form}"
        write_report(year, form, target)
        say(f"  {target}")
    say(translate("Logins (each password is shown this once):"))
    rows = [(translate(_title(role)), one["login"], one["password"]) for role, one in logins.items()]
    say(table([translate("Role"), translate("Login"), translate("Password")], rows))
    if logins_file:
        _write_privately(Path(logins_file), json.dumps(logins, ensure_ascii=False, indent=1))


def _make_fresh(url: str, files: Path) -> None:
    """An empty database at the newest schema. What an earlier demonstration made is set aside, one generation of it."""
    engine = db.connect(url)
    made_before = False
    if inspect(engine).has_table("audit_entry"):
        with db.reading() as session:
            first = session.scalar(select(audit.AuditEntry.tag).order_by(audit.AuditEntry.seq).limit(1))
        if first not in (None, MARK):
            raise Refused("The database holds records already. Set DATABASE_URL to another one for the demonstration.")
        made_before = first == MARK
    if made_before:
        database = make_url(url).database
        if engine.dialect.name == "sqlite" and database:
            engine.dispose()
            _set_aside(Path(database))
        else:
            schema.downgrade(url)
        _set_aside(files)
    schema.upgrade(url)
    db.connect(url)


def _set_aside(path: Path) -> None:
    if not path.exists():
        return
    aside = path.with_name(path.name + ".before")
    if aside.is_dir():
        for file in sorted(aside.rglob("*"), reverse=True):
            file.unlink() if file.is_file() else file.rmdir()
        aside.rmdir()
    path.replace(aside)


def _make_logins() -> dict[str, dict[str, str]]:
    """One account per role, each with a random password: role → login and password."""
    with db.reading() as session:
        unit = session.execute(select(Unit.id, Unit.district).order_by(Unit.code).limit(1)).one()
        district = session.scalar(select(Unit.district).where(Unit.level == "区级").order_by(Unit.code).limit(1))
    scopes = {
        "unit_user": Scope("unit", str(unit.id)),
        "district_manager": Scope("district", district or unit.district),
    }
    logins: dict[str, dict[str, str]] = {}
    for role in ROLES:
        login, name = NAMES[role]
        password = random_password()
        users.create_user(login, name, role, password, actor=SYSTEM, scope=scopes.get(role), must_change=False)
        logins[role] = {"login": login, "password": password}
    return logins


def _put_in_force(paper: WorkingPaper) -> None:
    """The sample year's framework, drafted by one person and put in force by another."""
    indicators = framework_drafting.draft_framework(framework.load(paper.framework).data, actor=_person("performance"))
    framework_drafting.put_in_force(indicators, actor=_person("manager"))


def _sign_evaluation(paper: WorkingPaper) -> int:
    """The sample year's evaluation, signed by three different people; returns its year."""
    draft = evaluations.evaluate(paper, actor=_person("performance"))
    lay_papers(queries.framework_of(draft), draft.year, actor=_person("performance"))
    completed = evaluations.complete_evaluation(draft, actor=_person("performance"))
    reviewed = evaluations.review_evaluation(completed, actor=_person("reviewer"))
    evaluations.sign_evaluation(reviewed, actor=_person("manager"))
    _begin_next_year(framework.load(paper.framework))
    return paper.header.year


def _begin_next_year(last: Framework) -> None:
    """A draft of the next year's framework, its targets still to be set."""
    year = (last.year or 0) + 1
    code, name = last.code.replace(str(last.year), str(year)), last.name.replace(str(last.year), str(year))
    content = copied(last, code=code, name=name, year=year, keep_targets=False)
    framework_drafting.draft_framework(content, actor=_person("performance"), based_on=last.code)


def _title(role: str) -> str:
    """`vendor_engineer` as the message that the catalogue translates: “Vendor engineer”."""
    return role.replace("_", " ").capitalize()


def _person(login: str) -> Actor:
    with db.reading() as session:
        user = users.find_user(session, login)
    if user is None:
        raise Refused("There is no user “%(login)s”.", login=login)
    return users.actor_of(user)


def _write_privately(target: Path, text: str) -> None:
    """Only the owner may read it: it holds passwords."""
    with os.fdopen(os.open(target, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
