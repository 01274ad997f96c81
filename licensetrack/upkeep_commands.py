"""The commands that keep an installation safe: `backup`, `restore`, and what they say to whoever calls them."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from config import from_environment
from licensetrack.binding import use_keys
from licensetrack.core import db, sealing, signing
from licensetrack.core.errors import DomainError
from licensetrack.operations import connected, main
from licensetrack.terminal import Progress, refused, say, table, translate

if TYPE_CHECKING:
    from licensetrack.jobs.backup_reports import Report


@main.command()
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@connected
def backup(target: Path) -> None:
    """Write database and files into one archive, checked after writing."""
    from licensetrack.jobs.backups import write_backup

    with Progress() as progress:
        files = write_backup(target, progress)
    say(translate("%(files)s files and the database are in %(path)s.") % {"files": files, "path": target})
    say(translate("Not in it, and to be kept elsewhere:"))
    say(table([translate("Key"), translate("Where it is"), translate("Fingerprint")], _keys()))


def _keys() -> list[tuple[str, str, str]]:
    def where(variable: str, file: str) -> str:
        instance = Path(os.environ.get("LICENSETRACK_INSTANCE") or "instance")
        return f"{variable}" if os.environ.get(variable) else str(instance / file)

    return [
        (
            translate("seal key (opens licence files and second factors)"),
            where("LICENSETRACK_SEAL_KEY", "seal_key"),
            sealing.key_fingerprint(),
        ),
        (
            translate("signing key (signs packs)"),
            where("LICENSETRACK_SIGNING_KEY", "signing_key"),
            signing.fingerprint()[:16],
        ),
        (translate("secret (signs sessions; may be made anew)"), where("SECRET_KEY", "secret_key"), ""),
    ]


@main.command()
@click.argument("source", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--check", is_flag=True, help="Try it: restore into a temporary place, verify there, leave no trace.")
def restore(source: Path, check: bool) -> None:
    """Restore an archive into an empty place, and verify what came back."""
    from licensetrack.jobs.backup_reports import check_by_restoring, restore_and_verify

    settings = from_environment()
    use_keys(settings)
    try:
        with Progress() as progress:
            if check:
                report = check_by_restoring(source, settings.database_url, progress)
            else:
                report = restore_and_verify(source, settings.database_url, settings.blobs, progress)
    except DomainError as error:
        refused(error)
    _tell(report, check)
    db.engine().dispose()
    sys.exit(0 if report.good else 1)


def _tell(report: Report, check: bool) -> None:
    manifest = report.manifest
    say(
        translate("Made at %(at)s by version %(version)s, schema %(schema)s, %(rows)s rows, audit entry %(seq)s.")
        % {
            "at": manifest["made_at"][:19],
            "version": manifest["version"],
            "schema": manifest["schema"],
            "rows": f"{sum(manifest['rows'].values()):,}",
            "seq": manifest["audit"]["seq"],
        }
    )
    done = "%(files)s files and the database are restored."
    tried = "%(files)s files and the database can be restored; nothing was kept."
    say(translate(tried if check else done) % {"files": report.files})
    for finding in report.findings:
        say(f"✗ {translate(finding.invariant)}" + "".join(f"\n    {one}" for one in finding.broken))
    if report.figures:
        say(translate("Figures that differ: %(names)s") % {"names": ", ".join(report.figures)})
    if not report.key_fits:
        say(
            translate(
                "Warning: the seal key at hand (%(here)s) is not the backup's (%(there)s): licence files and second"
                " factors stay closed until that key is put in place."
            )
            % {"here": sealing.key_fingerprint(), "there": manifest["keys"]["seal_key"]}
        )
    if report.good:
        say(translate("Every invariant holds, and the figures are those of the backup."))


@main.command()
@click.option("--json", "as_json", is_flag=True)
def doctor(as_json: bool) -> None:
    """Say what is wrong with this installation and what to do; exit 1 if anything is. Changes nothing."""
    from licensetrack.upkeep.doctor import examine
    from licensetrack.upkeep.findings import ERROR, OK, WARNING

    found = examine(from_environment())
    good = not [one for one in found if one.level == ERROR]
    signs = {OK: "✓", WARNING: "!", ERROR: "✗"}
    told = [(one, translate(one.what) % one.values, translate(one.remedy) % one.values) for one in found]
    if as_json:
        checks = [{"check": one.check, "level": one.level, "what": what, "remedy": do} for one, what, do in told]
        say(json.dumps({"ok": good, "checks": checks}, ensure_ascii=False, indent=1))
    else:
        for one, what, do in told:
            say(f"{signs[one.level]} {what}" + (f"\n  → {do}" if do else ""))
    db.engine().dispose()
    sys.exit(0 if good else 1)
