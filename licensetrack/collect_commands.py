"""The command that asks hypervisors themselves what runs: `licensetrack collect libvirt`."""

from __future__ import annotations

import datetime as dt

import click

from licensetrack.accounts.permissions import SYSTEM
from licensetrack.core.clock import today
from licensetrack.operations import connected, main
from licensetrack.terminal import say, translate


@main.group()
def collect() -> None:
    """Ask hypervisors what runs, and record a scan of it."""


@collect.command("libvirt")
@click.argument("uris", nargs=-1, required=True, metavar="URI...")
@click.option("--unit", required=True, help="The unit's code, or one of its names.")
@click.option("--platform", required=True, help="The platform that the hosts belong to.")
@click.option("--product", default="virtualization", show_default=True)
@click.option("--on", type=click.DateTime(formats=["%Y-%m-%d"]), help="The day of the scan; today by default.")
@connected
def collect_from_libvirt(uris: tuple[str, ...], unit: str, platform: str, product: str, on: dt.datetime | None) -> None:
    """Ask libvirt hosts, one URI each (qemu+ssh://host/system), read-only."""
    from licensetrack.exchange.collecting import collect_libvirt

    day = on.date() if on else today()
    scan = collect_libvirt(uris, unit, platform, actor=SYSTEM, on=day, product=product)
    said = {"number": scan.id, "hosts": scan.hosts, "on": scan.on}
    say(translate("Scan %(number)s of %(on)s was recorded with %(hosts)s hosts.") % said)
