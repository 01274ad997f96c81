"""The command line, as people and scripts outside rely on it; every command is one call into the rooms below."""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from config import from_environment
from licensetrack import collect_commands, upkeep_commands  # noqa: F401 - their commands hang on the group
from licensetrack.accounts.permissions import SYSTEM
from licensetrack.core import db
from licensetrack.core.clock import BUSINESS_ZONE, today
from licensetrack.core.errors import Refused
from licensetrack.operations import connected, main, serve_pages
from licensetrack.terminal import Progress, say, shown, table, translate

if TYPE_CHECKING:
    from licensetrack.exchange.changes import Outcome
    from licensetrack.measures.question import Question

KINDS = ("evaluation", "self-assessment", "score-table", "brief", "units", "sets", "monitoring", "goals")
DAY = click.DateTime(formats=["%Y-%m-%d"])


@main.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Tell row by row what would be done; write nothing.")
@click.option("--json", "as_json", is_flag=True)
@connected
def load(paths: tuple[Path, ...], dry_run: bool, as_json: bool) -> None:
    """Load ledgers (xlsx, xls, csv): files or folders, all or nothing."""
    from licensetrack.exchange import loading

    missing = [path for path in paths if not path.exists()]
    if missing:
        raise Refused("There is no file or folder “%(path)s”.", path=missing[0])
    files = loading.files_of(paths)
    if not files:
        raise Refused("There is no workbook or csv file in “%(path)s”.", path=paths[0])
    act = loading.preview if dry_run else loading.load
    with Progress() as progress:
        outcome = act(files, actor=SYSTEM, progress=progress)
    if as_json:
        found: dict[str, Any] = {
            "dry_run": dry_run,
            "written": not dry_run and not outcome.refused,
            "counts": outcome.counts,
        }
        found["problems"] = [problem.as_dict(translate) for problem in outcome.problems]
        if dry_run:
            found["changes"] = [change.as_dict() for change in outcome.changes]
        _print_json(found)
    else:
        _tell(outcome, dry_run)
    sys.exit(1 if outcome.refused else 0)


@main.command()
@click.argument("name")
@connected
def withdraw(name: str) -> None:
    """Let a file go that waits for another ledger; nothing of it was counted."""
    from licensetrack.exchange import waiting

    sheets = waiting.withdraw(name, actor=SYSTEM)
    say(translate("“%(name)s” waits no longer (%(sheets)s).") % {"name": name, "sheets": "、".join(sheets)})


def _tell(outcome: Outcome, dry_run: bool) -> None:
    for problem in outcome.problems:
        kind = translate("Error") if problem.severity == "error" else translate("Warning")
        say(f"{kind}: {problem.line(translate)}", err=True)
    if outcome.refused:
        say(translate("Nothing was written."), err=True)
        return
    if dry_run:
        for change in outcome.changes:
            if change.action != "same":
                fields = "; ".join(f"{name}: {old} → {new}" for name, (old, new) in change.fields.items())
                where = f"{change.source.file} {change.source.place}"
                say(f"{where} {change.subject} {translate(change.action)} {fields}".rstrip())
    actions = ("new", "changed", "same", "waits")
    rows = [(translate(kind), *(str(counts[a]) for a in actions)) for kind, counts in outcome.counts.items()]
    say(table([translate("Ledger"), *map(translate, actions)], rows, right=(1, 2, 3, 4)))
    say(translate("Dry run: nothing was written.") if dry_run else translate("Loaded."))


@main.command()
@click.option("--as-of", type=DAY, default=None, help="Count to the end of this day (default: today).")
@click.option("--known-at", default=None, help="Leave out what was recorded after this instant (ISO 8601).")
@click.option("--json", "as_json", is_flag=True)
@connected
def figures(as_of: dt.datetime | None, known_at: str | None, as_json: bool) -> None:
    """Every measure as of a date."""
    from licensetrack.measures.catalogue import MEASURES
    from licensetrack.measures.catalogue import figures as read_figures

    question = _question(as_of, known_at)
    with db.reading() as session:
        values = read_figures(session, question)
    if as_json:
        _print_json({"as_of": question.as_of, "known_at": question.known_at, "figures": values})
        return
    rows = [
        (name, translate(MEASURES[name].label), shown(value), translate(MEASURES[name].unit))
        for name, value in values.items()
    ]
    say(table([translate("Measure"), translate("Label"), translate("Value"), translate("Unit")], rows, right=(2,)))


@main.command()
@click.argument("name")
@click.option("--as-of", type=DAY, default=None)
@click.option("--known-at", default=None)
@click.option("--json", "as_json", is_flag=True)
@connected
def trace(name: str, as_of: dt.datetime | None, known_at: str | None, as_json: bool) -> None:
    """The rows behind one measure; they add up to its value."""
    from licensetrack.measures.catalogue import measure

    question, found = _question(as_of, known_at), measure(name)
    with db.reading() as session:
        value, rows = found.value(session, question), found.trace(session, question)
    if as_json:
        _print_json({"name": name, "as_of": question.as_of, "value": value, "rows": rows})
        return
    headings = list(rows[0]) if rows else []
    say(table(headings, [tuple(shown(row[heading]) for heading in headings) for row in rows]))
    say(f"{translate(found.label)}: {shown(value)} {translate(found.unit)}")


@main.command()
@click.option("--year", type=int, required=True)
@click.option("--as-of", type=DAY, default=None)
@click.option("--kind", type=click.Choice(KINDS), default="evaluation")
@click.option("--framework", default="", help="Code of the framework, where several of the year are in force.")
@click.option("--format", "form", type=click.Choice(["pdf", "docx", "xlsx"]), required=True)
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), required=True)
@connected
def report(year: int, as_of: dt.datetime | None, kind: str, framework: str, form: str, output: Path) -> None:
    """Write one document of a year's evaluation or monitoring."""
    from licensetrack.jobs.reporting import write_report

    write_report(year, form, output, kind=kind, as_of=as_of.date() if as_of else None, framework=framework)
    say(str(output))


@main.command("seal")
@click.option("--year", type=int, required=True)
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), required=True)
@connected
def seal_year(year: int, output: Path) -> None:
    """Write the sealed pack of a year's signed evaluation; prints the fingerprint of the key that signed it."""
    from licensetrack.core import signing
    from licensetrack.jobs.reporting import write_sealed_pack

    write_sealed_pack(year, output, from_environment().digests)
    say(f"{output}\n{signing.fingerprint()}")


@main.command("verify-pack")
@click.argument("file")
@click.option("--fingerprint", default="", help="What the public key's fingerprint has to be.")
def verify_pack(file: str, fingerprint: str) -> None:
    """Check a sealed pack and recount its figures; exit 1 if anything differs. Needs no database."""
    from licensetrack.reports.verify_pack import main as check

    sys.exit(check([file, *(["--fingerprint", fingerprint] if fingerprint else [])]))


@main.command()
@click.option("--json", "as_json", is_flag=True)
@connected
def verify(as_json: bool) -> None:
    """Check every invariant; exit 1 if one is broken."""
    from licensetrack.verify.report import note
    from licensetrack.verify.report import verify as ask

    findings = ask()
    note(findings)
    broken = [finding for finding in findings if finding.broken]
    if as_json:
        _print_json(
            {"ok": not broken, "checks": [{"invariant": f.invariant, "broken": list(f.broken)} for f in findings]}
        )
    else:
        for finding in findings:
            say(
                f"{'✗' if finding.broken else '✓'} {translate(finding.invariant)}"
                + "".join(f"\n    {x}" for x in finding.broken)
            )
    sys.exit(1 if broken else 0)


@main.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True, file_okay=False), default=None)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=None)
@click.option("--no-serve", is_flag=True)
@click.option("--host", default="127.0.0.1")
@click.option("--port", type=int, default=5000)
def demo(data: Path | None, out: Path | None, no_serve: bool, host: str, port: int) -> None:
    """Fresh database, sample year, signed evaluation, three reports, a login per role; then serve."""
    from licensetrack.demo import run_demo

    run_demo(data, out, os.environ.get("LICENSETRACK_DEMO_LOGINS"))
    if not no_serve:
        serve_pages(host, port)


@main.group("framework")
def framework_group() -> None:
    """Indicator frameworks."""


@framework_group.command("import")
@click.argument("path", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@connected
def import_framework(path: Path) -> None:
    """Read a framework from a TOML file as a draft; a person puts it in force on its page."""
    from licensetrack.performance import framework_drafting
    from licensetrack.performance.file_tables import read_toml

    draft = framework_drafting.draft_framework(read_toml(path), actor=SYSTEM, based_on=path.name)
    say(
        translate("“%(code)s”, version %(version)s: %(stage)s.")
        % {"code": draft.code, "version": draft.version, "stage": translate(draft.stage)}
    )


@framework_group.command("export")
@click.argument("code")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), required=True)
@connected
def export_framework(code: str, output: Path) -> None:
    """Write a framework, the one in force or one of the library, with its targets as a TOML file."""
    from licensetrack.performance import frameworks
    from licensetrack.performance.framework_toml import toml_of

    with db.reading() as session:
        found = frameworks.named(session, code)
    output.write_text(toml_of(found.data), encoding="utf-8")
    say(str(output))


def _question(as_of: dt.datetime | None, known_at: str | None) -> Question:
    from licensetrack.measures.question import Question

    instant = None
    if known_at:
        try:
            instant = dt.datetime.fromisoformat(known_at)
        except ValueError:
            raise Refused("“%(value)s” is not an instant such as 2025-01-31T18:00.", value=known_at) from None
        if instant.tzinfo is None:
            instant = instant.replace(tzinfo=BUSINESS_ZONE)
    return Question(as_of.date() if as_of else today(), instant)


def _print_json(content: Any) -> None:
    from licensetrack.measures.json_form import json_form

    say(json.dumps(json_form(content), ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
