"""Commands of those who run an installation, and how every command meets its database."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from contextlib import nullcontext
from functools import wraps
from typing import Any

import click
from sqlalchemy import select

from config import from_environment
from licensetrack.accounts import second_factor, users
from licensetrack.accounts.passwords import random_password
from licensetrack.accounts.permissions import NO_ROLE, ROLES, SYSTEM, Scope
from licensetrack.binding import bind
from licensetrack.core import db, schema
from licensetrack.core.errors import DomainError, Refused
from licensetrack.terminal import refused, say, translate
from licensetrack.units.models import Unit


@click.group(help="licensetrack: one ledger of licence sets, every figure as of any date.")
def main() -> None:
    """The group that every command hangs on."""


def connected(command: Callable[..., Any]) -> Callable[..., Any]:
    """Binds a command to the installation's database; a refusal becomes one line and exit code 1."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        settings = from_environment()
        bind(settings)
        try:
            schema.upgrade(settings.database_url)
            return command(*args, **kwargs)
        except DomainError as error:
            refused(error)

    return run


def refuse_dangers(host: str = "127.0.0.1") -> None:
    """Ends the start where people would use what is unsafe, and says what to do; nothing happens on a loopback."""
    from licensetrack.upkeep import start_rules

    found = start_rules.refused(from_environment(), host)
    if not found:
        return
    say(translate("Not started: this is unsafe in production."), err=True)
    for one in found:
        say(f"✗ {translate(one.what) % one.values} [{one.name}]\n  → {translate(one.remedy) % one.values}", err=True)
    sys.exit(1)


@main.command()
@click.option("--host", default="127.0.0.1")
@click.option("--port", type=int, default=5000)
@click.option("--threads", type=int, default=8)
@click.option("--no-worker", is_flag=True, help="Serve pages alone; `licensetrack worker` runs elsewhere.")
@connected
def serve(host: str, port: int, threads: int, no_worker: bool) -> None:
    """Serve pages and API (waitress), with a worker beside them."""
    serve_pages(host, port, threads, with_worker=not no_worker)


def serve_pages(host: str, port: int, threads: int = 8, *, with_worker: bool = True) -> None:
    """Serves until the process is told to end (Ctrl-C, SIGTERM); the worker beside the pages ends with it."""
    import waitress

    from licensetrack import create_app
    from licensetrack.core import logs
    from licensetrack.jobs.beside import WorkerBeside

    refuse_dangers(host)
    logs.configure(form=from_environment().log_form)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # the server's loop hears that and closes
    app = create_app()
    with WorkerBeside() if with_worker else nullcontext():
        say(translate("Serving on %(address)s (Ctrl-C ends it)") % {"address": f"http://{host}:{port}"})
        waitress.serve(app, host=host, port=port, threads=threads, ident=None)


@main.command()
@click.option("--threads", type=click.IntRange(1, 50), default=3, help="So many jobs at a time.")
@click.option("--beside", is_flag=True, hidden=True, help="End when standard input is closed.")
@connected
def worker(threads: int, beside: bool) -> None:
    """Run a worker: the jobs that pages want, and what is done by the clock."""
    from licensetrack.core import logs
    from licensetrack.jobs.worker import run_worker

    refuse_dangers()
    logs.configure(form=from_environment().log_form)
    run_worker(threads=threads, beside=beside)


@main.group()
def user() -> None:
    """Accounts."""


@user.command("create")
@click.argument("login")
@click.option("--name", default="", help="The person's full name; without it the login name stands in.")
@click.option("--role", type=click.Choice([*ROLES, NO_ROLE]), required=True)
@click.option("--district", default="", help="Whose rows: one district.")
@click.option("--unit", default="", help="Whose rows: one unit, by its code.")
@click.option("--keep-password", is_flag=True, help="Do not ask for a password of one's own at the first sign-in.")
@connected
def create_user(login: str, name: str, role: str, district: str, unit: str, keep_password: bool) -> None:
    """Make an account with its role; its random password is printed once."""
    password = random_password()
    scope = _scope(district, unit)
    users.create_user(login, name or login, role, password, actor=SYSTEM, scope=scope, must_change=not keep_password)
    say(f"{login} {password}")


def _scope(district: str, unit: str) -> Scope:
    if district and unit:
        raise Refused("A scope is a district or a unit, not both.")
    if not unit:
        return Scope("district", district) if district else Scope()
    with db.reading() as session:
        found = session.scalar(select(Unit.id).where(Unit.code == unit))
    if found is None:
        raise Refused("There is no unit “%(code)s”.", code=unit)
    return Scope("unit", str(found))


@user.command("password")
@click.argument("login")
@connected
def reset_password(login: str) -> None:
    """Give an account a new random password; it is printed once."""
    password = random_password()
    users.set_password(login, password, actor=SYSTEM)
    say(f"{login} {password}")


@user.command("disable")
@click.argument("login")
@connected
def disable_user(login: str) -> None:
    """Switch an account off."""
    users.set_active(login, False, actor=SYSTEM)


@user.command("enable")
@click.argument("login")
@connected
def enable_user(login: str) -> None:
    """Switch an account on again."""
    users.set_active(login, True, actor=SYSTEM)


@user.command("reset-factor")
@click.argument("login")
@connected
def reset_factor(login: str) -> None:
    """Take a lost second factor away; a new password does not."""
    second_factor.reset_factor(login, actor=SYSTEM)


@main.group("db")
def database() -> None:
    """The schema."""


@database.command("upgrade")
@click.argument("revision", default="head")
def upgrade(revision: str) -> None:
    """Bring the schema up to a revision."""
    schema.upgrade(from_environment().database_url, revision)


@database.command("downgrade")
@click.argument("revision")
def downgrade(revision: str) -> None:
    """Take the schema down to a revision."""
    schema.downgrade(from_environment().database_url, revision)
